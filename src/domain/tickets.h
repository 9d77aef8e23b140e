#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/state_index.h"
#include "base/state_log.h"
#include "base/state_map.h"
#include "base/state_table.h"
#include "domain/seat_plans.h"
#include "domain/ticket.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace frontrow::domain {

using TicketIndex = std::uint32_t;

/// What has happened to tickets. A ticket has a row from the first fact about it on, for ever, as
/// its order does. Others have none: they follow from their reservations
/// (domain/sold_reservation.h).
///
/// Refers to reservations and events by id. Changed by `evolve` only. One thread.
class Tickets {
public:
    explicit Tickets(StateLog& log);
    Tickets(const Tickets&) = delete;
    Tickets& operator=(const Tickets&) = delete;
    ~Tickets();

    std::size_t size() const { return rows_.size(); }
    const TicketNotes& operator[](TicketIndex index) const { return rows_[index]; }
    /// Null if nothing has happened to the ticket.
    const TicketNotes* find(TicketId id) const;
    /// Calls `take` with each index and its row, in order.
    template <class Take>
    void visit(Take take) const {
        rows_.visit(take);
    }
    /// Calls `take` with each ticket that was transferred to the user, the one with the newest row
    /// first, until it returns false. Starts behind `after`, which the user has or had.
    template <class Take>
    void visit_transferred_to(std::string_view user, std::optional<TicketId> after, Take take)
        const {
        const auto digest = key_of(user);
        const auto& all = by_holder_.entries();
        const auto end = after ? index_of(*after) : kNobody;
        for (auto i = all.lower_bound({digest, end}); i != all.begin();) {
            --i;
            if (i->first.first != digest) return;
            const auto& row = rows_[i->first.second];
            if (row.holder == user && !take(row)) return;
        }
    }
    /// What gates with one name have done at an event.
    struct GateCounts {
        /// Tickets whose first scan was there.
        std::uint64_t used = 0;
        /// Scans that were told there too late to count.
        std::uint64_t late = 0;

        friend bool operator==(const GateCounts&, const GateCounts&) = default;
    };
    /// Calls `take` with the name of each gate at which tickets of the event were scanned, in the
    /// order of names, and with its counts.
    template <class Take>
    void visit_gates(EventId event, Take take) const {
        const auto& all = gates_.entries();
        for (auto i = all.lower_bound({event, std::string{}});
             i != all.end() && i->first.first == event;
             ++i)
            take(i->first.second, i->second);
    }
    /// Whether visit_gates() has a gate with this name.
    bool has_gate(EventId event, const std::string& gate) const {
        return gates_.entries().contains({event, gate});
    }
    /// How many it has. Looks at each.
    std::size_t count_gates(EventId event) const;

    // Called to apply facts.

    /// Applies a fact about a ticket of the event, and returns the ticket's index. CHECKs that it
    /// is possible. There is an instantiation for each kind that has a note()
    /// (domain/ticket_notes.h).
    template <class Body>
    TicketIndex apply(const Body& body, EventId event, Instant at);

    /// Recomputes all that is derived from the rows, and CHECKs it. Reads everything.
    void verify() const;

    // For saving and loading rows (domain/inventory_image.h).

    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& tickets);
    /// Rebuilds what is derived from the rows.
    void derive();

private:
    static Bits128 key_of(std::string_view user);
    TicketIndex index_of(TicketId id) const;
    /// Adds the row to the holder's tickets and to the counts.
    void enter(TicketIndex index);
    /// Undoes that.
    void leave(TicketIndex index);
    /// Calls `change` with the counts of a gate.
    template <class Change>
    void count(EventId event, const std::string& gate, Change change);

    StateLog& log_;
    StateTable<TicketNotes> rows_;
    StateIndex by_id_;
    /// By a digest of the name of the account to which the ticket was transferred.
    StateMap<std::pair<Bits128, TicketIndex>, std::monostate> by_holder_;
    /// Counts that are zero have no entry.
    StateMap<std::pair<EventId, std::string>, GateCounts> gates_;
};

}  // namespace frontrow::domain
