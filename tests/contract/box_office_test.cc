#include "orders_world.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

// An event's orders, as its organisers see and make them.

namespace frontrow::test {
namespace {

class EventOrders : public OrdersWorld {
protected:
    std::string orders() const { return event_path() + "/orders"; }
    HttpAnswer sell(const std::string& body) { return organizer.post(orders(), body, key()); }
    HttpAnswer sell_seat(std::size_t seat, std::string_view more = {}) {
        return sell(
            R"({"seat_ids":[")" + venue.seats[seat] + R"("],"method":"cash")" + std::string{more} +
            "}"
        );
    }
    static std::string next_of(const HttpAnswer& answer) {
        const auto link = answer.header("link");
        return link.empty() ? link : link.substr(1, link.find('>') - 1);
    }
    static std::vector<std::string> records_of(const HttpAnswer& table) {
        std::vector<std::string> records;
        for (std::size_t at = 0; at < table.body.size();) {
            const auto end = table.body.find("\r\n", at);
            records.push_back(table.body.substr(at, end - at));
            at = end + 2;
        }
        return records;
    }
};

TEST_F(EventOrders, are_sold_at_the_box_office_in_one_step) {
    const auto sold = sell_seat(0, R"(,"email":"carol@example.org")");
    ASSERT_EQ(sold.status, 201) << sold.body;
    EXPECT_EQ(sold.header("location"), path_of(sold));
    EXPECT_EQ(sold.text("status"), "paid");
    EXPECT_EQ(sold.text("user_id"), "dev");
    EXPECT_EQ(sold.text("email"), "carol@example.org");
    EXPECT_EQ(sold.json.at("payments").at(0).at("method"), "cash");
    EXPECT_EQ(alice.get("/api/v1/seats/" + venue.seats[0]).text("status"), "confirmed");
    EXPECT_EQ(sell_seat(0).code(), "SEAT_UNAVAILABLE");
    EXPECT_EQ(sell(R"({"best_available":{"quantity":9},"method":"cash"})").code(), "SOLD_OUT");
    EXPECT_EQ(sell(R"({"best_available":{"quantity":2},"method":"terminal"})").status, 201);
    EXPECT_EQ(sell(R"({"best_available":{"quantity":1},"method":"provider"})").status, 400);
    EXPECT_EQ(server.side_records("contact/").size(), 1);
    const auto sales = organizer.get(event_path() + "/sales");
    EXPECT_EQ(sales.number("orders"), 2);
    EXPECT_EQ(sales.number("tickets"), 3);
    EXPECT_EQ(sales.number("captured"), 3'000);
    EXPECT_EQ(sales.json.at("curve").as_array().size(), 1);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(EventOrders, are_sold_once_under_one_key) {
    const auto body = R"({"best_available":{"quantity":1},"method":"cash"})";
    EXPECT_EQ(organizer.post(orders(), body).code(), "IDEMPOTENCY_KEY_REQUIRED");
    const Headers same{{"Idempotency-Key", "same"}};
    const auto sold = organizer.post(orders(), body, same);
    const auto again = organizer.post(orders(), body, same);
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    EXPECT_EQ(again.body, sold.body);
    EXPECT_EQ(
        organizer.post(orders(), R"({"best_available":{"quantity":1},"method":"terminal"})", same)
            .code(),
        "IDEMPOTENCY_KEY_REUSED"
    );
    EXPECT_EQ(organizer.get(event_path() + "/sales").number("orders"), 1);
}

TEST_F(EventOrders, paid_in_cash_are_refunded_at_once) {
    const auto sold = sell_seat(0);
    const auto refunded = refund(sold, R"({"return_to_sale":true})");
    EXPECT_EQ(refunded.status, 200) << refunded.body;
    EXPECT_EQ(refunded.text("status"), "refunded");
    EXPECT_EQ(alice.get("/api/v1/seats/" + venue.seats[0]).text("status"), "available");
}

TEST_F(EventOrders, are_listed_oldest_first_by_status_and_part_by_part) {
    std::vector<std::string> ids{order(reserve(0)).text("id")};
    for (std::size_t seat = 1; seat < 4; ++seat)
        ids.push_back(
            sell_seat(seat, R"(,"email":"c)" + std::to_string(seat) + R"(@b.example")").text("id")
        );
    std::vector<std::string> listed;
    for (auto path = orders() + "?limit=2&status=paid"; !path.empty();) {
        const auto part = organizer.get(path);
        ASSERT_EQ(part.status, 200) << part.body;
        for (const auto& one : part.json.as_array()) {
            listed.emplace_back(one.at("id").as_string());
            EXPECT_EQ(
                one.at("email").as_string(), "c" + std::to_string(listed.size()) + "@b.example"
            );
        }
        path = next_of(part);
    }
    EXPECT_EQ(listed, (std::vector<std::string>{ids[1], ids[2], ids[3]}));
    EXPECT_EQ(organizer.get(orders()).json.as_array().size(), 4);
    EXPECT_EQ(organizer.get(orders() + "?status=created").json.at(0).at("id").as_string(), ids[0]);
    EXPECT_EQ(organizer.get(orders() + "?status=refunded").body, "[]");
    EXPECT_EQ(organizer.get(orders() + "?status=Paid").code(), "INVALID_REQUEST");
}

TEST_F(EventOrders, come_as_a_table_without_formulas) {
    Caller eve{server, "=HYPERLINK(\"x\")"};
    const auto held = eve.reserve(venue.event, {venue.seats[0]}, "k");
    eve.post(kOrders, order_body(held, R"(,"email":"+1@b.example","locale":"ja")"), key());
    sell_seat(1);
    const auto table = organizer.get(orders() + ".csv");
    ASSERT_EQ(table.status, 200) << table.body;
    EXPECT_EQ(table.header("content-type"), "text/csv; charset=utf-8; header=present");
    EXPECT_EQ(
        table.header("content-disposition"),
        "attachment; filename=\"orders-" + venue.event + ".csv\""
    );
    const auto records = records_of(table);
    ASSERT_EQ(records.size(), 3) << table.body;
    EXPECT_TRUE(records[0].starts_with("order_id,reservation_id,created_at,status,user_id,"));
    const auto* const defused =
        ",created,\"'=HYPERLINK(\"\"x\"\")\",'+1@b.example,ja,1,1000,0,0,JPY,,false";
    EXPECT_TRUE(records[1].ends_with(defused)) << records[1];
    EXPECT_TRUE(records[2].ends_with(",paid,dev,,,1,1000,1000,0,JPY,cash,false")) << records[2];
}

/// More orders than are read at once.
TEST_F(EventOrders, come_as_a_long_table_part_by_part) {
    constexpr std::size_t kMany = 205;
    const auto body = R"({"name":"Floor","price":5,"total_stock":)" + std::to_string(kMany) + "}";
    organizer.post(event_path() + "/ticket-categories", body);
    std::set<std::string> ids;
    for (std::size_t i = 0; i < kMany; ++i) {
        const auto sold = sell(
            R"({"items":[{"category":"Floor","quantity":1}],"method":"free","email":"b)" +
            std::to_string(i) + R"(@b.example"})"
        );
        ASSERT_EQ(sold.status, 201) << sold.body;
        ids.insert(sold.text("id"));
    }
    for (const auto& [query, sizes] : {
             std::pair{std::string{}, std::vector<std::size_t>{kMany}},
             {"?limit=201", {201, 4}},
             {"?limit=200", {200, 5}},
             {"?limit=205", {kMany}},
         }) {
        std::set<std::string> found;
        std::vector<std::size_t> parts;
        for (auto path = orders() + ".csv" + query; !path.empty();) {
            const auto table = organizer.get(path);
            const auto records = records_of(table);
            parts.push_back(records.size() - 1);
            for (std::size_t i = 1; i < records.size(); ++i) {
                found.insert(records[i].substr(0, records[i].find(',')));
                const auto email = ",b" + std::to_string(found.size() - 1) + "@b.example,";
                EXPECT_NE(records[i].find(email), std::string::npos) << records[i];
            }
            path = next_of(table);
        }
        EXPECT_EQ(parts, sizes) << query;
        EXPECT_EQ(found, ids) << query;
    }
}

TEST_F(EventOrders, of_a_cancelled_event_are_all_refunded) {
    const auto bought = buy(0);
    const auto sold = sell_seat(1);
    const auto open = order(reserve(2));
    const auto cancelled = organizer.post(event_path() + "/cancel");
    ASSERT_EQ(cancelled.status, 202) << cancelled.body;
    EXPECT_EQ(cancelled.text("sale_state"), "cancelled");
    EXPECT_EQ(organizer.get(event_path()).text("sale_state"), "cancelled");
    EXPECT_TRUE(becomes(bought, "refunded"));
    EXPECT_TRUE(eventually([&] {
        const auto sales = organizer.get(event_path() + "/sales");
        return sales.json.at("cancellation").at("orders_to_refund") == 0;
    }));
    const auto sales = organizer.get(event_path() + "/sales");
    EXPECT_EQ(sales.json.at("cancellation").at("orders_refunded"), 2);
    EXPECT_EQ(sales.number("revenue"), 0);
    EXPECT_EQ(get(bought).json.at("refunds").at(0).at("reason"), "event_cancelled");
    EXPECT_EQ(reserve(3).status, 409);
    EXPECT_EQ(pay(open).status, 409);
    EXPECT_EQ(sell_seat(4).status, 409);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(EventOrders, are_the_business_of_the_events_organizers) {
    server.set_auth({.jwt_secret = kJwtSecret});
    sell_seat(0);
    server.restart();
    auto client = server.connect();
    for (const auto* path : {"/orders", "/orders.csv", "/sales"})
        EXPECT_EQ(client.ask("GET", event_path() + path).code(), "UNAUTHENTICATED") << path;
    const auto unknown = "/api/v1/events/018f7c2e-0a10-7000-8000-000000000001";
    TestServer dev;
    Caller admin{dev, ""};
    for (const auto* path : {"/orders", "/orders.csv", "/sales"})
        EXPECT_EQ(admin.get(std::string{unknown} + path).code(), "NOT_FOUND") << path;
    EXPECT_EQ(admin.post(std::string{unknown} + "/cancel").code(), "NOT_FOUND");
}

}  // namespace
}  // namespace frontrow::test
