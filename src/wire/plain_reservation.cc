#include "wire/plain_reservation.h"

#include "wire/plain_text.h"

#include <algorithm>

namespace frontrow::wire {
namespace {

constexpr std::ptrdiff_t kDigitsMax = 9;

bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// Takes tokens from the front of a text, with the white space before each. Each function returns
/// false or nothing if another token comes. take() and take_name() have then skipped only white
/// space, so the caller can try another token.
class Cursor {
public:
    explicit Cursor(std::string_view text) : at_{text.data()}, end_{at_ + text.size()} {}

    bool take(char c) {
        skip_space();
        if (at_ == end_ || *at_ != c) return false;
        ++at_;
        return true;
    }

    /// `name` includes its quotes.
    bool take_name(std::string_view name) {
        skip_space();
        const char* const begin = at_;
        if (!std::string_view{at_, end_}.starts_with(name)) return false;
        at_ += name.size();
        const bool is_name = take(':');
        if (!is_name) at_ = begin;
        return is_name;
    }

    template <class SomeId>
    std::optional<SomeId> take_id() {
        if (!take('"') || end_ - at_ <= static_cast<std::ptrdiff_t>(kUuidLength)) return {};
        const auto id = SomeId::parse({at_, kUuidLength});
        at_ += kUuidLength;
        return *at_++ == '"' ? id : std::nullopt;
    }

    std::optional<std::int64_t> take_number() {
        skip_space();
        const char* const begin = at_;
        std::int64_t number = 0;
        for (; at_ != end_ && is_digit(*at_) && at_ - begin < kDigitsMax; ++at_)
            number = number * 10 + (*at_ - '0');
        const bool is_plain_number = at_ != begin && (*begin != '0' || at_ - begin == 1);
        return is_plain_number ? std::optional{number} : std::nullopt;
    }

    std::optional<std::string> take_text() {
        if (!take('"')) return {};
        const char* const begin = at_;
        at_ = std::find_if_not(at_, end_, is_plain);
        if (at_ == end_ || *at_ != '"') return {};
        return std::string{begin, at_++};
    }

    bool is_at_end() {
        skip_space();
        return at_ == end_;
    }

private:
    void skip_space() {
        while (at_ != end_ && is_space(*at_))
            ++at_;
    }

    const char* at_;
    const char* end_;
};

bool take_seats(Cursor& in, domain::SeatIds& seats) {
    if (!in.take('[')) return false;
    do {
        const auto id = in.take_id<SeatId>();
        if (!id) return false;
        seats.push_back(*id);
    } while (in.take(','));
    return in.take(']');
}

/// Reads one member of an item. Returns false if it is unknown, malformed, or there already.
bool take_item_member(
    Cursor& in,
    std::optional<std::string>& category,
    std::optional<std::int64_t>& quantity
) {
    if (in.take_name(R"("category")")) return !category && (category = in.take_text());
    if (in.take_name(R"("quantity")")) return !quantity && (quantity = in.take_number());
    return false;
}

bool take_item(Cursor& in, domain::WantedItems& items) {
    if (!in.take('{')) return false;
    std::optional<std::string> category;
    std::optional<std::int64_t> quantity;
    do {
        if (!take_item_member(in, category, quantity)) return false;
    } while (in.take(','));
    if (!in.take('}') || !category || !quantity) return false;
    items.push_back({*std::move(category), static_cast<std::uint32_t>(*quantity)});
    return true;
}

bool take_items(Cursor& in, domain::WantedItems& items) {
    if (!in.take('[')) return false;
    do {
        if (!take_item(in, items)) return false;
    } while (in.take(','));
    return in.take(']');
}

/// Takes a hold time unless there is one already.
bool take_hold(Cursor& in, std::optional<std::chrono::seconds>& hold) {
    const auto seconds = hold ? std::nullopt : in.take_number();
    if (seconds) hold = std::chrono::seconds{*seconds};
    return seconds.has_value();
}

/// Reads one member. Returns false if it is unknown, malformed, or there already.
bool take_member(Cursor& in, std::optional<EventId>& event, ReservationRequest& request) {
    if (in.take_name(R"("event_id")")) return !event && (event = in.take_id<EventId>());
    if (in.take_name(R"("seat_ids")"))
        return request.seats.empty() && take_seats(in, request.seats);
    if (in.take_name(R"("hold_seconds")")) return take_hold(in, request.hold);
    if (in.take_name(R"("idempotency_key")"))
        return !request.idempotency_key && (request.idempotency_key = in.take_text());
    if (in.take_name(R"("access_code")"))
        return !request.access_code && (request.access_code = in.take_text());
    if (in.take_name(R"("items")")) return request.items.empty() && take_items(in, request.items);
    return false;
}

bool read(std::string_view body, ReservationRequest& request) {
    Cursor in{body};
    if (!in.take('{')) return false;
    std::optional<EventId> event;
    do {
        if (!take_member(in, event, request)) return false;
    } while (in.take(','));
    const bool has_claim = !request.seats.empty() || !request.items.empty();
    if (!in.take('}') || !in.is_at_end() || !event || !has_claim) return false;
    request.event = *event;
    return true;
}

}  // namespace

std::optional<ReservationRequest> read_plain_reservation(std::string_view body) {
    std::optional<ReservationRequest> request{std::in_place};
    if (!read(body, *request)) request.reset();
    return request;
}

}  // namespace frontrow::wire
