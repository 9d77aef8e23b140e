#include "domain/writable.h"

#include "base/utf8.h"

#include <initializer_list>
#include <string_view>

namespace frontrow::domain {
namespace {

/// What a line has besides texts and lists, and each entry of a list.
constexpr std::size_t kLineBytes = 1'024;
constexpr std::size_t kSeatSpecBytes = 192;
constexpr std::size_t kSeatIdBytes = 40;
/// What becomes of a control character.
constexpr std::size_t kEscapeBytes = 6;

/// Adds up what a line takes, until something in it can't be written.
class Measure {
public:
    void add(std::size_t bytes) { bytes_ += bytes; }
    void texts(std::initializer_list<std::string_view> texts) {
        for (const auto text : texts) {
            expect(is_printable_ascii(text) || is_utf8(text));
            bytes_ += kEscapeBytes * text.size();
        }
    }
    void expect(bool is_writable) { is_writable_ = is_writable_ && is_writable; }

    std::optional<std::size_t> total() const {
        return is_writable_ ? std::optional{bytes_} : std::nullopt;
    }

private:
    std::size_t bytes_ = kLineBytes;
    bool is_writable_ = true;
};

// Every fact is taken apart whole: one that is given another field doesn't compile until that has
// been thought of here.

void measure(Measure& line, const EventSpec& spec) {
    const auto& [name, description, venue, start_at, end_at, total_seats, sales_start_at, hold, max_seats_per_reservation, max_seats_per_user, currency, payment] =
        spec;
    line.texts({name, description, venue});
    line.expect(is_writable(start_at) && is_writable(end_at));
    line.expect(!sales_start_at || is_writable(*sales_start_at));
    line.expect(hold.count() > 0 && hold <= kHoldMax);
}

bool is_kept(const std::optional<double>& coordinate) {
    // What isn't a number is like nothing, not even itself.
    return !coordinate ||
           (std::abs(*coordinate) <= kCoordinateMax && to_millionth(*coordinate) == *coordinate);
}

void measure(Measure& line, const SeatSpec& seat) {
    const auto& [number, section, row, price, position] = seat;
    line.add(kSeatSpecBytes);
    line.texts({number, section, row});
    line.expect(price >= 0 && price <= kWrittenPriceMax);
    line.expect(!position || (is_kept(position->x) && is_kept(position->y)));
}

void measure(Measure& line, const EventCreated& body) {
    const auto& [spec, created_by] = body;
    measure(line, spec);
    line.texts({created_by});
}

void measure(Measure& line, const EventUpdated& body) {
    const auto& [spec] = body;
    measure(line, spec);
}

void measure(Measure&, const EventDeleted&) {
}

void measure(Measure& line, const SeatsAdded& body) {
    const auto& [block] = body;
    for (const auto& seat : block->seats)
        measure(line, seat);
}

void measure(Measure& line, const ReservationHeld& body) {
    const auto& [reservation, user, seats, total_amount, expires_at, request] = body;
    line.add(kSeatIdBytes * seats.size());
    line.texts({user});
    line.expect(total_amount >= 0 && is_writable(expires_at));
}

void measure(Measure&, const ReservationConfirmed& body) {
    [[maybe_unused]] const auto& [reservation] = body;
}

void measure(Measure&, const ReservationCancelled& body) {
    [[maybe_unused]] const auto& [reservation] = body;
}

void measure(Measure&, const ReservationExpired& body) {
    [[maybe_unused]] const auto& [reservation] = body;
}

void measure(Measure& line, const ReservationExtended& body) {
    const auto& [reservation, expires_at] = body;
    line.expect(is_writable(expires_at));
}

void measure(Measure& line, const ApiKeyCreated& body) {
    const auto& [key, name, role, prefix, digest, created_by] = body;
    line.texts({name, prefix, created_by});
}

void measure(Measure& line, const ApiKeyRevoked& body) {
    const auto& [key, revoked_by] = body;
    line.texts({revoked_by});
}

}  // namespace

bool is_writable(Instant at) {
    return at >= kFirstInstant && at <= kLastInstant;
}

std::optional<std::size_t> written_bytes_max(const FactBody& body) {
    Measure line;
    std::visit([&](const auto& one) { measure(line, one); }, body);
    return line.total();
}

}  // namespace frontrow::domain
