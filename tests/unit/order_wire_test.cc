#include "wire/contact.h"
#include "wire/csv_record.h"
#include "wire/fact_json.h"
#include "wire/order_csv.h"
#include "wire/requests.h"
#include "wire/ticket_json.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

// The written forms of orders: requests, the table for organisers, contacts, and what readers of
// the feed don't get.

namespace frontrow::wire {
namespace {

using namespace domain;
using namespace std::string_literals;

constexpr auto kId = "0192a4b8-1f3c-7def-8abc-0123456789ab";

/// The fields with errors; none if the body is valid.
template <class T>
std::vector<std::string> wrong_fields(const Result<T, ParseError>& parsed) {
    std::vector<std::string> fields;
    if (parsed) return fields;
    for (const auto& error : parsed.error().fields)
        fields.push_back(error.field);
    return fields;
}

std::string order_with(const std::string& member) {
    return R"({"reservation_id":")"s + kId + "\"" + (member.empty() ? "" : ",") + member + "}";
}

TEST(OrderRequests, take_addresses_that_could_be_reached) {
    const auto wrong = [](const std::string& email) {
        return wrong_fields(parse_order_request(order_with(R"("email":")" + email + "\"")));
    };
    for (const std::string good :
         {"a@b", "alice+tickets@example.org", "o'neill@example.org", "席@例え.jp", "\\\"a\\\"@b.org"
         })
        EXPECT_EQ(wrong(good), std::vector<std::string>{}) << good;
    for (const auto& bad :
         {""s,
          "a"s,
          "ab"s,
          "abc"s,
          "@b.org"s,
          "a@"s,
          "a@b@c"s,
          "a b@c.org"s,
          "a@b.org,c@d.org"s,
          "A <a@b.org>"s,
          "a@b\\n.org"s,
          "a@" + std::string(253, 'b')})
        EXPECT_EQ(wrong(bad), std::vector<std::string>{"email"}) << bad;
    EXPECT_EQ(wrong("a@" + std::string(252, 'b')), std::vector<std::string>{});
}

TEST(OrderRequests, take_language_tags) {
    const auto wrong = [](const std::string& locale) {
        return wrong_fields(parse_order_request(order_with(R"("locale":")" + locale + "\"")));
    };
    for (const std::string good : {"ja", "en-GB", "zh-Hant-TW", "de-CH-1996", "haw"})
        EXPECT_EQ(wrong(good), std::vector<std::string>{}) << good;
    for (const std::string bad :
         {"", "e", "1a", "en_GB", "en-", "-en", "en--GB", "en-GB ", "englishes"})
        EXPECT_EQ(wrong(bad), std::vector<std::string>{"locale"}) << bad;
}

TEST(OrderRequests, need_a_reservation) {
    EXPECT_EQ(wrong_fields(parse_order_request("{}")), std::vector<std::string>{"reservation_id"});
    const auto request = parse_order_request(order_with(R"("email":"a@b.c","locale":"ja")"));
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->reservation.to_string(), kId);
    EXPECT_EQ(request->contact, (Contact{"a@b.c", "ja"}));
}

TEST(PaymentRequests, have_a_token_or_a_place_to_come_back_to) {
    const auto wrong = [](const std::string& body) {
        return wrong_fields(parse_payment_request(body));
    };
    EXPECT_EQ(wrong("{}"), std::vector<std::string>{"token"});
    EXPECT_EQ(
        wrong(R"({"token":"t","return_url":"https://a"})"), std::vector<std::string>{"return_url"}
    );
    EXPECT_EQ(parse_payment_request(R"({"token":"tok_ok"})")->token, "tok_ok");
    EXPECT_EQ(parse_payment_request(R"({"return_url":"http://a"})")->return_url, "http://a");
    for (const std::string bad :
         {"",
          "ftp://a.b",
          "https://",
          "https:///p",
          "https://?q",
          "//a.b.example",
          "https://a b",
          "javascript:1"})
        EXPECT_EQ(wrong(R"({"return_url":")" + bad + "\"}"), std::vector<std::string>{"return_url"})
            << bad;
    EXPECT_EQ(wrong(R"({"token":""})"), std::vector<std::string>{"token"});
}

TEST(PaymentRequests, never_have_a_card_number) {
    for (const std::string card :
         {"4242424242424242", "4242 4242 4242 4242", "3782-822463-10005", "411111111111"})
        EXPECT_EQ(
            wrong_fields(parse_payment_request(R"({"token":")" + card + "\"}")),
            std::vector<std::string>{"token"}
        ) << card;
    for (const std::string token : {"12345678901", "12345678901234567890", "tok_4242424242424242"})
        EXPECT_TRUE(parse_payment_request(R"({"token":")" + token + "\"}").has_value()) << token;
}

TEST(RefundRequests, without_a_body_are_about_everything) {
    for (const auto* body : {"", "{}", R"({"return_to_sale":false})"}) {
        const auto request = parse_refund_request(body);
        ASSERT_TRUE(request.has_value()) << body;
        EXPECT_TRUE(request->claim.is_empty());
        EXPECT_FALSE(request->returns_to_sale);
    }
    const auto some = parse_refund_request(
        R"({"items":[{"category":"Floor","quantity":2}],"return_to_sale":true})"
    );
    EXPECT_EQ(some->claim.items, (WantedItems{{"Floor", 2}}));
    EXPECT_TRUE(some->returns_to_sale);
    EXPECT_EQ(
        wrong_fields(parse_refund_request(R"({"seat_ids":[]})")),
        std::vector<std::string>{"seat_ids"}
    );
}

TEST(RefundRequests, can_name_tickets) {
    const std::string one = "018f7c2e-0c30-7000-8000-000000000001.1";
    const std::string two = "018f7c2e-0c30-7000-8000-000000000001.2";
    const auto with = [](const std::string& tickets) {
        return parse_refund_request(R"({"tickets":)" + tickets + "}");
    };
    const auto both = with("[\"" + one + "\",\"" + two + "\"]");
    ASSERT_TRUE(both);
    EXPECT_EQ(both->tickets, (std::vector{*parse_ticket_id(one), *parse_ticket_id(two)}));
    EXPECT_EQ(canonical(*both), canonical(*with("[\"" + two + "\",\"" + one + "\"]")));
    EXPECT_NE(canonical(*both), canonical(*with("[\"" + one + "\"]")));
    EXPECT_NE(canonical(*both), canonical(RefundRequest{}));
    for (const std::string bad : {"[]", "1", "[1]", R"(["018f7c2e-0c30-7000-8000-000000000001"])"})
        EXPECT_EQ(wrong_fields(with(bad)), std::vector<std::string>{"tickets"}) << bad;
}

TEST(RefundRequests, with_other_fields_give_nothing_back) {
    EXPECT_EQ(
        wrong_fields(parse_refund_request(R"({"amount":1000,"seats":[],"return_to_sale":true})")),
        (std::vector<std::string>{"amount", "seats"})
    );
    const auto long_name = parse_refund_request("{\"" + std::string(65, 'x') + "\":1}");
    EXPECT_EQ(wrong_fields(long_name), std::vector<std::string>{"body"});
}

TEST(RefundRequests, are_the_same_for_their_seats_in_any_order) {
    RefundRequest one{
        .claim = {.seats = {SeatId{Bits128{0, 1}}, SeatId{Bits128{0, 2}}}, .items = {}}
    };
    RefundRequest two{
        .claim = {.seats = {SeatId{Bits128{0, 2}}, SeatId{Bits128{0, 1}}}, .items = {}}
    };
    EXPECT_EQ(canonical(one), canonical(two));
    two.returns_to_sale = true;
    EXPECT_NE(canonical(one), canonical(two));
    one.despite_dispute = true;
    EXPECT_NE(canonical(one), canonical(two));
}

TEST(SettlementRequests, name_a_payment_or_a_refund_and_how_it_has_ended) {
    const auto id = PaymentId{Bits128{0, 1}}.to_string();
    const auto with = [&](const std::string& ids, const std::string& result) {
        return parse_settlement_request("{" + ids + R"("result":)" + result + "}");
    };
    const auto payment = R"("payment_id":")" + id + "\",";
    const auto refund = R"("refund_id":")" + id + "\",";
    const auto paid = with(payment, R"("succeeded")");
    EXPECT_EQ(paid->payment, (PaymentId{Bits128{0, 1}}));
    EXPECT_TRUE(paid->is_done);
    const auto failed = with(refund, R"("failed")");
    EXPECT_EQ(failed->refund, (RefundId{Bits128{0, 1}}));
    EXPECT_FALSE(failed->is_done);
    using Wrong = std::vector<std::string>;
    EXPECT_EQ(wrong_fields(with("", R"("failed")")), Wrong{"payment_id"});
    EXPECT_EQ(wrong_fields(with(payment + refund, R"("failed")")), Wrong{"refund_id"});
    EXPECT_EQ(wrong_fields(with(payment, R"("declined")")), Wrong{"result"});
    EXPECT_EQ(wrong_fields(with(payment, "true")), Wrong{"result"});
}

TEST(BoxOfficeRequests, say_where_the_money_is_taken) {
    const auto parse = [](const std::string& method) {
        return parse_box_office_request(
            R"({"best_available":{"quantity":1},"method":")" + method + "\"}"
        );
    };
    for (const auto method :
         {PaymentMethod::cash, PaymentMethod::terminal, PaymentMethod::invoice, PaymentMethod::free
         })
        EXPECT_EQ(parse(std::string{name_of(method)})->method, method);
    for (const std::string bad : {"provider", "Cash", ""})
        EXPECT_EQ(wrong_fields(parse(bad)), std::vector<std::string>{"method"}) << bad;
    EXPECT_EQ(
        wrong_fields(parse_box_office_request(R"({"method":"cash"})")),
        std::vector<std::string>{"seat_ids"}
    );
    EXPECT_EQ(
        wrong_fields(parse_box_office_request(R"({"best_available":{"quantity":1}})")),
        std::vector<std::string>{"method"}
    );
}

TEST(Contact, is_kept_with_its_user_and_read_back) {
    const Contact contact{"a\"b@c.org", "ja"};
    const auto record = contact_record(contact, "alice");
    EXPECT_EQ(record, R"({"user_id":"alice","email":"a\"b@c.org","locale":"ja"})");
    EXPECT_EQ(parse_contact_record(record)->contact, contact);
    EXPECT_EQ(parse_contact_record(record)->user, "alice");
    const auto of_nobody = contact_record(contact, "");
    EXPECT_EQ(of_nobody, R"({"email":"a\"b@c.org","locale":"ja"})");
    EXPECT_EQ(parse_contact_record(of_nobody)->user, "");
    EXPECT_EQ(parse_contact_record(contact_record({}, "bob"))->contact, Contact{});
    for (const auto* broken : {"", "[]", R"({"email":7})"})
        EXPECT_FALSE(parse_contact_record(broken).has_value()) << broken;
}

std::string csv_field(std::string_view text) {
    std::string out;
    append_csv_field(out, text);
    return out;
}

TEST(OrderTable, quotes_what_needs_it_and_defuses_formulas) {
    EXPECT_EQ(csv_field(""), "");
    EXPECT_EQ(csv_field("alice"), "alice");
    EXPECT_EQ(csv_field("a=1+2-3@4"), "a=1+2-3@4");
    EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
    EXPECT_EQ(csv_field("a\"b"), "\"a\"\"b\"");
    EXPECT_EQ(csv_field("a\nb"), "\"a\nb\"");
    EXPECT_EQ(csv_field("=1+1"), "'=1+1");
    EXPECT_EQ(csv_field("+81"), "'+81");
    EXPECT_EQ(csv_field("-1"), "'-1");
    EXPECT_EQ(csv_field("@SUM(A1)"), "'@SUM(A1)");
    EXPECT_EQ(csv_field("\t=1"), "'\t=1");
    EXPECT_EQ(csv_field("\r=1"), "\"'\r=1\"");
    EXPECT_EQ(csv_field("=HYPERLINK(\"a\",\"b\")"), "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\"");
}

TEST(OrderTable, has_a_record_for_each_order_with_its_money) {
    Order order{
        .id = OrderId{Bits128{0x7000, 1}},
        .reservation = ReservationId{Bits128{0x7000, 2}},
        .event = {},
        .user = "=alice",
        .lines =
            {{.amount = 8}, {.kind = LineKind::category, .seat = {}, .category = "F", .quantity = 3}
            },
        .amount = 20,
        .currency = {},
        .created_at = Instant{Millis{0}},
        .request = {},
        .closed_at = {},
        .payments =
            {{.id = PaymentId{Bits128{0, 3}},
              .status = PaymentStatus::succeeded,
              .method = PaymentMethod::cash}},
        .refunds =
            {{.id = {},
              .payment = PaymentId{Bits128{0, 3}},
              .status = RefundStatus::succeeded,
              .amount = 5}},
    };
    std::string out;
    append_order_columns(out);
    append_order_record(out, {order, OrderStatus::paid}, {"a@b.c", "ja"});
    EXPECT_EQ(
        out,
        "order_id,reservation_id,created_at,status,user_id,email,locale,tickets,amount,captured,"
        "refunded,"
        "currency,payment_method,disputed\r\n"
        "00000000-0000-7000-0000-000000000001,00000000-0000-7000-0000-000000000002,"
        "1970-01-01T00:00:00.000Z,paid,'=alice,a@b.c,ja,4,20,20,5,JPY,cash,false\r\n"
    );
}

TEST(FactJson, tells_readers_nothing_of_how_a_buyer_pays) {
    const auto told = [](FactBody body) {
        std::string line;
        append_told_fact(
            line, Fact{.seq = 1, .at = {}, .trace = {}, .event = {}, .body = std::move(body)}, "1-0"
        );
        return line;
    };
    const auto intended = told(PaymentIntended{
        .order = {},
        .payment = {},
        .provider = "stripe",
        .token = "secret-token",
        .return_url = "https://secret",
        .pinned_until = {}
    });
    EXPECT_EQ(intended.find("secret"), std::string::npos) << intended;
    EXPECT_NE(intended.find("stripe"), std::string::npos) << intended;
    const auto pending = told(PaymentPending{{}, {}, "pi_1", "https://secret"});
    EXPECT_EQ(pending.find("secret"), std::string::npos) << pending;
    EXPECT_NE(pending.find("pi_1"), std::string::npos) << pending;
}

}  // namespace
}  // namespace frontrow::wire
