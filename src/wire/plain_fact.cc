#include "wire/plain_fact.h"

#include "wire/plain_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace frontrow::wire {
namespace {

using namespace domain;

constexpr std::size_t kInstantLength = 24;
constexpr std::size_t kHexLength = 32;
/// Any number of so many fits.
constexpr std::size_t kSafeDigits = 18;

/// Takes what it's asked for off the front of a line; after the first that doesn't fit, is_ok()
/// stays false.
class PlainLine {
public:
    explicit PlainLine(std::string_view line) : rest_{line} {}

    bool is_ok() const { return is_ok_; }
    bool is_done() const { return is_ok_ && rest_.empty(); }
    bool starts_with(char c) const { return rest_.starts_with(c); }

    void take(std::string_view text) {
        is_ok_ = is_ok_ && rest_.starts_with(text);
        if (is_ok_) rest_.remove_prefix(text.size());
    }

    std::int64_t number() {
        std::size_t length = 0;
        std::int64_t number = 0;
        for (; length < rest_.size() && is_digit(rest_[length]) && length < kSafeDigits; ++length)
            number = number * 10 + (rest_[length] - '0');
        const bool is_number = length == 1 || (length > 1 && rest_.front() != '0');
        is_ok_ = is_ok_ && is_number;
        rest_.remove_prefix(length);
        return number;
    }

    template <class SomeId>
    SomeId id() {
        return SomeId{read(kUuidLength, parse_uuid)};
    }
    Bits128 hex() { return read(kHexLength, parse_hex128); }
    Instant instant() { return read(kInstantLength, parse_rfc3339); }

    /// Up to the quotes.
    std::string_view text() {
        const auto end = std::ranges::find_if_not(rest_, is_plain);
        return front(static_cast<std::size_t>(end - rest_.begin()));
    }

private:
    std::string_view front(std::size_t length) {
        const auto text = rest_.substr(0, length);
        rest_.remove_prefix(text.size());
        return text;
    }
    template <class T>
    T read(std::size_t length, std::optional<T> (*parse)(std::string_view)) {
        const auto value = parse(front(length));
        is_ok_ = is_ok_ && value;
        return value.value_or(T{});
    }

    std::string_view rest_;
    bool is_ok_ = true;
};

/// With the reservation's id, which they all begin with.
template <class Body>
Body begin_body(PlainLine& in) {
    Body body;
    in.take(R"("reservation_id":")");
    body.reservation = in.id<ReservationId>();
    in.take("\"");
    return body;
}

ReservationExtended read_extended(PlainLine& in) {
    auto body = begin_body<ReservationExtended>(in);
    in.take(R"(,"expires_at":")");
    body.expires_at = in.instant();
    in.take("\"");
    return body;
}

ReservationHeld read_held(PlainLine& in) {
    auto body = begin_body<ReservationHeld>(in);
    in.take(R"(,"user_id":")");
    body.user = in.text();
    in.take(R"(","seat_ids":[)");
    do {
        in.take(body.seats.empty() ? "\"" : ",\"");
        body.seats.push_back(in.id<SeatId>());
        in.take("\"");
    } while (in.is_ok() && in.starts_with(','));
    in.take(R"(],"total_amount":)");
    body.total_amount = in.number();
    in.take(R"(,"expires_at":")");
    body.expires_at = in.instant();
    in.take(R"(","request_key":")");
    body.request.key = in.hex();
    in.take(R"(","request_content":")");
    body.request.content = in.hex();
    in.take("\"");
    return body;
}

bool read_plain_body(std::string_view type, PlainLine& in, FactBody& body) {
    if (type == "ReservationHeld")
        body = read_held(in);
    else if (type == "ReservationConfirmed")
        body = begin_body<ReservationConfirmed>(in);
    else if (type == "ReservationCancelled")
        body = begin_body<ReservationCancelled>(in);
    else if (type == "ReservationExpired")
        body = begin_body<ReservationExpired>(in);
    else if (type == "ReservationExtended")
        body = read_extended(in);
    else
        return false;
    return true;
}

bool read_plain_line(std::string_view line, Fact& fact) {
    PlainLine in{line};
    in.take(R"({"seq":)");
    fact.seq = static_cast<std::uint64_t>(in.number());
    in.take(R"(,"type":")");
    const auto type = in.text();
    in.take(R"(","event_id":")");
    fact.event = in.id<EventId>();
    in.take(R"(","at":")");
    fact.at = in.instant();
    in.take(R"(","trace_id":")");
    fact.trace = TraceId{in.hex()};
    in.take(R"(","data":{)");
    if (!in.is_ok() || !read_plain_body(type, in, fact.body)) return false;
    in.take("}}");
    return in.is_done();
}

}  // namespace

std::optional<Fact> read_plain_fact(std::string_view line) {
    std::optional<Fact> fact{std::in_place};
    if (!read_plain_line(line, *fact)) fact.reset();
    return fact;
}

}  // namespace frontrow::wire
