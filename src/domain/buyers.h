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

/// Who has reserved anything, by `sub`, and what each has. Changed by the reservations alone, which
/// `verify()` it with what they come to. One thread.
class Buyers {
public:
    /// How many seats a user has in an event, without those that have lapsed.
    struct SeatsInEvent {
        EventIndex event = 0;
        std::uint32_t seats = 0;
    };

    /// In the order in which they were made.
    using Reservations = SmallVector<ReservationIndex, 2>;

    /// What a user has. By itself, so that a sale doesn't hash the user's name anew.
    struct Sales {
        /// Some of them may have gone.
        Reservations reservations;
        std::uint32_t gone = 0;
        /// One for each event in which the user has any: a few, even for who buys much.
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
    /// kNobody for one who has nothing.
    UserIndex find(std::string_view sub) const;
    void prefetch(std::string_view sub) const { by_sub_.prefetch(sub); }

    UserIndex find_or_add(const std::string& sub);
    void add_reservation(UserIndex user, ReservationIndex reservation);
    /// At a boundary, after one of them has gone: `has` tells which are there. The list is gone
    /// through only when half of it has gone. Nobody is kept who has nothing.
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
    /// At most as many as there are.
    void take_seats(UserIndex user, EventIndex event, std::uint32_t seats);

    // For a loader (domain/inventory_image.h).

    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& buyers);
    /// What follows from the rows: the table, and that nobody has anything.
    void derive();

private:
    void forget(UserIndex user);

    StateLog& log_;
    StateTable<std::string, Digested::no> users_;
    /// Under the users' numbers.
    StateTable<Sales, Digested::no> sales_;
    StateIndex by_sub_;
};

}  // namespace frontrow::domain
