#include "domain/writable.h"

#include "base/each_field.h"
#include "base/utf8.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace frontrow::domain {
namespace {

/// The most bytes of a line without its texts and lists, and of one entry of each kind of list.
constexpr std::size_t kLineBytes = 1'024;
constexpr std::size_t kSeatSpecBytes = 192;
constexpr std::size_t kSeatIdBytes = 40;
constexpr std::size_t kUnitPriceBytes = 20;
constexpr std::size_t kTicketNumberBytes = 11;
constexpr std::size_t kItemBytes = 96;
constexpr std::size_t kOrderLineBytes = 192;
constexpr std::size_t kAccessCodeBytes = 36;
/// Of a gate, or of one name in its lists.
constexpr std::size_t kGateNameBytes = 64;
constexpr std::size_t kQuestionBytes = 64;
/// The length of an escaped control character.
constexpr std::size_t kEscapeBytes = 6;

/// Adds up the most bytes that a line can have. total() returns nothing if a value can't be
/// written.
class Measure {
public:
    void add(std::size_t bytes) { bytes_ += bytes; }
    void text(std::string_view text) {
        expect(is_printable_ascii(text) || is_utf8(text));
        bytes_ += kEscapeBytes * text.size();
    }
    void expect(bool is_writable) { is_writable_ = is_writable_ && is_writable; }

    std::optional<std::size_t> total() const {
        return is_writable_ ? std::optional{bytes_} : std::nullopt;
    }

private:
    std::size_t bytes_ = kLineBytes;
    bool is_writable_ = true;
};

bool is_kept(const std::optional<double>& coordinate) {
    if (!coordinate) return true;
    // Compares bits, because a negative zero equals a positive one but has another digest. NaN is
    // within no bounds.
    const auto is_same = std::bit_cast<std::uint64_t>(to_millionth(*coordinate)) ==
                         std::bit_cast<std::uint64_t>(*coordinate);
    return std::abs(*coordinate) <= kCoordinateMax && is_same;
}

// A fact is measured field by field, by each field's type. A type without an overload here doesn't
// compile. A structure with further rules has an overload that checks them and then measures the
// fields.

void measure(Measure& line, const std::string& text) {
    line.text(text);
}
void measure(Measure& line, Instant at) {
    line.expect(is_writable(at));
}
void measure(Measure& line, std::chrono::seconds hold) {
    line.expect(hold.count() > 0 && hold <= kHoldMax);
}
void measure(Measure& line, const SeatIds& seats) {
    line.add(kSeatIdBytes * seats.size());
}

void measure(Measure& line, const UnitPrices& prices) {
    line.add(kUnitPriceBytes * prices.size());
    line.expect(std::ranges::all_of(prices, [](auto price) { return price >= 0; }));
}

void measure(Measure& line, const TicketNumbers& numbers) {
    line.add(kTicketNumberBytes * numbers.size());
}

void measure(Measure& line, const Items& items) {
    for (const auto& item : items) {
        line.add(kItemBytes);
        line.text(item.category);
        line.expect(item.unit_price >= 0 && item.unit_price <= kWrittenPriceMax);
    }
}

void measure(Measure& line, const OrderLines& lines) {
    for (const auto& one : lines) {
        line.add(kOrderLineBytes);
        line.text(one.category);
        line.expect(one.unit_price >= 0 && one.unit_price <= kWrittenPriceMax && one.amount >= 0);
    }
}

void measure(Measure& line, const AccessCodes& codes) {
    line.add(kAccessCodeBytes * codes.size());
}

// kLineBytes already covers values of these types, so they add nothing.

template <class Kind>
void measure(Measure&, Id<Kind>) {
}
template <class T>
    requires std::integral<T> || std::is_enum_v<T>
void measure(Measure&, T) {
}
void measure(Measure&, const RequestMark&) {
}
void measure(Measure&, const ApiKeyDigest&) {
}
void measure(Measure&, Currency) {
}

void measure(Measure& line, const Point& point) {
    line.expect(is_kept(point.x) && is_kept(point.y));
}
void measure(Measure& line, const Stage& stage) {
    line.expect(is_kept(stage.x) && is_kept(stage.y));
    line.expect(is_kept(stage.width) && is_kept(stage.height));
}

template <class T>
void measure(Measure& line, const std::optional<T>& value) {
    if (value) measure(line, *value);
}

template <Plain T>
void measure_fields(Measure& line, const T& value) {
    each_field(value, [&line](const auto& field) { measure(line, field); });
}

void measure(Measure& line, const std::vector<std::string>& names) {
    for (const auto& name : names) {
        line.add(kGateNameBytes);
        line.text(name);
    }
}

void measure(Measure& line, const Admission& admission) {
    for (const auto& gate : admission.gates()) {
        line.add(kGateNameBytes);
        measure_fields(line, gate);
    }
    const auto asks = admission.asks();
    if (asks.empty()) return;
    line.text(asks.all->terms);
    for (const auto& question : asks.questions()) {
        line.add(kQuestionBytes);
        measure_fields(line, question);
    }
}

void measure(Measure& line, const TicketId& ticket) {
    measure_fields(line, ticket);
}

void measure(Measure& line, const TicketScan& scan) {
    measure_fields(line, scan);
}

void measure(Measure& line, const EventSpec& spec) {
    measure_fields(line, spec);
}

void measure(Measure& line, const Category& category) {
    line.expect(category.price >= 0 && category.price <= kWrittenPriceMax);
    measure_fields(line, category);
}

void measure(Measure& line, const Allocation& allocation) {
    measure_fields(line, allocation);
}

void measure(Measure& line, const AllocationChange& change) {
    measure_fields(line, change);
}

void measure(Measure& line, const Position& place) {
    line.expect(is_kept(place.x) && is_kept(place.y));
}

void measure(Measure& line, const std::shared_ptr<const SeatDetails>& details) {
    if (details != nullptr) measure_fields(line, *details);
}

void measure(Measure& line, const SeatSpec& seat) {
    line.add(kSeatSpecBytes);
    line.expect(seat.price >= 0 && seat.price <= kWrittenPriceMax);
    measure_fields(line, seat);
}

void measure(Measure& line, const std::shared_ptr<const SeatBlock>& block) {
    for (const auto& seat : block->seats)
        measure(line, seat);
}

template <class Fact>
void measure_fact(Measure& line, const Fact& fact) {
    if constexpr (requires { fact.total_amount; }) line.expect(fact.total_amount >= 0);
    if constexpr (requires { fact.amount; }) line.expect(fact.amount >= 0);
    measure_fields(line, fact);
}

}  // namespace

bool is_writable(Instant at) {
    return at >= kFirstInstant && at <= kLastInstant;
}

std::optional<std::size_t> written_bytes_max(const FactBody& body) {
    Measure line;
    std::visit([&](const auto& fact) { measure_fact(line, fact); }, body);
    return line.total();
}

}  // namespace frontrow::domain
