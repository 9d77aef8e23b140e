#include "wire/fact_json.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

// Facts as readers get them: as in the journal, without the data of keys.

namespace frontrow::wire {
namespace {

using namespace domain;

Fact fact_with(FactBody body, EventId event = EventId{Bits128{0x7000, 1}}) {
    return {
        .seq = 7,
        .at = *parse_rfc3339("2026-11-21T00:00:00Z"),
        .trace = {Bits128{0, 15}},
        .event = event,
        .body = std::move(body),
    };
}

std::string told(const Fact& fact) {
    std::string line;
    append_told_fact(line, fact, "7-5f0c2b7a");
    return line;
}

boost::json::object kept(const Fact& fact) {
    std::string line;
    append_fact(line, fact);
    return boost::json::parse(line).as_object();
}

/// Expects the fact as in the journal, but with an id and without these fields of its data.
void expect_told_without(const Fact& fact, std::initializer_list<const char*> names) {
    auto expected = kept(fact);
    expected["id"] = "7-5f0c2b7a";
    for (const auto* name : names)
        EXPECT_EQ(expected["data"].as_object().erase(name), 1U) << name;
    EXPECT_EQ(boost::json::parse(told(fact)), boost::json::value(expected)) << told(fact);
}

TEST(ToldFact, begins_with_its_number_and_its_id) {
    const auto confirmed = fact_with(ReservationConfirmed{ReservationId{Bits128{0x7000, 2}}});
    EXPECT_EQ(
        told(confirmed),
        R"({"seq":7,"id":"7-5f0c2b7a","type":"ReservationConfirmed",)"
        R"("event_id":"00000000-0000-7000-0000-000000000001","at":"2026-11-21T00:00:00.000Z",)"
        R"("trace_id":"0000000000000000000000000000000f",)"
        R"("data":{"reservation_id":"00000000-0000-7000-0000-000000000002"}})"
    );
}

TEST(ToldFact, has_no_mark_of_the_request_that_led_to_it) {
    ReservationHeld held{
        .reservation = ReservationId{Bits128{0x7000, 2}},
        .user = "alice",
        .seats = {SeatId{Bits128{0x7000, 3}}},
        .total_amount = 8'000,
        .expires_at = *parse_rfc3339("2026-11-21T00:15:00Z"),
        .request = {.key = {1, 2}, .content = {3, 4}},
    };
    expect_told_without(fact_with(held), {"request_key", "request_content"});
}

TEST(ToldFact, has_no_digest_of_an_api_key) {
    ApiKeyCreated key{.key = ApiKeyId{Bits128{0x7000, 4}}, .name = "gate", .prefix = "frk_1"};
    key.digest.fill(0xAB);
    key.created_by = "root";
    const auto fact = fact_with(key, {});
    expect_told_without(fact, {"digest"});
    EXPECT_EQ(told(fact).find("abab"), std::string::npos);
}

TEST(ToldFact, has_all_else_that_the_journal_has) {
    EventSpec spec;
    spec.name = "Winter \"concert\"";
    auto block = std::make_shared<SeatBlock>();
    block->seats.push_back({.number = "A-1", .section = "Stalls", .price = 1'000});
    const FactBody bodies[] = {
        EventCreated{spec, "house"},
        EventUpdated{spec},
        EventDeleted{},
        SeatsAdded{std::move(block)},
        ReservationCancelled{},
        ReservationExpired{},
        ReservationExtended{},
        ReservationChanged{.added_seats = {SeatId{}}, .unit_prices = {1}},
        SaleChanged{},
    };
    for (const auto& body : bodies)
        expect_told_without(fact_with(body), {});
    expect_told_without(fact_with(ApiKeyRevoked{.revoked_by = "root"}, {}), {});
    expect_told_without(fact_with(FormatRaised{1}, {}), {});
}

}  // namespace
}  // namespace frontrow::wire
