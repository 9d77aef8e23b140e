#include "wire/fact_json.h"

#include "domain/command_traits.h"
#include "domain/writable.h"
#include "support/seed.h"
#include "wire/json_writer.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <optional>
#include <rapidcheck.h>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::wire {
namespace {

using namespace domain;
using namespace std::string_view_literals;

/// Text that an organiser may write and that is difficult for a JSON writer.
std::string nasty_text(std::size_t pieces_max) {
    static const std::vector<std::string> pieces{"\"",     "\\", "\\\"", "\\n",   "\\u0000",
                                                 "\n",     "\t", "\r\n", "/",     "</script>",
                                                 "席",     "é",  "🎫",   "مرحبا", "\u2028",
                                                 "{}",     "[",  ",",    ":",     "null",
                                                 "\u0080", "a",  " "};
    const auto picked = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces));
    std::string text = *rc::gen::elementOf(pieces);
    for (std::size_t i = 0; i < std::min(picked.size(), pieces_max); ++i)
        text += picked[i];
    return text;
}

Bits128 any_bits() {
    return {*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::arbitrary<std::uint64_t>()};
}

template <class Integer>
Integer within(Integer min, Integer max) {
    return *rc::gen::inRange<Integer>(min, max + 1);
}

bool any_truth() {
    return *rc::gen::arbitrary<bool>();
}

std::uint32_t any_count() {
    return *rc::gen::arbitrary<std::uint32_t>();
}

Category any_category() {
    return {nasty_text(10), within<Amount>(0, kWrittenPriceMax), any_count()};
}

Instant any_instant() {
    return Instant{Millis{within<std::int64_t>(0, 253'402'300'799'998)}};
}

std::optional<RequestMark> any_request() {
    if (any_truth()) return std::nullopt;
    return RequestMark{any_bits(), any_bits()};
}

/// A coordinate with two decimals, because Boost.JSON 1.81 may read the last digit of a number
/// wrong if it has sixteen digits or more.
double any_coordinate() {
    return within(-1'000'000, 1'000'000) / 100.0;
}

Position any_position() {
    Position position;
    if (any_truth()) position.x = any_coordinate();
    if (any_truth()) position.y = any_coordinate();
    return position;
}

void give_any_codes(AccessCodes& codes) {
    codes.resize(within<std::size_t>(0, 4));
    for (auto& code : codes)
        code = any_bits();
}

AllocationAdded any_allocation() {
    Allocation one{.name = nasty_text(10)};
    if (any_truth()) {
        one.seats.resize(within<std::size_t>(1, 5));
        for (auto& seat : one.seats)
            seat = SeatId{any_bits()};
    } else {
        one.category = "c" + nasty_text(10);
        one.quantity = any_count();
    }
    if (any_truth()) one.limit = any_count();
    if (any_truth()) one.limit_per_user = any_count();
    if (any_truth()) one.until = any_instant();
    give_any_codes(one.codes);
    return {std::move(one), any_request()};
}

AllocationChanged any_allocation_change() {
    AllocationChanged body{nasty_text(10), {}};
    if (any_truth()) body.change.limit = any_count();
    if (any_truth()) body.change.limit_per_user = any_count();
    if (any_truth()) body.change.until = any_instant();
    if (any_truth()) give_any_codes(body.change.codes.emplace());
    return body;
}

EventSpec any_event_spec() {
    EventSpec spec;
    spec.name = nasty_text(50);
    spec.description = any_truth() ? nasty_text(100) : "";
    spec.venue = any_truth() ? nasty_text(50) : "";
    spec.start_at = any_instant();
    spec.end_at = spec.start_at + Millis{1};
    spec.total_seats = within<std::int64_t>(1, 10'000'000);
    if (any_truth()) spec.sales_start_at = any_instant();
    if (any_truth()) spec.sales_end_at = any_instant();
    spec.hold = std::chrono::seconds{within(1, 3'600)};
    spec.max_seats_per_reservation = within<std::uint32_t>(1, 100);
    if (any_truth()) spec.max_seats_per_user = within<std::uint32_t>(1, 100'000);
    if (any_truth()) spec.currency = *Currency::parse("EUR");
    if (any_truth()) spec.payment = PaymentRule::required;
    if (any_truth())
        spec.stage = {any_coordinate(), any_coordinate(), any_coordinate(), any_coordinate()};
    if (any_truth()) spec.focal_point = {any_coordinate(), any_coordinate()};
    spec.best_seats = static_cast<SeatPreference>(within<int>(0, 2));
    if (any_truth())
        spec.admission = Admission::of(
            {{{nasty_text(10), {nasty_text(10), ""}, {}}, {"", {}, {"Floor"}}},
             {any_truth(), {{nasty_text(10), any_truth()}, {"", any_truth()}}, nasty_text(20)}}
        );
    return spec;
}

SeatsAdded any_seats() {
    auto block = std::make_shared<SeatBlock>();
    block->first_id = SeatId{any_bits()};
    block->seats.resize(within<std::size_t>(0, 5));
    for (auto& seat : block->seats) {
        seat.number = nasty_text(10);
        seat.section = any_truth() ? nasty_text(10) : "";
        seat.row = any_truth() ? nasty_text(10) : "";
        seat.price = within<Amount>(0, kPriceMax);
        const SeatDetails details{
            .position = any_position(),
            .flags = static_cast<SeatFlags>(within<int>(0, 7)),
            .label = any_truth() ? nasty_text(10) : "",
        };
        if (details != SeatDetails{}) seat.details = std::make_shared<const SeatDetails>(details);
    }
    return {std::move(block), any_request()};
}

SeatIds any_seat_ids() {
    SeatIds seats(within<std::size_t>(0, 5));
    for (auto& seat : seats)
        seat = SeatId{any_bits()};
    return seats;
}

Items any_items() {
    Items items;
    if (any_truth()) items.resize(within<std::size_t>(1, 5));
    for (auto& item : items)
        item = {nasty_text(10), any_count(), within<Amount>(0, kPriceMax)};
    return items;
}

PaymentDisputed any_dispute() {
    PaymentDisputed body{OrderId{any_bits()}, PaymentId{any_bits()}, any_truth()};
    if (any_truth()) body.signed_at = any_instant();
    return body;
}

ReservationChanged any_change() {
    ReservationChanged body{
        .reservation = ReservationId{any_bits()},
        .added_seats = any_seat_ids(),
        .removed_seats = any_seat_ids(),
        .added_items = any_items(),
        .removed_items = any_items(),
        .total_amount = within<Amount>(0, 100 * kPriceMax),
        .request = any_request(),
    };
    for (std::size_t i = 0; i < body.added_seats.size(); ++i)
        body.unit_prices.push_back(within<Amount>(0, kPriceMax));
    return body;
}

ReservationHeld any_hold() {
    ReservationHeld body{
        .reservation = ReservationId{any_bits()},
        .user = nasty_text(50),
        .total_amount = within<Amount>(0, 100 * kPriceMax),
        .expires_at = any_instant(),
        .request = {any_bits(), any_bits()},
    };
    body.seats = any_seat_ids();
    if (any_truth()) body.unit_prices.resize(body.seats.size());
    for (auto& price : body.unit_prices)
        price = within<Amount>(0, kPriceMax);
    body.items = any_items();
    if (any_truth()) body.allocation = nasty_text(10);
    return body;
}

ApiKeyCreated any_api_key() {
    ApiKeyCreated body{
        .key = ApiKeyId{any_bits()},
        .name = nasty_text(50),
        .role = static_cast<Role>(within<int>(0, 3)),
        .prefix = nasty_text(12),
        .digest = {},
        .created_by = nasty_text(50),
        .account = any_truth() ? nasty_text(50) : "",
        .request = any_request(),
    };
    for (auto& byte : body.digest)
        byte = static_cast<std::uint8_t>(within<int>(0, 255));
    return body;
}

Amount any_price() {
    return within<Amount>(0, kWrittenPriceMax);
}

/// Text that may be missing.
std::string any_text() {
    return any_truth() ? nasty_text(50) : "";
}

OrderPlaced any_order() {
    OrderPlaced body{
        .order = OrderId{any_bits()},
        .reservation = ReservationId{any_bits()},
        .amount = any_price(),
        .request = {any_bits(), any_bits()},
    };
    body.lines.resize(within<std::size_t>(0, 4));
    for (auto& line : body.lines) {
        if (any_truth()) {
            line.seat = SeatId{any_bits()};
        } else {
            line.kind = LineKind::category;
            line.category = "c" + nasty_text(10);
        }
        line.quantity = any_count();
        line.unit_price = any_price();
        line.amount = any_price();
    }
    return body;
}

PaymentIntended any_payment() {
    return {
        .order = OrderId{any_bits()},
        .payment = PaymentId{any_bits()},
        .method = static_cast<PaymentMethod>(within<int>(0, 4)),
        .provider = any_text(),
        .token = any_text(),
        .return_url = any_text(),
        .pinned_until = any_instant(),
        .request = any_request(),
    };
}

TicketNumbers any_numbers() {
    TicketNumbers numbers;
    for (auto number = within<std::uint32_t>(0, 3); number > 0 && number < 9; number += 2)
        numbers.push_back(number);
    return numbers;
}

RefundIntended any_refund() {
    return {
        .order = OrderId{any_bits()},
        .refund = RefundId{any_bits()},
        .payment = PaymentId{any_bits()},
        .reason = static_cast<RefundReason>(within<int>(0, 3)),
        .amount = any_price(),
        .seats = any_seat_ids(),
        .items = any_items(),
        .returns_to_sale = any_truth(),
        .by = any_text(),
        .request = any_request(),
        .tickets = any_numbers(),
    };
}

constexpr std::size_t kFactTypes = std::variant_size_v<FactBody>;

std::uint32_t any_issue() {
    return within<std::uint32_t>(1, std::numeric_limits<std::uint32_t>::max() - 1);
}

TicketId any_ticket() {
    return {ReservationId{any_bits()}, any_issue()};
}

FactBody any_body(std::size_t type) {
    switch (type) {
        case 0:
            return EventCreated{any_event_spec(), nasty_text(50), any_request()};
        case 1:
            return EventUpdated{any_event_spec(), any_text()};
        case 2:
            return EventDeleted{any_text()};
        case 3:
            return any_seats();
        case 4:
            return any_hold();
        case 5:
            return ReservationConfirmed{ReservationId{any_bits()}};
        case 6:
            return ReservationCancelled{ReservationId{any_bits()}};
        case 7:
            return ReservationExpired{ReservationId{any_bits()}};
        case 8:
            return ReservationExtended{ReservationId{any_bits()}, any_instant(), any_request()};
        case 9:
            return any_api_key();
        case 10:
            return ApiKeyRevoked{ApiKeyId{any_bits()}, nasty_text(50)};
        case 11:
            return FormatRaised{within<std::uint32_t>(1, kNewestFormat)};
        case 12:
            return SaleChanged{
                static_cast<SaleAction>(within<int>(0, 2)), any_request(), any_text()
            };
        case 13:
            return ApiKeyMoved{ApiKeyId{any_bits()}, nasty_text(50), nasty_text(50)};
        case 14:
            return MemberAdded{
                nasty_text(50),
                static_cast<MemberRole>(within<int>(0, 1)),
                any_request(),
                any_text()
            };
        case 15:
            return MemberRemoved{nasty_text(50), any_text()};
        case 16:
            return CategoryAdded{any_category(), any_request(), any_text()};
        case 17:
            return CategoryChanged{any_category(), any_text()};
        case 18:
            return any_change();
        case 19:
            return any_allocation();
        case 20:
            return any_allocation_change();
        case 21:
            return AllocationEnded{nasty_text(10), any_text()};
        case 22:
            return ReservationRestored{ReservationId{any_bits()}};
        case 23:
            return any_order();
        case 24:
            return any_payment();
        case 25:
            return PaymentPending{
                OrderId{any_bits()}, PaymentId{any_bits()}, any_text(), any_text()
            };
        case 26:
            return PaymentSucceeded{
                OrderId{any_bits()}, PaymentId{any_bits()}, any_text(), any_text()
            };
        case 27:
            return PaymentDeclined{
                OrderId{any_bits()}, PaymentId{any_bits()}, any_text(), any_text()
            };
        case 28:
            return any_dispute();
        case 29:
            return any_refund();
        case 30:
            return RefundSucceeded{
                OrderId{any_bits()}, RefundId{any_bits()}, any_text(), any_text()
            };
        case 31:
            return RefundFailed{OrderId{any_bits()}, RefundId{any_bits()}, any_text(), any_text()};
        case 32:
            return EventCancelled{any_request(), any_text()};
        case 33:
            return TicketScanned{
                any_ticket(),
                {ScanId{any_bits()}, any_instant(), any_truth() ? nasty_text(10) : ""},
                nasty_text(50),
                any_truth()
            };
        case 34:
            return TicketReinstated{any_ticket(), nasty_text(50), any_request()};
        default:
            return TicketReissued{
                any_ticket(),
                any_issue(),
                any_truth() ? nasty_text(50) : "",
                nasty_text(50),
                any_request()
            };
    }
}

Fact any_fact(std::size_t type) {
    Fact fact{
        .seq = within<std::uint64_t>(1, std::numeric_limits<std::int64_t>::max()),
        .at = any_instant(),
        .trace = {any_bits()},
        .event = {},
        .body = any_body(type),
    };
    if (traits_of(fact.body).is_about_event) fact.event = EventId{any_bits()};
    return fact;
}

std::string written(const Fact& fact) {
    std::string line;
    append_fact(line, fact);
    return line;
}

TEST(FactJson, of_every_type_survives_writing_and_reading) {
    for (std::size_t type = 0; type < kFactTypes; ++type) {
        EXPECT_TRUE(rc::check([type] {
            const auto fact = any_fact(type);
            RC_ASSERT(fact.body.index() == type);
            const auto line = written(fact);
            RC_ASSERT(line.find('\n') == std::string::npos);
            const auto read = parse_fact(line);
            RC_ASSERT(read.has_value());
            RC_ASSERT(*read == fact);
            // The journal is hashed, so a fact that was read must be written with the same bytes.
            RC_ASSERT(written(*read) == line);
        })) << "type "
            << type;
    }
}

TEST(FactJson, gives_each_type_a_name_of_its_own) {
    const FactBody bodies[] = {
        EventCreated{},        EventUpdated{},         EventDeleted{},         SeatsAdded{},
        ReservationHeld{},     ReservationConfirmed{}, ReservationCancelled{}, ReservationExpired{},
        ReservationExtended{}, ApiKeyCreated{},        ApiKeyRevoked{},        FormatRaised{},
        SaleChanged{},         ApiKeyMoved{},          MemberAdded{},          MemberRemoved{},
        CategoryAdded{},       CategoryChanged{},      ReservationChanged{},   AllocationAdded{},
        AllocationChanged{},   AllocationEnded{},      ReservationRestored{},  OrderPlaced{},
        PaymentIntended{},     PaymentPending{},       PaymentSucceeded{},     PaymentDeclined{},
        PaymentDisputed{},     RefundIntended{},       RefundSucceeded{},      RefundFailed{},
        EventCancelled{},      TicketScanned{},        TicketReinstated{},     TicketReissued{}
    };
    static_assert(std::size(bodies) == kFactTypes);
    std::set<std::string_view> names;
    for (const auto& body : bodies)
        names.insert(fact_type(body));
    EXPECT_EQ(names.size(), kFactTypes);
}

constexpr std::string_view kExtended =
    R"({"seq":7,"type":"ReservationExtended","event_id":"00000000-0000-7000-8000-000000000001",)"
    R"("at":"2026-11-21T00:00:00.000Z","trace_id":"0000000000000000000000000000000f",)"
    R"("data":{"reservation_id":"00000000-0000-7000-8000-000000000002",)"
    R"("expires_at":"2026-11-21T00:15:00.000Z"}})";

Fact extended() {
    return {
        .seq = 7,
        .at = *parse_rfc3339("2026-11-21T00:00:00Z"),
        .trace = {Bits128{0, 15}},
        .event = *EventId::parse("00000000-0000-7000-8000-000000000001"),
        .body =
            ReservationExtended{
                *ReservationId::parse("00000000-0000-7000-8000-000000000002"),
                *parse_rfc3339("2026-11-21T00:15:00Z"),
            },
    };
}

/// Returns kExtended with `to` in place of `from`, which the line must contain.
std::string extended_but(std::string_view from, std::string_view to) {
    std::string line{kExtended};
    const auto at = line.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return line.replace(at, from.size(), to);
}

TEST(FactJson, has_the_form_that_the_journal_is_documented_with) {
    EXPECT_EQ(written(extended()), kExtended);
    const auto read = parse_fact(kExtended);
    ASSERT_TRUE(read);
    EXPECT_TRUE(*read == extended());
}

// Journals from before accounts existed must be written with the same bytes.
TEST(FactJson, of_a_key_with_its_default_account_says_nothing_of_it) {
    Fact fact = extended();
    fact.event = {};
    fact.body = ApiKeyCreated{.name = "door", .prefix = "frk_ab", .created_by = "root"};
    const auto line = written(fact);
    EXPECT_TRUE(line.ends_with(R"("created_by":"root"}})")) << line;
    std::get<ApiKeyCreated>(fact.body).account = "hall";
    EXPECT_TRUE(written(fact).ends_with(R"("created_by":"root","account":"hall"}})"));
}

// Journals from before categories existed must be written with the same bytes.
TEST(FactJson, of_a_hold_has_its_items_last_and_says_nothing_of_none) {
    Fact fact = extended();
    fact.body = ReservationHeld{.user = "alice", .unit_prices = {}};
    const auto line = written(fact);
    EXPECT_NE(line.find(R"("seat_ids":[],)"), std::string::npos) << line;
    EXPECT_TRUE(line.ends_with(R"("request_content":"00000000000000000000000000000000"}})"))
        << line;
    std::get<ReservationHeld>(fact.body).items = {{"A", 2, 5}, {"\"席", 1, 0}};
    EXPECT_TRUE(
        written(fact).ends_with(R"(000","items":[{"category":"A","quantity":2,"unit_price":5},)"
                                R"({"category":"\"席","quantity":1,"unit_price":0}]}})")
    ) << written(fact);
    std::get<ReservationHeld>(fact.body).unit_prices = {7};
    EXPECT_NE(written(fact).find(R"(,"unit_prices":[7],"items":[)"), std::string::npos);
}

TEST(FactJson, of_an_allocation_tells_readers_of_the_feed_nothing_of_its_codes) {
    Fact fact = extended();
    fact.body =
        AllocationAdded{{.name = "A", .category = "Floor", .quantity = 2, .codes = {{1, 2}}}};
    const auto* digest = "00000000000000010000000000000002";
    EXPECT_TRUE(written(fact).ends_with(
        R"("data":{"name":"A","category":"Floor","quantity":2,"access_codes":[")" +
        std::string{digest} + R"("]}})"
    )) << written(fact);
    std::string told;
    append_told_fact(told, fact, {});
    EXPECT_EQ(told.find("access_codes"), std::string::npos) << told;
    EXPECT_EQ(told.find(digest), std::string::npos) << told;
    fact.body = AllocationChanged{"A", {.codes = AccessCodes{{1, 2}}}};
    EXPECT_NE(written(fact).find(digest), std::string::npos);
    told.clear();
    append_told_fact(told, fact, {});
    EXPECT_EQ(told.find(digest), std::string::npos) << told;
}

TEST(FactJson, of_a_payment_tells_readers_of_the_feed_no_token_and_no_return_url) {
    Fact fact = extended();
    fact.body = PaymentIntended{
        .provider = "stripe", .token = "pm_1", .return_url = "https://tickets.example"
    };
    EXPECT_NE(written(fact).find(R"("token":"pm_1")"), std::string::npos) << written(fact);
    std::string told;
    append_told_fact(told, fact, {});
    EXPECT_NE(told.find("stripe"), std::string::npos) << told;
    EXPECT_EQ(told.find("pm_1"), std::string::npos) << told;
    EXPECT_EQ(told.find("tickets.example"), std::string::npos) << told;
}

TEST(FactJson, with_items_that_are_none_is_refused) {
    Fact fact = extended();
    fact.body = ReservationHeld{.user = "alice", .unit_prices = {}, .items = {{"A", 2, 5}}};
    const auto good = written(fact);
    ASSERT_TRUE(parse_fact(good));
    constexpr std::string_view kItem = R"({"category":"A","quantity":2,"unit_price":5})";
    for (const auto* wrong :
         {"7",
          "[]",
          "\"A\"",
          R"({"quantity":2,"unit_price":5})",
          R"({"category":"A","unit_price":5})",
          R"({"category":"A","quantity":2})",
          R"({"category":7,"quantity":2,"unit_price":5})",
          R"({"category":"A","quantity":-1,"unit_price":5})",
          R"({"category":"A","quantity":4294967296,"unit_price":5})",
          R"({"category":"A","quantity":2,"unit_price":-5})",
          R"({"category":"A","quantity":2,"unit_price":1000000000000001})"}) {
        auto line = good;
        line.replace(line.find(kItem), kItem.size(), wrong);
        EXPECT_FALSE(parse_fact(line)) << line;
    }
}

constexpr RequestMark kRequest{.key = {0, 17}, .content = {0, 18}};
constexpr std::string_view kRequestFields =
    R"("request_key":"00000000000000000000000000000011",)"
    R"("request_content":"00000000000000000000000000000012")";

TEST(FactJson, that_came_under_a_key_has_its_request_behind_all_else) {
    auto block = std::make_shared<SeatBlock>();
    block->seats.push_back({.number = "A-1", .price = 1'000});
    const std::pair<FactBody, FactBody> rows[] = {
        {EventCreated{EventSpec{}, "house"}, EventCreated{EventSpec{}, "house", kRequest}},
        {SeatsAdded{block}, SeatsAdded{block, kRequest}},
        {SaleChanged{SaleAction::pause}, SaleChanged{SaleAction::pause, kRequest}},
        {CategoryAdded{{"A", 5, 7}}, CategoryAdded{{"A", 5, 7}, kRequest}},
        {extended().body,
         ReservationExtended{
             std::get<ReservationExtended>(extended().body).reservation,
             std::get<ReservationExtended>(extended().body).expires_at,
             kRequest,
         }},
        {ApiKeyCreated{.created_by = "root"},
         ApiKeyCreated{.created_by = "root", .request = kRequest}},
    };
    for (const auto& [without, with] : rows) {
        Fact fact = extended();
        if (!traits_of(with).is_about_event) fact.event = {};
        fact.body = without;
        auto expected = written(fact);
        EXPECT_EQ(expected.find("request"), std::string::npos) << expected;
        ASSERT_TRUE(parse_fact(expected)) << expected;
        EXPECT_TRUE(*parse_fact(expected) == fact) << expected;
        fact.body = with;
        expected.insert(expected.size() - 2, "," + std::string{kRequestFields});
        EXPECT_EQ(written(fact), expected);
        ASSERT_TRUE(parse_fact(expected)) << expected;
        EXPECT_TRUE(*parse_fact(expected) == fact) << expected;
    }
}

TEST(FactJson, that_has_half_of_a_request_is_refused) {
    const auto line = extended_but("000Z\"}}", "000Z\"," + std::string{kRequestFields} + "}}");
    ASSERT_TRUE(parse_fact(line));
    const struct {
        std::string_view from;
        std::string_view to;
        std::string_view field;
    } rows[] = {
        {"request_content", "request_contents", "data.request_content"},
        {R"("request_content":"00)", R"("request_content":"0)", "data.request_content"},
        {R"("request_key":"00)", R"("request_key":"0)", "data.request_key"},
        {R"("request_key":"00)", R"("request_key":"x0)", "data.request_key"},
        {R"("00000000000000000000000000000011")", "17", "data.request_key"},
    };
    for (const auto& row : rows) {
        auto changed = line;
        changed.replace(changed.find(row.from), row.from.size(), row.to);
        const auto read = parse_fact(changed);
        ASSERT_FALSE(read) << changed;
        EXPECT_EQ(read.error().fields.front().field, row.field) << changed;
    }
}

EventSpec spec_beyond_all_limits() {
    return {
        .name = std::string(100'000, 'n') + "\x07",
        .description = std::string(1, '\0') + "\x1B\x7F",
        .venue = " Cafe\u0301 " + std::string(300, 'v'),
        .start_at = *parse_rfc3339("2026-12-24T10:00:00Z"),
        .end_at = *parse_rfc3339("2026-12-23T10:00:00Z"),
        .total_seats = -1,
        .sales_start_at = parse_rfc3339("2027-12-23T10:00:00Z"),
        .hold = kHoldMax,
        .max_seats_per_reservation = 0,
        .max_seats_per_user = 0,
        .currency = {},
        .payment = PaymentRule::none,
        .sales_end_at = parse_rfc3339("2027-12-22T10:00:00Z"),
        .stage = Stage{-2e9, 1e12, 0, -1},
        .focal_point = Point{2e9, -1e12},
        .admission = Admission::of(
            {{{"", {std::string(100, 's'), "\x01"}, {}}, {"", {"\x01"}, {}}},
             {true, std::vector<Question>(7, {.label = "\x01"}), std::string(3'000, 't') + "\x02"}}
        ),
    };
}

// Limits change, but facts made under other limits stay valid.
TEST(FactJson, is_read_whatever_limits_requests_have_today) {
    auto block = std::make_shared<SeatBlock>();
    block->seats.push_back({
        .number = "",
        .section = std::string(1'000, 's'),
        .row = "\x01",
        .price = kWrittenPriceMax,
        .details = std::make_shared<const SeatDetails>(
            Position{2e9, -1e12}, SeatFlags::companion, std::string(100, 'l') + "\x05"
        ),
    });
    block->seats.push_back(
        {.number = " A\u030A\u200B-1 ", .section = "\t", .row = "e\u0301", .price = 0}
    );
    ReservationHeld held{.user = std::string(1'000, 'u') + "\x02"};
    held.seats.resize(2'000);
    const FactBody bodies[] = {
        EventCreated{spec_beyond_all_limits(), ""},
        EventUpdated{spec_beyond_all_limits()},
        SeatsAdded{block},
        held,
        ApiKeyCreated{
            .name = std::string(1'000, '\x03'),
            .created_by = "\n",
            .account = std::string(300, '\t')
        },
        ApiKeyRevoked{.revoked_by = std::string(1'000, 'r')},
        ApiKeyMoved{.account = "", .moved_by = std::string(1'000, '\x04')},
        MemberAdded{std::string(1'000, '\x03'), MemberRole::organizer},
        MemberRemoved{"\n"},
    };
    for (const auto& body : bodies) {
        Fact fact = extended();
        if (!traits_of(body).is_about_event) fact.event = {};
        fact.body = body;
        const auto read = parse_fact(written(fact));
        ASSERT_TRUE(read) << read.error().fields.front().field << " "
                          << read.error().fields.front().message;
        EXPECT_TRUE(*read == fact) << fact_type(body);
    }
}

TEST(FactJson, that_no_rule_could_reckon_with_is_refused) {
    Fact fact = extended();
    fact.body = EventUpdated{spec_beyond_all_limits()};
    const auto line = written(fact);
    const std::pair<std::string, std::string> changes[] = {
        {R"("hold_seconds":1000000000000)", R"("hold_seconds":1000000000001)"},
        {R"("hold_seconds":1000000000000)", R"("hold_seconds":0)"},
        {R"("max_seats_per_reservation":0)", R"("max_seats_per_reservation":4294967296)"},
        {R"("max_seats_per_user":0)", R"("max_seats_per_user":-1)"},
        {R"("total_seats":-1)", R"("total_seats":1.5)"},
        {R"("total_seats":-1)", R"("total_seats":-1.0)"},
        {R"("currency":"JPY")", R"("currency":"yen")"},
        {R"("payment":"none")", R"("payment":"later")"},
        {R"("name":")", R"("title":")"},
    };
    ASSERT_TRUE(parse_fact(line));
    for (const auto& [from, to] : changes) {
        auto changed = line;
        const auto at = changed.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        EXPECT_FALSE(parse_fact(changed.replace(at, from.size(), to))) << to;
    }
}

TEST(FactJson, cut_at_any_byte_is_refused) {
    Fact created = extended();
    EventSpec spec;
    spec.name = "席 \"A\" \\ \n";
    spec.total_seats = 1;
    spec.end_at = spec.start_at + Millis{1};
    created.body = EventCreated{spec, "house"};
    auto block = std::make_shared<SeatBlock>();
    block->seats.push_back({.number = "A-1", .price = 1'000});
    Fact seats = extended();
    seats.body = SeatsAdded{block};
    Fact held = extended();
    held.body =
        ReservationHeld{.user = "ann", .seats = {SeatId{}, SeatId{}}, .unit_prices = {5, 1'000}};
    Fact under_key = extended();
    std::get<ReservationExtended>(under_key.body).request = kRequest;
    for (const auto& fact : {extended(), created, seats, held, under_key}) {
        const auto line = written(fact);
        ASSERT_TRUE(parse_fact(line)) << line;
        for (std::size_t length = 0; length < line.size(); ++length) {
            // In an allocation of its own, so that a sanitizer notices reads past the cut.
            const std::vector<char> cut(line.begin(), line.begin() + length);
            const auto read = parse_fact({cut.data(), cut.size()});
            ASSERT_FALSE(read) << line.substr(0, length);
            ASSERT_FALSE(read.error().fields.empty());
        }
    }
}

TEST(FactJson, with_any_byte_changed_is_read_or_refused) {
    std::mt19937_64 random{test::seed_of_this_run()};
    for (std::size_t i = 0; i < kExtended.size(); ++i) {
        for (int change = 0; change < 16; ++change) {
            std::string line{kExtended};
            line[i] = static_cast<char>(random());
            if (const auto read = parse_fact(line)) {
                EXPECT_TRUE(parse_fact(written(*read))) << line;
            }
        }
    }
}

TEST(FactJson, that_is_malformed_is_refused) {
    for (const auto line :
         {""sv, "null"sv, "[]"sv, "7"sv, "{}"sv, "{\"seq\":7}"sv, "not JSON"sv, "\xff"sv}) {
        EXPECT_FALSE(parse_fact(line)) << line;
    }
    const std::string twice = std::string{kExtended} + std::string{kExtended};
    EXPECT_FALSE(parse_fact(twice));
    const struct {
        std::string_view from;
        std::string_view to;
        std::string_view field;
    } rows[] = {
        {"\"seq\":7", "\"seq\":-7", "seq"},
        {"\"seq\":7", "\"seq\":7.5", "seq"},
        {"\"seq\":7", "\"seq\":18446744073709551615", "seq"},
        {"\"seq\":7", "\"seq\":\"7\"", "seq"},
        {"\"seq\":7", "\"seq\":null", "seq"},
        {"\"seq\"", "\"sequence\"", "seq"},
        {"8000-000000000001", "8000", "event_id"},
        {"2026-11-21T00:00", "2026-11-31T00:00", "at"},
        {"000f", "000g", "trace_id"},
        {"\"data\":{", "\"date\":{", "data"},
        {"8000-000000000002", "8000", "data.reservation_id"},
        {"\"expires_at\"", "\"expires\"", "data.expires_at"},
        {"00:15:00.000Z", "00:15:00.000", "data.expires_at"},
        {"ReservationExtended", "ReservationTransferred", "type"},
        {"ReservationExtended", "reservationextended", "type"},
        {"ReservationExtended", "", "type"},
        {"ReservationExtended", "EventCreated\\u0000", "type"},
    };
    for (const auto& row : rows) {
        const auto read = parse_fact(extended_but(row.from, row.to));
        ASSERT_FALSE(read) << row.to;
        EXPECT_EQ(read.error().fields.front().field, row.field) << row.to;
    }
}

TEST(FactJson, names_the_type_that_it_does_not_know) {
    const auto read = parse_fact(extended_but("ReservationExtended", "ReservationTransferred"));
    ASSERT_FALSE(read);
    EXPECT_NE(
        read.error().fields.front().message.find("ReservationTransferred"), std::string::npos
    );
}

TEST(FactJson, refuses_what_a_newer_version_may_have_meant) {
    const auto format = [](std::uint32_t number) { return "\"format\":" + std::to_string(number); };
    const struct {
        FactBody body;
        std::string from;
        std::string to;
        std::string_view field;
    } rows[] = {
        {SaleChanged{SaleAction::pause}, "\"pause\"", "\"resume\"", "data.action"},
        {SaleChanged{SaleAction::pause}, "\"pause\"", "1", "data.action"},
        {SaleChanged{SaleAction::pause}, "\"action\"", "\"deed\"", "data.action"},
        {FormatRaised{kNewestFormat},
         format(kNewestFormat),
         format(kNewestFormat + 1),
         "data.format"},
    };
    for (const auto& row : rows) {
        auto fact = extended();
        if (!traits_of(row.body).is_about_event) fact.event = {};
        fact.body = row.body;
        auto line = written(fact);
        ASSERT_TRUE(parse_fact(line)) << line;
        line.replace(line.find(row.from), row.from.size(), row.to);
        const auto read = parse_fact(line);
        ASSERT_FALSE(read) << line;
        EXPECT_EQ(read.error().fields.front().field, row.field) << line;
    }
}

TEST(JsonWriter, escapes_every_byte_that_json_wants_escaped) {
    std::string text;
    for (char c = 0; c < 0x7F; ++c)
        text += c;
    text += "\x7F席🎫";
    std::string out;
    JsonWriter{out}.value(text);
    for (const char c : out)
        EXPECT_GE(static_cast<unsigned char>(c), 0x20);
    EXPECT_EQ(boost::json::parse(out).as_string(), text);
}

TEST(JsonWriter, writes_what_boost_json_reads_back) {
    EXPECT_TRUE(rc::check([](std::int64_t number, std::uint64_t natural, bool truth) {
        const auto text = nasty_text(50);
        std::string out;
        {
            JsonWriter json{out};
            json.begin_object();
            json.field("text", text);
            json.field("number", number);
            json.field("natural", natural);
            json.field("truth", truth);
            json.key("empty");
            json.begin_array();
            json.end_array();
            json.key("list");
            json.begin_array();
            json.value(number);
            json.value(text);
            json.begin_object();
            json.end_object();
            json.begin_array();
            json.value(truth);
            json.end_array();
            json.value(natural);
            json.end_array();
            json.end_object();
        }

        const auto read = boost::json::parse(out);
        RC_ASSERT(read.at("text").as_string() == text);
        RC_ASSERT(read.at("number").to_number<std::int64_t>() == number);
        RC_ASSERT(read.at("natural").to_number<std::uint64_t>() == natural);
        RC_ASSERT(read.at("truth").as_bool() == truth);
        RC_ASSERT(read.at("empty").as_array().empty());
        const auto& list = read.at("list").as_array();
        RC_ASSERT(list.size() == 5U);
        RC_ASSERT(list[0].to_number<std::int64_t>() == number);
        RC_ASSERT(list[1].as_string() == text);
        RC_ASSERT(list[2].as_object().empty());
        RC_ASSERT(list[3].as_array()[0].as_bool() == truth);
        RC_ASSERT(list[4].to_number<std::uint64_t>() == natural);
    }));
}

TEST(JsonWriter, writes_ids_times_and_digests_as_strings) {
    std::string out;
    {
        JsonWriter json{out};
        json.begin_array();
        json.value(EventId{Bits128{1, 2}});
        json.value(*parse_rfc3339("2026-11-21T10:00:00+09:00"));
        json.value(Bits128{0, 255});
        json.end_array();
    }
    EXPECT_EQ(
        out,
        R"(["00000000-0000-0001-0000-000000000002","2026-11-21T01:00:00.000Z",)"
        R"("000000000000000000000000000000ff"])"
    );
}

constexpr auto kEveryKind =
    R"({"text":"席 \"A\"\u0001","empty":"","none":[],"nothing":{},"yes":true,"no":false,)"
    R"("least":-9223372036854775808,"most":18446744073709551615,"small":7,"real":-1.25e-07,)"
    R"("id":"00000000-0000-0001-0000-000000000002","at":"9999-12-31T23:59:59.999Z",)"
    R"("digest":"000000000000000000000000000000ff","list":[1,"a",[2],{"b":[]},true]})"sv;

void write_every_kind(JsonWriter& json) {
    json.begin_object();
    json.field("text", "席 \"A\"\x01");
    json.field("empty", std::string_view{});
    json.key("none");
    json.begin_array();
    json.end_array();
    json.key("nothing");
    json.begin_object();
    json.end_object();
    json.field("yes", true);
    json.field("no", false);
    json.field("least", std::numeric_limits<std::int64_t>::min());
    json.field("most", std::numeric_limits<std::uint64_t>::max());
    json.field("small", std::uint8_t{7});
    json.field("real", -1.25e-7);
    json.field("id", EventId{Bits128{1, 2}});
    json.field("at", *parse_rfc3339("9999-12-31T23:59:59.999Z"));
    json.field("digest", Bits128{0, 255});
    json.key("list");
    json.begin_array();
    json.value(1);
    json.value("a");
    json.begin_array();
    json.value(2);
    json.end_array();
    json.begin_object();
    json.key("b");
    json.begin_array();
    json.end_array();
    json.end_object();
    json.value(true);
    json.end_array();
    json.end_object();
}

/// At some length each kind of value is the first that doesn't fit into the buffer.
TEST(JsonWriter, writes_every_kind_of_value_behind_text_of_any_length) {
    for (std::size_t size = 0; size < 1'200; ++size) {
        std::string out;
        const std::string text(size, 's');
        {
            JsonWriter json{out};
            json.begin_array();
            json.value(text);
            write_every_kind(json);
            json.end_array();
        }
        ASSERT_EQ(out, "[\"" + text + "\"," + std::string{kEveryKind} + "]") << size;
    }
}

TEST(JsonWriter, goes_on_behind_what_is_there) {
    const struct {
        std::string_view before;
        std::string_view after;
    } rows[] = {
        {"", "7"},
        {"[", "[7"},
        {"[{}", "[{},7"},
        {"{\"a\":", "{\"a\":7"},
        {"{}\n", "{}\n7"},
    };
    for (const auto& row : rows) {
        std::string out{row.before};
        {
            const JsonWriter nothing{out};
        }
        EXPECT_EQ(out, row.before);
        JsonWriter{out}.value(7);
        EXPECT_EQ(out, row.after);
    }
}

TEST(JsonWriter, writes_text_of_any_length_and_knows_its_commas) {
    for (std::size_t size = 480; size < 560; ++size) {
        std::string out;
        const std::string text(size, 's');
        {
            JsonWriter json{out};
            json.begin_array();
            json.value(text);
            json.value(7);
            json.value("\n" + text);
            json.value(true);
            json.end_array();
        }
        ASSERT_EQ(out, "[\"" + text + "\",7,\"\\n" + text + "\",true]") << size;
    }
}

}  // namespace
}  // namespace frontrow::wire
