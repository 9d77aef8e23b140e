#include "domain/decide.h"
#include "domain/evolve.h"
#include "domain/writable.h"
#include "identity/authenticator.h"
#include "wire/fact_json.h"
#include "wire/requests.h"
#include "wire/seat_csv.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <rapidcheck.h>
#include <string>
#include <vector>

// Text from every input is refused, or becomes facts that are read back as they were written.

namespace frontrow::domain {
namespace {

const Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

/// A text as an attacker would write it: control characters, invalid UTF-8, characters that fonts
/// lack, the empty text, and far too long ones.
std::string hostile_text() {
    static const std::vector<std::string> pieces{
        "a",
        " ",
        "\"",
        "\\",
        "\\u0000",
        "</script>",
        ",",
        std::string(1, '\0'),
        "\x01",
        "\x07",
        "\x1B[2J",
        "\x7F",
        "\t",
        "\n",
        "\r\n",
        "\xC2\x80",          // a control character beyond ASCII
        "\xE2\x80\xA8",      // a line separator
        "\xEF\xBB\xBF",      // a byte order mark
        "\xEF\xBF\xBE",      // a noncharacter
        "\xCD\xB8",          // unassigned
        "e\xCC\x81",         // a letter and its mark
        "\xCC\xA3",          // a mark
        "\xF0\x9F\x8E\xAB",  // four bytes
        "\xF4\x8F\xBF\xBF",  // the last code point
        "\xED\xA0\x80",      // half of a surrogate pair
        "\xED\xB0\x80",      // the other half
        "\xC0\x80",          // a zero, overlong
        "\xF4\x90\x80\x80",  // beyond the last code point
        "\xE5\xB8",          // truncated
        "\x80",
        "\xFF",
        std::string(70, 'x'),
        std::string(11'000, 'y'),
    };
    std::string text;
    const auto count = *rc::gen::inRange(0, 4);
    for (int i = 0; i < count; ++i)
        text += *rc::gen::elementOf(pieces);
    return text;
}

/// A harmless text, so that a request isn't refused because of another field.
std::string text(bool is_hostile) {
    return is_hostile ? hostile_text() : "quiet";
}

bool any_truth() {
    return *rc::gen::arbitrary<bool>();
}

/// Makes only some fields hostile.
bool rarely() {
    return *rc::gen::inRange(0, 8) == 0;
}

Instant any_instant() {
    static const std::vector<Instant> instants{
        kNow,
        kFirstInstant,
        kFirstInstant - Millis{1},
        kLastInstant,
        kLastInstant + Millis{1},
        Instant::min(),
        Instant::max()
    };
    return *rc::gen::elementOf(instants);
}

double any_number() {
    static const std::vector<double> numbers{
        0.0,
        -0.0,
        0.1,
        1.0 / 3,
        1e9,
        -1e9,
        1e10,
        1e300,
        5e-324,
        std::numeric_limits<double>::infinity(),
        std::numeric_limits<double>::quiet_NaN()
    };
    return *rc::gen::elementOf(numbers);
}

EventSpec any_event_spec() {
    EventSpec spec{
        .name = text(any_truth()),
        .description = text(any_truth()),
        .venue = text(any_truth()),
        .start_at = rarely() ? any_instant() : kNow + std::chrono::days{1},
        .end_at = rarely() ? any_instant() : kNow + std::chrono::days{2},
        .total_seats = rarely() ? std::numeric_limits<std::int64_t>::min() : 1,
    };
    if (rarely()) spec.sales_start_at = any_instant();
    if (rarely()) spec.sales_end_at = any_instant();
    if (rarely())
        spec.hold = *rc::gen::element(
            std::chrono::seconds::min(),
            std::chrono::seconds{0},
            kHoldMax,
            std::chrono::seconds::max()
        );
    if (rarely()) spec.max_seats_per_reservation = 0;
    if (rarely()) spec.stage = {any_number(), any_number(), any_number(), any_number()};
    if (rarely()) spec.focal_point = {any_number(), any_number()};
    if (rarely()) spec.best_seats = SeatPreference::middle;
    if (rarely())
        spec.admission = Admission::of({
            {{text(any_truth()), {text(any_truth())}, {text(any_truth())}}},
            {true, {{text(any_truth())}}, text(any_truth())},
        });
    if (rarely()) spec.max_seats_per_user = std::numeric_limits<std::uint32_t>::max();
    return spec;
}

std::shared_ptr<const SeatDetails> any_details() {
    if (!rarely()) return nullptr;
    return std::make_shared<const SeatDetails>(
        Position{any_number(), any_number()},
        static_cast<SeatFlags>(*rc::gen::inRange(0, 8)),
        text(any_truth())
    );
}

std::shared_ptr<SeatBlock> any_block(SeatId first) {
    auto block = std::make_shared<SeatBlock>(SeatBlock{.first_id = first, .seats = {}});
    for (int i = 0; i < 2; ++i) {
        const std::string number = text(any_truth()) + std::to_string(i);
        block->seats.push_back({
            .number = number,
            .section = text(any_truth()),
            .row = text(any_truth()),
            .price = rarely()
                         ? *rc::gen::element<Amount>(-1, kWrittenPriceMax, kWrittenPriceMax + 1)
                         : 5,
            .details = any_details(),
        });
    }
    return block;
}

Fact fact_of(const NewFact& made, Instant at, std::uint64_t seq = 1) {
    return {.seq = seq, .at = at, .trace = {}, .event = made.event, .body = made.body};
}

/// The decided facts are read back from the journal unchanged, and need no more room in it than was
/// computed.
void expect_readable(const std::vector<NewFact>& facts, Instant now) {
    for (const auto& made : facts) {
        const auto fact = fact_of(made, now);
        std::string line;
        wire::append_fact(line, fact);
        RC_ASSERT(line.find('\n') == std::string::npos);
        RC_ASSERT(line.size() <= written_bytes_max(fact.body).value());
        const auto read = wire::parse_fact(line);
        RC_ASSERT(read.has_value());
        RC_ASSERT(*read == fact);
    }
}

/// An event with a seat, on sale.
class Sale {
public:
    Sale() {
        learn(FormatRaised{kNewestFormat}, EventId{});
        learn(EventCreated{spec(), "house"});
        auto block = std::make_shared<SeatBlock>(SeatBlock{.first_id = seat, .seats = {}});
        block->seats.push_back({.number = "1", .section = {}, .row = {}, .price = 5});
        for (const auto* number : {"2", "3"})
            block->seats.push_back({.number = number, .section = {}, .row = {}, .price = 5});
        learn(SeatsAdded{std::move(block)});
        learn(ReservationHeld{
            .reservation = ticket.reservation,
            .user = "ann",
            .seats = {seat.plus(1), seat.plus(2)},
            .total_amount = 10,
            .expires_at = kNow + Millis{1},
            .request = {.key = {5, 1}, .content = {}},
        });
        learn(ReservationConfirmed{ticket.reservation});
        learn(TicketScanned{used_ticket, {ScanId{Bits128{6, 1}}, kNow, "West"}, "house"});
        learn(ApiKeyCreated{.key = key, .name = "n", .prefix = "p", .created_by = "a"}, EventId{});
    }

    static EventSpec spec() {
        EventSpec spec;
        spec.name = "First night";
        spec.start_at = kNow + std::chrono::days{1};
        return spec;
    }
    Decision decide(const Command& command, Instant now) const {
        return domain::decide(inventory_, command, now);
    }

    EventId event{Bits128{1, 1}};
    SeatId seat{Bits128{2, 1}};
    ApiKeyId key{Bits128{4, 2}};
    TicketId ticket{ReservationId{Bits128{3, 9}}, 1};
    TicketId used_ticket{ticket.reservation, 2};

private:
    void learn(FactBody body) { learn(std::move(body), event); }
    void learn(FactBody body, EventId about) {
        evolve(inventory_, fact_of({about, std::move(body)}, kNow, inventory_.last_seq() + 1));
    }

    Inventory inventory_;
};

Command any_command(const Sale& sale) {
    const Organizer by{.sub = text(any_truth()), .is_admin = true};
    switch (*rc::gen::inRange(0, 6)) {
        case 0:
            return CreateEvent{EventId{Bits128{1, 2}}, by, any_event_spec()};
        case 1:
            return UpdateEvent{sale.event, by, any_event_spec(), {}};
        case 2:
            return AddSeats{sale.event, by, any_block(SeatId{Bits128{2, 100}})};
        case 3:
            return CreateApiKey{
                .key = ApiKeyId{Bits128{4, 1}},
                .name = text(any_truth()),
                .role = Role::user,
                .prefix = text(any_truth()),
                .digest = {},
                .by = by.sub,
                .account = text(any_truth()),
            };
        case 4:
            return AddMember{sale.event, by, text(any_truth()), MemberRole::scanner};
        default:
            return ReserveSeats{
                .reservation = ReservationId{Bits128{3, 1}},
                .event = sale.event,
                .user = by.sub,
                .seats = {sale.seat},
                .hold = {},
                .request = {},
            };
    }
}

TEST(HostileCommand, is_refused_or_becomes_facts_that_read_back_the_same) {
    const Sale sale;
    int accepted = 0;
    int refused = 0;
    EXPECT_TRUE(rc::check([&] {
        for (int i = 0; i < 20; ++i) {
            const auto command = any_command(sale);
            const auto now = rarely() ? any_instant() : kNow;
            const auto decision = sale.decide(command, now);
            RC_ASSERT(decision.outcome.has_value() == !decision.facts.empty());
            expect_readable(decision.facts, now);
            ++(decision.outcome ? accepted : refused);
        }
    }));
    EXPECT_GT(accepted, 100);
    EXPECT_GT(refused, 100);
}

TEST(HostileCommand, is_refused_whichever_of_its_fields_cannot_be_written) {
    const Sale sale;
    const std::string bad = "\xFF";
    const auto details = [](Position place, std::string label = {}) {
        return std::make_shared<const SeatDetails>(place, SeatFlags::none, std::move(label));
    };
    const auto spec_with = [](auto change) {
        auto spec = Sale::spec();
        change(spec);
        return spec;
    };
    const auto create = [&](auto change) {
        return CreateEvent{EventId{Bits128{1, 2}}, {.sub = "house"}, spec_with(change)};
    };
    const auto check_in = [&](auto change) {
        ScannedCode code{
            .ticket = sale.ticket, .event = sale.event, .issue = 1, .scan = {{}, kNow, "West"}
        };
        Organizer by{.sub = "root", .is_admin = true};
        change(code.scan, by.sub);
        return CheckInTickets{
            .by = by,
            .event = std::nullopt,
            .scans = std::make_shared<const std::vector<ScannedCode>>(1, code),
        };
    };
    const auto add = [&](auto change) {
        auto block =
            std::make_shared<SeatBlock>(SeatBlock{.first_id = SeatId{Bits128{2, 9}}, .seats = {}});
        change(
            block->seats.emplace_back(SeatSpec{.number = "A", .section = {}, .row = {}, .price = 1})
        );
        return AddSeats{sale.event, {.sub = "house", .is_admin = true}, std::move(block)};
    };
    const std::vector<Command> commands{
        create([&](auto& spec) { spec.name = bad; }),
        create([&](auto& spec) { spec.description = bad; }),
        create([&](auto& spec) { spec.venue = bad; }),
        create([&](auto& spec) { spec.start_at = kLastInstant + Millis{1}; }),
        create([&](auto& spec) { spec.end_at = kFirstInstant - Millis{1}; }),
        create([&](auto& spec) { spec.sales_start_at = Instant::max(); }),
        create([&](auto& spec) { spec.sales_end_at = kFirstInstant - Millis{1}; }),
        create([&](auto& spec) { spec.hold = std::chrono::seconds{0}; }),
        create([&](auto& spec) { spec.stage = Stage{1.0 / 3, 0, 1, 1}; }),
        create([&](auto& spec) { spec.stage = Stage{0, 2e9, 1, 1}; }),
        create([&](auto& spec) { spec.stage = Stage{0, 0, std::nan(""), 1}; }),
        create([&](auto& spec) { spec.stage = Stage{0, 0, 1, 1.0 / 3}; }),
        create([&](auto& spec) { spec.focal_point = Point{1.0 / 3, 0}; }),
        create([&](auto& spec) { spec.focal_point = Point{0, -2e9}; }),
        create([&](auto& spec) { spec.admission = Admission::of({{{bad, {}, {}}}}); }),
        create([&](auto& spec) { spec.admission = Admission::of({{{"West", {"A", bad}, {}}}}); }),
        create([&](auto& spec) { spec.admission = Admission::of({{{"West", {}, {bad}}}}); }),
        create([&](auto& spec) { spec.admission = Admission::of({{}, {false, {{bad}}, {}}}); }),
        create([&](auto& spec) { spec.admission = Admission::of({{}, {false, {}, bad}}); }),
        check_in([&](auto& scan, auto&) { scan.gate = bad; }),
        check_in([&](auto&, auto& by) { by = bad; }),
        TransferTicket{sale.ticket, "ann", bad, {}},
        ReissueTicket{sale.ticket, {.sub = bad, .is_admin = true}, {}},
        ReinstateTicket{sale.used_ticket, {.sub = bad, .is_admin = true}, {}},
        CreateEvent{EventId{Bits128{1, 2}}, {.sub = bad}, Sale::spec()},
        UpdateEvent{
            sale.event,
            {.sub = "a", .is_admin = true},
            spec_with([&](auto& spec) { spec.name = bad; }),
            {}
        },
        add([&](auto& seat) { seat.number = bad; }),
        add([&](auto& seat) { seat.section = bad; }),
        add([&](auto& seat) { seat.row = bad; }),
        add([&](auto& seat) { seat.price = -1; }),
        add([&](auto& seat) { seat.details = details(Position{std::nan(""), 0.0}); }),
        add([&](auto& seat) { seat.details = details(Position{0.0, 1.0 / 3}); }),
        add([&](auto& seat) { seat.details = details({}, bad); }),
        AddMember{sale.event, {.sub = "a", .is_admin = true}, bad, MemberRole::scanner},
        ReserveSeats{ReservationId{Bits128{3, 1}}, sale.event, bad, {sale.seat}, {}, {}, {}},
        AddCategory{sale.event, {.sub = "a", .is_admin = true}, {bad, 1, 1}},
        AddCategory{sale.event, {.sub = "a", .is_admin = true}, {"Floor", -1, 1}},
        CreateApiKey{.key = ApiKeyId{Bits128{4, 1}}, .name = bad, .prefix = "p", .by = "a"},
        CreateApiKey{.key = ApiKeyId{Bits128{4, 1}}, .name = "n", .prefix = bad, .by = "a"},
        CreateApiKey{.key = ApiKeyId{Bits128{4, 1}}, .name = "n", .prefix = "p", .by = bad},
        CreateApiKey{
            .key = ApiKeyId{Bits128{4, 1}}, .name = "n", .prefix = "p", .by = "a", .account = bad
        },
        MoveApiKey{.key = sale.key, .account = bad, .by = "a"},
        MoveApiKey{.key = sale.key, .account = "hall", .by = bad},
    };
    for (std::size_t i = 0; i < commands.size(); ++i) {
        const auto decision = sale.decide(commands[i], kNow);
        ASSERT_FALSE(decision.outcome) << "command " << i;
        EXPECT_EQ(decision.outcome.error().reason, Reason::not_writable) << "command " << i;
        EXPECT_TRUE(decision.facts.empty()) << "command " << i;
    }
}

/// A JSON string, which may be invalid. Either all its ASCII characters are \u escapes, or only
/// quotes and backslashes.
std::string quoted(const std::string& text) {
    const bool by_number = any_truth();
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80 && (by_number || c == '"' || c == '\\')) {
            constexpr std::string_view kHex = "0123456789abcdef";
            out += {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string in_csv(const std::string& text) {
    std::string out = "\"";
    for (const char c : text)
        out += c == '"' ? "\"\"" : std::string(1, c);
    return out + "\"";
}

/// The store never refuses as unwritable what parsing has accepted.
void expect_taken(const Sale& sale, const Command& command) {
    const auto decision = sale.decide(command, kNow);
    const bool is_taken =
        decision.outcome || decision.outcome.error().reason != Reason::not_writable;
    RC_ASSERT(is_taken);
    expect_readable(decision.facts, kNow);
}

void try_event(const Sale& sale) {
    const auto body = R"({"name":)" + quoted(hostile_text()) + R"(,"description":)" +
                      quoted(text(any_truth())) + R"(,"venue":)" + quoted(text(any_truth())) +
                      R"(,"start_at":"1970-01-01T00:00:00Z","total_seats":1,)" +
                      R"("end_at":"9999-12-31T23:59:59.999Z"})";
    const auto spec = wire::parse_event_request(body);
    if (spec) expect_taken(sale, CreateEvent{EventId{Bits128{1, 2}}, {.sub = "a"}, *spec});
}

void try_seats(const Sale& sale, const std::vector<SeatSpec>& seats) {
    auto block =
        std::make_shared<SeatBlock>(SeatBlock{.first_id = SeatId{Bits128{2, 9}}, .seats = seats});
    expect_taken(sale, AddSeats{sale.event, {.sub = "a", .is_admin = true}, std::move(block)});
}

void try_seat_json(const Sale& sale) {
    const auto seat = R"({"seat_number":)" + quoted(hostile_text()) + R"(,"section":)" +
                      quoted(text(any_truth())) + R"(,"row":)" + quoted(text(any_truth())) +
                      R"(,"price":1,"x":0.1,"y":-1e9})";
    if (const auto spec = wire::parse_seat_request(seat)) try_seats(sale, {*spec});
    if (const auto seats = wire::parse_bulk_seats_request(R"({"seats":[)" + seat + "]}"))
        try_seats(sale, seats->seats);
    const auto run = R"({"prefix":)" + quoted(hostile_text()) + R"(,"count":2,"price":1})";
    if (const auto seats = wire::parse_bulk_seats_request(run)) try_seats(sale, seats->seats);
}

void try_seat_csv(const Sale& sale) {
    const auto csv = "seat_number,section,row,price,x\n" + in_csv(hostile_text()) + "," +
                     in_csv(text(any_truth())) + "," + in_csv(text(any_truth())) + ",1," +
                     *rc::gen::element<std::string>("nan", "inf", "1e400", "0.3333333333", "");
    if (const auto table = wire::parse_seat_csv(csv)) try_seats(sale, table->seats);
}

void try_event_name(const Sale& sale) {
    auto spec = Sale::spec();
    auto name = wire::accept_event_name(hostile_text());
    if (!name) return;
    spec.name = *std::move(name);
    expect_taken(sale, CreateEvent{EventId{Bits128{1, 2}}, {.sub = "a"}, spec});
}

void try_user(const Sale& sale) {
    identity::Authenticator authenticator{{.dev = true}};
    const auto sub = hostile_text();
    const auto known = authenticator.identify({.dev_user = sub}, kNow);
    if (!known || !*known) return;
    expect_taken(
        sale,
        ReserveSeats{
            ReservationId{Bits128{3, 1}}, sale.event, (*known)->sub, {sale.seat}, {}, {}, {}
        }
    );
}

void try_api_key(const Sale& sale) {
    const auto body = R"({"role":"user","name":)" + quoted(hostile_text()) + R"(,"account":)" +
                      quoted(text(any_truth())) + "}";
    const auto request = wire::parse_request<wire::ApiKeyRequest>(body);
    if (!request) return;
    expect_taken(
        sale,
        CreateApiKey{
            .key = {},
            .name = request->name,
            .prefix = "frk_1",
            .by = "a",
            .account = request->account,
        }
    );
    expect_taken(sale, MoveApiKey{.key = sale.key, .account = request->account, .by = "a"});
}

void try_member(const Sale& sale) {
    const auto body = R"({"role":"scanner","sub":)" + quoted(hostile_text()) + "}";
    const auto request = wire::parse_request<wire::MemberRequest>(body);
    if (!request) return;
    const Organizer admin{.sub = "a", .is_admin = true};
    expect_taken(sale, AddMember{sale.event, admin, request->sub, request->role});
}

TEST(HostileText, that_a_way_in_lets_through_is_written_and_read_back_the_same) {
    const Sale sale;
    EXPECT_TRUE(rc::check([&] {
        for (const auto way :
             {try_event,
              try_seat_json,
              try_seat_csv,
              try_event_name,
              try_user,
              try_api_key,
              try_member})
            way(sale);
    }));
}

TEST(HostileText, is_held_to_the_same_by_every_way_in) {
    EXPECT_TRUE(rc::check([] {
        // Short enough for each of the parsers below.
        const auto text = "x" + hostile_text().substr(0, 40);
        const auto is_good = [&](const std::string& body, auto parse) {
            return parse(body).has_value();
        };
        const bool in_json = is_good(
            R"({"seat_number":)" + quoted(text) + R"(,"price":1})", wire::parse_seat_request
        );
        const bool in_csv_table =
            is_good("seat_number,price\n" + in_csv(text) + ",1\n", wire::parse_seat_csv);
        const bool as_name = wire::accept_event_name(text).has_value();
        const bool as_key = !wire::check_idempotency_key(text);
        RC_ASSERT(in_csv_table == in_json);
        RC_ASSERT(as_key == as_name);
        // Seat numbers have stricter rules, since they identify seats.
        const bool is_as_strict = !in_json || as_name;
        RC_ASSERT(is_as_strict);
    }));
}

}  // namespace
}  // namespace frontrow::domain
