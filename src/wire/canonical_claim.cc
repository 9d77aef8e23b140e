#include "wire/requests.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

// The bytes that are hashed for what a request claims: written by hand, because seats and items in
// another order must make the same bytes.

namespace frontrow::wire {
namespace {

char* write_bytes(char* to, Bits128 bits) {
    const auto bytes = bytes_of(bits);
    std::memcpy(to, bytes.data(), bytes.size());
    return to + bytes.size();
}

void append_bytes(std::string& out, Bits128 bits) {
    const auto bytes = bytes_of(bits);
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

/// Appends the items, each with the length of its name before the name.
void append_items(std::string& out, domain::WantedItems items) {
    std::ranges::sort(items, {}, &domain::WantedItem::category);
    for (const auto& item : items) {
        append_bytes(out, {item.quantity, item.category.size()});
        out += item.category;
    }
}

/// Appends the wish. Its first number says what it has.
void append_wish(std::string& out, const domain::BestWish& wish) {
    std::uint64_t has = 0;
    for (const bool one :
         {wish.accessible,
          wish.allow_split,
          wish.section.has_value(),
          wish.price_max.has_value(),
          wish.near.has_value()})
        has = has * 2 + (one ? 1 : 0);
    append_bytes(out, {has, wish.quantity});
    if (wish.price_max) append_bytes(out, {0, static_cast<std::uint64_t>(*wish.price_max)});
    if (wish.near) append_bytes(out, wish.near->bits());
    if (wish.section) {
        append_bytes(out, {0, wish.section->size()});
        out += *wish.section;
    }
}

void append_claim(std::string& out, const ClaimRequest& claim) {
    append_bytes(out, {claim.seats.size(), claim.items.size()});
    auto seats = claim.seats;
    std::ranges::sort(seats);
    for (const auto seat : seats)
        append_bytes(out, seat.bits());
    append_items(out, claim.items);
}

}  // namespace

std::string canonical(const ChangeRequest& request) {
    std::string out;
    append_claim(out, request.add);
    append_claim(out, request.remove);
    return out;
}

std::string canonical(const RefundRequest& request) {
    std::string out;
    append_claim(out, request.claim);
    append_bytes(
        out, {0, (request.returns_to_sale ? 1U : 0U) + (request.despite_dispute ? 2U : 0U)}
    );
    auto tickets = request.tickets;
    std::ranges::sort(tickets);
    for (const auto& [reservation, number] : tickets) {
        append_bytes(out, reservation.bits());
        append_bytes(out, {0, number});
    }
    return out;
}

/// Old and new versions of the program must make the same bytes of a request, because idempotency
/// keys are kept during an upgrade. The number before the hold tells how the bytes continue. It is
/// 0 if there are only seats: versions without items and wishes wrote 0 there. It is the number of
/// seats plus one if items or an access code follow the seats. It is the highest 64-bit number,
/// which no number of seats reaches, if there is a wish. An access code comes last, like an item of
/// no units.
std::string canonical(
    EventId event,
    domain::SeatIds seats,
    std::optional<std::chrono::seconds> hold,
    domain::WantedItems items,
    const std::optional<domain::BestWish>& best,
    const std::optional<std::string>& access_code
) {
    std::ranges::sort(seats);
    std::string out;
    const auto size = sizeof(Bits128) * (seats.size() + 2);
    constexpr auto kWish = std::numeric_limits<std::uint64_t>::max();
    const bool has_more = !items.empty() || access_code;
    const auto seats_before_items = best ? kWish : has_more ? seats.size() + 1 : 0;
    out.resize_and_overwrite(size, [&](char* to, std::size_t) {
        to = write_bytes(to, event.bits());
        to = write_bytes(
            to, {seats_before_items, hold ? static_cast<std::uint64_t>(hold->count()) : 0}
        );
        for (const auto seat : seats)
            to = write_bytes(to, seat.bits());
        return size;
    });
    if (best) append_wish(out, *best);
    append_items(out, std::move(items));
    if (access_code) append_items(out, {{*access_code, 0}});
    return out;
}

}  // namespace frontrow::wire
