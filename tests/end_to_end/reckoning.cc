#include "end_to_end/reckoning.h"

#include "support/eventually.h"
#include "support/http_answer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace frontrow::test {
namespace {

constexpr std::size_t kPage = 100;
/// How many of a buyer's requests are repeated.
constexpr std::size_t kReplays = 2;

std::vector<std::string> texts_in(const boost::json::value& list) {
    std::vector<std::string> texts;
    for (const auto& item : list.as_array())
        texts.emplace_back(item.as_string());
    return texts;
}

std::string quoted(const std::string& id, const std::string& user) {
    return "reservation " + id + " of " + user;
}

}  // namespace

void Reckoning::settle(std::vector<Buyer>& buyers) {
    from_ = server_time();
    std::vector<ById> lists;
    for (const auto& buyer : buyers)
        lists.push_back(list(buyer.name));
    to_ = server_time();
    compare_seats(lists);
    for (std::size_t i = 0; i < buyers.size(); ++i) {
        auto& buyer = buyers[i];
        auto& untold = lists[i];
        compare(buyer, untold);
        retry_doubts(buyer, untold);
        for (const auto& [id, seen] : untold)
            ADD_FAILURE() << quoted(id, buyer.name) << " is there, and nobody asked for it";
        replay_some(buyer);
        EXPECT_EQ(list(buyer.name).size(), buyer.bookings.size()) << buyer.name;
    }
}

void Reckoning::settle_without_doubt(std::vector<Buyer>& buyers) {
    for (auto& buyer : buyers)
        buyer.doubts.clear();
    settle(buyers);
}

/// Repeats the request while the answer is 503: after its database is back, a node may find another
/// lost connection and ask the client to try again.
Answer Reckoning::ask(const Request& request) {
    std::optional<Answer> answer;
    const bool is_answered = eventually([&] {
        answer = client_.send(request);
        if (!answer) throw std::runtime_error("no answer to " + request.target);
        return answer->status != 503;
    });
    if (!is_answered)
        throw std::runtime_error(request.target + " can't be answered: " + answer->body);
    return std::move(*answer);
}

Answer
Reckoning::reserve(const std::string& user, const std::string& key, const std::string& body) {
    return ask({
        .method = "POST",
        .target = "/api/v1/reservations",
        .headers = {{"X-User-ID", user}, {"Idempotency-Key", key}},
        .body = body,
    });
}

std::string Reckoning::server_time() {
    return text_of(ask({.target = "/health"}).json(), "timestamp");
}

Reckoning::ById Reckoning::list(const std::string& user) {
    ById all;
    for (std::size_t offset = 0;; offset += kPage) {
        const auto target = "/api/v1/reservations?limit=" + std::to_string(kPage) +
                            "&offset=" + std::to_string(offset);
        const auto page = ask({.target = target, .headers = {{"X-User-ID", user}}}).json();
        for (const auto& item : page.as_array()) {
            all[text_of(item, "id")] = {
                .user = text_of(item, "user_id"),
                .status = text_of(item, "status"),
                .expires_at = text_of(item, "expires_at"),
                .confirmed_at = text_of(item, "confirmed_at"),
                .seats = texts_in(item.as_object().at("seat_ids")),
            };
        }
        if (page.as_array().size() < kPage) return all;
    }
}

void Reckoning::compare(Buyer& buyer, ById& seen) {
    for (std::size_t i = 0; i < buyer.bookings.size(); ++i) {
        auto& booking = buyer.bookings[i];
        const auto found = seen.find(booking.id);
        if (found == seen.end()) {
            ADD_FAILURE() << quoted(booking.id, buyer.name) << " was acknowledged and is gone";
            continue;
        }
        compare_one(buyer, i, found->second);
        const bool is_other = booking.status != found->second.status ||
                              booking.expires_at != found->second.expires_at;
        doubts_carried_out_ += is_other && found->second.status != "expired";
        booking.status = found->second.status;
        booking.expires_at = found->second.expires_at;
        booking.confirmed_at = found->second.confirmed_at;
        seen.erase(found);
    }
}

void Reckoning::compare_one(const Buyer& buyer, std::size_t index, const Seen& seen) {
    const auto& told = buyer.bookings[index];
    const auto doubted = [&](Step step) { return buyer.doubts_step(step, index); };
    const auto what = quoted(told.id, buyer.name) + ", told " + told.status + " until " +
                      told.expires_at + ", seen " + seen.status + " until " + seen.expires_at;
    EXPECT_EQ(seen.user, buyer.name) << what;
    EXPECT_EQ(seen.seats, told.seats) << what;
    if (seen.status == told.status) {
        EXPECT_EQ(seen.confirmed_at, told.confirmed_at) << what;
    } else {
        const bool is_explained =
            told.status == "pending" &&
            (seen.status == "expired" || (seen.status == "confirmed" && doubted(Step::confirm)) ||
             (seen.status == "cancelled" && doubted(Step::cancel)));
        EXPECT_TRUE(is_explained) << what;
    }
    const bool is_longer = doubted(Step::extend) && seen.expires_at > told.expires_at;
    EXPECT_TRUE(seen.expires_at == told.expires_at || is_longer) << what;
    if (seen.status == "pending") EXPECT_GT(seen.expires_at, from_) << what;
    if (seen.status == "expired") EXPECT_LE(seen.expires_at, to_) << what;
}

/// The lists of all buyers determine who has which seat, and the hall's own seats must agree. Holds
/// that expire meanwhile may appear either way.
void Reckoning::compare_seats(const std::vector<ById>& lists) {
    struct Claims {
        int sold = 0;
        int held = 0;
        bool is_running_out = false;
    };
    std::map<std::string, Claims> claims;
    const auto target = "/api/v1/events/" + hall_.event + "/seats";
    const auto seats = ask({.target = target}).json();
    const auto until = server_time();
    for (const auto& list : lists) {
        for (const auto& [id, seen] : list) {
            for (const auto& seat : seen.seats) {
                auto& claim = claims[seat];
                claim.sold += seen.status == "confirmed";
                claim.held += seen.status == "pending" && seen.expires_at > until;
                claim.is_running_out |= seen.status == "pending" && seen.expires_at <= until;
            }
        }
    }
    for (const auto& seat : seats.as_array()) {
        const auto id = text_of(seat, "id");
        const auto status = text_of(seat, "status");
        const auto claim = claims[id];
        EXPECT_LE(claim.sold + claim.held, 1) << "seat " << id << " has several buyers";
        if (claim.is_running_out) continue;
        const auto* expected = claim.sold > 0   ? "confirmed"
                               : claim.held > 0 ? "reserved"
                                                : "available";
        EXPECT_EQ(status, expected) << "seat " << id;
    }
}

void Reckoning::retry_doubts(Buyer& buyer, ById& untold) {
    for (const auto& doubt : std::exchange(buyer.doubts, {})) {
        if (doubt.step == Step::reserve) {
            retry_reserve(buyer, doubt, untold);
        } else {
            retry_change(buyer, doubt);
        }
    }
}

void Reckoning::retry_reserve(Buyer& buyer, const Doubt& doubt, ById& untold) {
    const auto first = reserve(buyer.name, doubt.key, doubt.request);
    if (first.status == 409 && first.code() == "SEAT_UNAVAILABLE") return;
    ASSERT_EQ(first.status, 201U) << first.body;
    const auto told = first.json();
    const auto id = text_of(told, "id");
    const auto found = untold.find(id);
    const bool was_done = found != untold.end();
    EXPECT_EQ(first.header("idempotency-replayed") == "true", was_done) << first.body;
    const auto second = reserve(buyer.name, doubt.key, doubt.request);
    EXPECT_EQ(second.status, 201U);
    EXPECT_EQ(second.body, as_replayed(first.body));
    EXPECT_EQ(second.header("idempotency-replayed"), "true");
    EXPECT_EQ(texts_in(told.as_object().at("seat_ids")), doubt.seats);
    buyer.bookings.push_back({
        .id = id,
        .key = doubt.key,
        .seats = doubt.seats,
        .request = doubt.request,
        .answer = first.body,
        .status = was_done ? found->second.status : "pending",
        .expires_at = text_of(told, "expires_at"),
        .confirmed_at = {},
    });
    if (was_done) untold.erase(found);
    doubts_carried_out_ += was_done;
}

/// Doesn't repeat an extension, because that would extend the hold twice.
void Reckoning::retry_change(Buyer& buyer, const Doubt& doubt) {
    if (doubt.step == Step::extend) return;
    auto& booking = buyer.bookings[doubt.booking];
    const bool confirms = doubt.step == Step::confirm;
    const auto* path = confirms ? "/confirm" : "/cancel";
    const auto answer = ask({
        .method = "POST",
        .target = "/api/v1/reservations/" + booking.id + path,
        .headers = {{"X-User-ID", buyer.name}},
    });
    const auto* wanted = confirms ? "confirmed" : "cancelled";
    if (answer.status == 410) {
        EXPECT_NE(booking.status, wanted) << answer.body;
        booking.status = "expired";
        return;
    }
    EXPECT_EQ(answer.status, 200U) << answer.body;
    const auto told = answer.json();
    EXPECT_EQ(text_of(told, "status"), wanted);
    if (booking.status == wanted) EXPECT_EQ(text_of(told, "confirmed_at"), booking.confirmed_at);
    booking.status = text_of(told, "status");
    booking.confirmed_at = text_of(told, "confirmed_at");
}

void Reckoning::replay_some(const Buyer& buyer) {
    const auto count = std::min(kReplays, buyer.bookings.size());
    for (std::size_t i = buyer.bookings.size() - count; i < buyer.bookings.size(); ++i) {
        const auto& booking = buyer.bookings[i];
        const auto again = reserve(buyer.name, booking.key, booking.request);
        EXPECT_EQ(again.status, 201U);
        EXPECT_EQ(again.body, as_replayed(booking.answer)) << "the same key gave another answer";
        EXPECT_EQ(again.header("idempotency-replayed"), "true");
    }
}

}  // namespace frontrow::test
