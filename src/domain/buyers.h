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

using UserIndex = std::uint32_t;

/// The users who have reserved anything, by `sub`, and what each of them has. Only Reservations
/// changes it, and verifies it against its own rows. One thread.
class Buyers {
public:
    /// How many seats a user has in an event, without lapsed ones.
    struct SeatsInEvent {
        EventIndex event = 0;
        std::uint32_t seats = 0;
    };

    /// In the order of creation.
    using Reservations = SmallVector<ReservationIndex, 2>;

    /// What a user has. Kept apart from the name, so that a sale doesn't hash the user's name
    /// again.
    struct Sales {
        /// May contain reservations whose rows are gone.
        Reservations reservations;
        std::uint32_t gone = 0;
        /// One entry for each event in which the user has seats: few, even for users who buy much.
        SmallVector<SeatsInEvent, 1> seats;

        std::uint32_t seats_in(EventIndex event) const;
    };

    explicit Buyers(StateLog& log);
    Buyers(const Buyers&) = delete;
    Buyers& operator=(const Buyers&) = delete;
    ~Buyers();

    bool has(UserIndex user) const { return users_.has(user); }
    std::size_t size() const { return users_.size(); }
    const std::string& name(UserIndex user) const { return users_[user]; }
    const Sales& sales(UserIndex user) const { return sales_[user]; }
    /// kNobody if the user has nothing.
    UserIndex find(std::string_view sub) const;
    void prefetch(std::string_view sub) const { by_sub_.prefetch(sub); }

    UserIndex find_or_add(const std::string& sub);
    void add_reservation(UserIndex user, ReservationIndex reservation);
    /// Call at a boundary, after the row of one of the user's reservations was erased; `has` tells
    /// which rows exist. The list is cleaned only once half of it is gone. A user with no
    /// reservation left is removed.
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
    void add_seats(UserIndex user, EventIndex event, std::uint32_t seats);
    /// `seats` must not exceed what the user has.
    void take_seats(UserIndex user, EventIndex event, std::uint32_t seats);

    // For a loader (domain/inventory_image.h).

    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& buyers);
    /// Rebuilds what is derived from the rows: the look-up table, and users without any
    /// reservation.
    void derive();

private:
    void forget(UserIndex user);

    StateLog& log_;
    StateTable<std::string, Digested::no> users_;
    /// With the same numbers as the users.
    StateTable<Sales, Digested::no> sales_;
    StateIndex by_sub_;
};

}  // namespace frontrow::domain
