#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "domain/event.h"
#include "domain/seat.h"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::domain {

/// A ticket is one seat, or one unit of a category, of a confirmed reservation. It needs no fact
/// and no row: it exists because the reservation does. Only what happens to it is a fact.
struct TicketId {
    ReservationId reservation;
    /// From 1 on, in the order of place_of() (domain/ticket_places.h). A refund changes no number.
    std::uint32_t number = 0;

    friend auto operator<=>(const TicketId&, const TicketId&) = default;
};

/// What a ticket admits to: either a seat or a unit of a category.
struct TicketPlace {
    /// Nil unless it is a seat.
    SeatId seat;
    /// Empty if it is a seat.
    std::string category;

    friend bool operator==(const TicketPlace&, const TicketPlace&) = default;
};

/// A reading of a ticket's code at a gate.
struct TicketScan {
    /// Made by the device. A scan that is told again has the same id, and counts once.
    ScanId id;
    /// In a command, kScannedNow if the gate has a network.
    Instant at;
    /// Empty if the device gave none.
    std::string gate;

    friend bool operator==(const TicketScan&, const TicketScan&) = default;
};

/// Stands for the time at which the scan is decided.
inline constexpr Instant kScannedNow = Instant::max();

/// The scan that was first: the earlier one, and of two at the same instant the one with the lower
/// id. So the order in which gates report doesn't matter.
inline bool is_before(const TicketScan& a, const TicketScan& b) {
    return a.at < b.at || (a.at == b.at && a.id < b.id);
}

/// What has happened to a ticket.
struct TicketNotes {
    TicketId id;
    EventId event;
    /// Rises by one when the ticket is transferred or issued again. A code of an earlier issue
    /// admits nobody.
    std::uint32_t issue = 1;
    /// The account that has the ticket; empty if it is the reservation's.
    std::string holder;
    /// Each scan that admitted somebody, in the order of is_before(); if there were more than
    /// kScansMax, the first ones. More than one only if gates without a network admitted somebody,
    /// too.
    std::vector<TicketScan> scans;
    /// When an organiser last took back that it was used. Scans before that no longer count.
    std::optional<Instant> reinstated_at;
    /// The ids of scans that were taken back, the last kTakenBackMax: told again, they don't count,
    /// whatever time they then have.
    std::vector<ScanId> taken_back{};
    /// When the present issue was made; nothing for the first one, which is as old as the sale.
    std::optional<Instant> issued_at{};
    /// How many scans were recorded since the ticket was last made valid, even if others were
    /// earlier.
    std::uint32_t scans_recorded = 0;
    /// Scans that gates without a network told after the ticket was refunded or issued again, at
    /// most kLateScansMax, in the order in which they were told. They admit nobody, but somebody
    /// may have got in.
    std::vector<TicketScan> late{};

    /// Somebody got in, or may have.
    bool is_scanned() const { return !scans.empty() || !late.empty(); }

    friend bool operator==(const TicketNotes&, const TicketNotes&) = default;
};

inline constexpr std::size_t kScansMax = 8;
/// Scans of one ticket that are recorded before an organiser makes it valid again: a gate that
/// tells ever earlier ones can't fill the journal.
inline constexpr std::uint32_t kScansRecordedMax = 64;
inline constexpr std::size_t kLateScansMax = 8;
inline constexpr std::size_t kTakenBackMax = kScansMax + kLateScansMax;
inline constexpr std::size_t kGateCharactersMax = 64;
/// Names of gates that an event has about at most, besides those in its terms: a scanner who
/// invents one for each scan can't make the counts long. Scans at others are those of a gate
/// without a name.
inline constexpr std::size_t kGateNamesMax = 1'000;
/// Scans in one report of a gate.
inline constexpr std::size_t kScansAtOnceMax = 500;

/// `refunded` as soon as a refund of it has begun, unless that has failed. `cancelled` if it isn't
/// refunded and its event won't take place.
enum class TicketStatus : std::uint8_t { valid, used, refunded, cancelled };

constexpr std::string_view name_of(TicketStatus status) {
    switch (status) {
        case TicketStatus::valid:
            return "valid";
        case TicketStatus::used:
            return "used";
        case TicketStatus::refunded:
            return "refunded";
        case TicketStatus::cancelled:
            return "cancelled";
    }
}
constexpr std::array<TicketStatus, 4> choices(TicketStatus) {
    return {
        TicketStatus::valid, TicketStatus::used, TicketStatus::refunded, TicketStatus::cancelled
    };
}

/// The seat that a ticket is for. Out of line, because otherwise the answer to every command would
/// be larger.
struct TicketSeat {
    /// Null if the ticket is for a unit.
    std::shared_ptr<const SeatSpec> spec;

    friend bool operator==(const TicketSeat& a, const TicketSeat& b) {
        return a.spec == nullptr || b.spec == nullptr ? a.spec == b.spec : *a.spec == *b.spec;
    }
};

/// A ticket as its holder sees it.
struct TicketView {
    TicketId id;
    EventId event;
    TicketPlace place;
    /// The name of the event's gate for this place; empty if the event names none.
    std::string gate;
    /// The account that has the ticket. Only this one may see its code.
    std::string holder;
    TicketStatus status = TicketStatus::valid;
    /// Zero for a former holder, who doesn't learn it.
    std::uint32_t issue = 1;
    /// The first scan, if there was one. Also if the ticket was refunded afterwards.
    std::optional<TicketScan> used;
    TicketSeat seat{};
    /// When the event starts.
    Instant starts_at{};
    /// What the event asks about the person who will use the ticket.
    Asks asks{};

    friend bool operator==(const TicketView&, const TicketView&) = default;
};

/// What a gate is told about a code that it scanned.
enum class TicketVerdict : std::uint8_t {
    /// This scan is the first one: let the person in.
    admitted,
    /// Another scan was earlier.
    already_used,
    refunded,
    /// The ticket was transferred or issued again after this code was made.
    replaced,
    /// There is no such ticket.
    unknown,
    /// The ticket is for another event, or for one for which the caller may not scan.
    wrong_event,
    event_cancelled,
    /// An organiser has made the ticket valid again since the scan.
    outdated,
};

constexpr std::string_view name_of(TicketVerdict verdict) {
    switch (verdict) {
        case TicketVerdict::admitted:
            return "admitted";
        case TicketVerdict::already_used:
            return "already_used";
        case TicketVerdict::refunded:
            return "refunded";
        case TicketVerdict::replaced:
            return "replaced";
        case TicketVerdict::unknown:
            return "unknown";
        case TicketVerdict::wrong_event:
            return "wrong_event";
        case TicketVerdict::event_cancelled:
            return "event_cancelled";
        case TicketVerdict::outdated:
            return "outdated";
    }
}

/// The answer to one scan.
struct CheckedTicket {
    TicketId ticket;
    ScanId scan;
    TicketVerdict verdict{};
    /// With `admitted` and `already_used`: the first scan.
    std::optional<TicketScan> first;
    /// With `admitted` and `already_used`.
    std::optional<TicketPlace> place;
    /// The gate has told this scan before.
    bool is_repeated = false;

    friend bool operator==(const CheckedTicket&, const CheckedTicket&) = default;
};

}  // namespace frontrow::domain
