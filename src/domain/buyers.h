#pragma once

#include "base/small_vector.h"
#include "base/state_index.h"
#include "base/state_log.h"
#include "base/state_table.h"
#include "domain/seat_plans.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::domain {

/// The users who have reserved anything, found by `sub`, with the reservations and tickets
/// of each: a ticket is a seat or a unit of a category.
/// Changed and verified by Reservations only. One thread.
class Buyers {
public:
    /// The number of tickets that a user has in an event. Those of lapsed holds don't count.
    struct TicketsInEvent {
        EventIndex event = 0;
        std::uint32_t tickets = 0;
    };

    /// In the order of creation.
    using Reservations = SmallVector<ReservationIndex, 2>;

    /// A user's reservations and tickets. They change with every sale. The name, which never
    /// changes, is in another table.
    struct Sales {
        /// May contain indexes of erased rows.
        Reservations reservations;
        std::uint32_t gone = 0;
        /// One entry for each event in which the user has tickets: few, even for users who buy
        /// much.
        SmallVector<TicketsInEvent, 1> tickets;

        std::uint32_t tickets_in(EventIndex event) const;
    };

    explicit Buyers(StateLog& log);
    Buyers(const Buyers&) = delete;
    Buyers& operator=(const Buyers&) = delete;
    ~Buyers();

    bool has(UserIndex user) const { return users_.has(user); }
    std::size_t size() const { return users_.size(); }
    const std::string& name(UserIndex user) const { return users_[user]; }
    const Sales& sales(UserIndex user) const { return sales_[user]; }
    /// kNobody if the user has no reservation.
    UserIndex find(std::string_view sub) const;
    void prefetch(std::string_view sub) const { by_sub_.prefetch(sub); }

    UserIndex find_or_add(const std::string& sub);
    void add_reservation(UserIndex user, ReservationIndex reservation);
    /// Call it at a boundary, after the row of one of the user's reservations was erased.
    /// `has(index)` tells whether a row exists. Erased reservations leave the list once they are
    /// half of it. A user with no reservation left is removed.
    template <class Has>
    void reservation_has_gone(UserIndex user, Has has) {
        auto& sales = sales_.change(user);
        if (++sales.gone == sales.reservations.size()) return forget(user);
        if (sales.gone < sales.reservations.size() / 2) return;
        const auto is_gone = [&](ReservationIndex index) { return !has(index); };
        const auto rest = std::ranges::remove_if(sales.reservations, is_gone);
        sales.reservations.erase(rest.begin(), rest.end());
        sales.gone = 0;
    }
    void add_tickets(UserIndex user, EventIndex event, std::uint32_t tickets);
    /// `tickets` must not exceed what the user has.
    void take_tickets(UserIndex user, EventIndex event, std::uint32_t tickets);

    // For saving and loading rows (domain/inventory_image.h).

    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& buyers);
    /// Rebuilds what is derived from the rows: the look-up table, and an empty entry in sales_ for
    /// each user.
    void derive();

private:
    void forget(UserIndex user);

    StateLog& log_;
    StateTable<std::string, Digested::no> users_;
    /// A user has the same number here as in users_.
    StateTable<Sales, Digested::no> sales_;
    StateIndex by_sub_;
};

}  // namespace frontrow::domain
