#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/money.h"
#include "domain/plan.h"
#include "domain/seat_preference.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::domain {

/// Whether a reservation can be confirmed without payment, or only by paying.
enum class PaymentRule : std::uint8_t { none, required };

constexpr std::string_view name_of(PaymentRule rule) {
    switch (rule) {
        case PaymentRule::none:
            return "none";
        case PaymentRule::required:
            return "required";
    }
}
constexpr std::array<PaymentRule, 2> choices(PaymentRule) {
    return {PaymentRule::none, PaymentRule::required};
}

/// Where people get in who have a ticket for one of these sections or categories. A ticket shows
/// it.
struct Gate {
    std::string name;
    std::vector<std::string> sections;
    std::vector<std::string> categories;

    friend bool operator==(const Gate&, const Gate&) = default;
};

/// What an organiser wants to know about each person who comes.
struct Question {
    std::string label;
    bool required = false;

    friend bool operator==(const Question&, const Question&) = default;
};

struct AsksDetails {
    /// Each ticket needs the name of the person who will use it.
    bool holder_name = false;
    /// Each label once.
    std::vector<Question> questions;
    /// A text or a URL. Who buys must accept it. Empty if there are no terms.
    std::string terms;

    friend bool operator==(const AsksDetails&, const AsksDetails&) = default;
};

/// What an event asks of buyers and of those who have its tickets. The answers are personal data,
/// so they are in no fact: side records keep them.
struct Asks {
    /// Null if nothing is asked.
    std::shared_ptr<const AsksDetails> all{};

    bool empty() const { return all == nullptr; }
    bool holder_name() const { return all != nullptr && all->holder_name; }
    std::span<const Question> questions() const {
        return all == nullptr ? std::span<const Question>{} : all->questions;
    }
    bool has_terms() const { return all != nullptr && !all->terms.empty(); }

    friend bool operator==(const Asks& a, const Asks& b) {
        return a.empty() || b.empty() ? a.empty() == b.empty() : *a.all == *b.all;
    }
};

struct AdmissionDetails {
    std::vector<Gate> gates;
    AsksDetails asks{};

    friend bool operator==(const AdmissionDetails&, const AdmissionDetails&) = default;
};

/// How people get in: the gates, and what the event asks. Most events say nothing of it, so it is
/// stored out of line.
struct Admission {
    /// Null if there are no gates and nothing is asked.
    std::shared_ptr<const AdmissionDetails> all{};

    static Admission of(AdmissionDetails details) {
        if (details == AdmissionDetails{}) return {};
        return {std::make_shared<const AdmissionDetails>(std::move(details))};
    }
    bool empty() const { return all == nullptr; }
    std::span<const Gate> gates() const {
        return all == nullptr ? std::span<const Gate>{} : all->gates;
    }
    Asks asks() const {
        if (all == nullptr || all->asks == AsksDetails{}) return {};
        return {{all, &all->asks}};
    }

    friend bool operator==(const Admission& a, const Admission& b) {
        return a.empty() || b.empty() ? a.empty() == b.empty() : *a.all == *b.all;
    }
};

/// What an organiser decides about an event. A spec that exists is valid: see wire/requests.h for
/// the bounds. Declare a new field last (domain/digest_fields.h).
struct EventSpec {
    std::string name;
    std::string description;
    std::string venue;
    Instant start_at;
    Instant end_at;
    /// The declared capacity, for display only: the number of created seats isn't checked against
    /// it.
    std::int64_t total_seats = 0;
    /// Booking opens at this instant; if absent, at once.
    std::optional<Instant> sales_start_at;
    std::chrono::seconds hold{900};
    std::uint32_t max_seats_per_reservation = 10;
    std::optional<std::uint32_t> max_seats_per_user;
    Currency currency;
    PaymentRule payment = PaymentRule::none;
    /// Booking closes at this instant; if absent, at start_at.
    std::optional<Instant> sales_end_at;
    std::optional<Stage> stage;
    /// The point from which the best seats are counted.
    std::optional<Point> focal_point;
    SeatPreference best_seats = SeatPreference::balanced;
    /// Its gates name each section and each category at most once.
    Admission admission;

    friend bool operator==(const EventSpec&, const EventSpec&) = default;
};

inline Instant sales_end(const EventSpec& spec) {
    return spec.sales_end_at.value_or(spec.start_at);
}

/// An organiser's action on a sale; `end` is final.
enum class SaleAction : std::uint8_t { open, pause, end };

constexpr std::string_view name_of(SaleAction action) {
    switch (action) {
        case SaleAction::open:
            return "open";
        case SaleAction::pause:
            return "pause";
        case SaleAction::end:
            return "end";
    }
}
constexpr std::array<SaleAction, 3> choices(SaleAction) {
    return {SaleAction::open, SaleAction::pause, SaleAction::end};
}

/// Whether seats can be reserved.
enum class SaleState : std::uint8_t { upcoming, open, paused, ended, cancelled };

constexpr std::string_view name_of(SaleState state) {
    switch (state) {
        case SaleState::upcoming:
            return "upcoming";
        case SaleState::open:
            return "open";
        case SaleState::paused:
            return "paused";
        case SaleState::ended:
            return "ended";
        case SaleState::cancelled:
            return "cancelled";
    }
}
constexpr std::array<SaleState, 5> choices(SaleState) {
    return {
        SaleState::upcoming,
        SaleState::open,
        SaleState::paused,
        SaleState::ended,
        SaleState::cancelled
    };
}

struct Event {
    EventId id;
    EventSpec spec;
    /// The `sub` of the organiser who created it. Members with the role organizer and admins may
    /// change the event, too.
    std::string created_by;
    Instant created_at;
    Instant updated_at;
    /// Rises by one with every change.
    std::uint32_t version = 1;
    /// The organiser's last action on the sale.
    SaleAction sale = SaleAction::open;
    /// The event won't take place. This is final.
    bool cancelled = false;
    /// When it was last cancelled again: refunds that had failed before are started again.
    std::optional<Instant> refunds_asked_at{};

    friend bool operator==(const Event&, const Event&) = default;
};

inline SaleState sale_state(const Event& event, Instant now) {
    if (event.cancelled) return SaleState::cancelled;
    const bool is_over = event.sale == SaleAction::end || now >= sales_end(event.spec);
    if (is_over) return SaleState::ended;
    if (event.spec.sales_start_at && now < *event.spec.sales_start_at) return SaleState::upcoming;
    return event.sale == SaleAction::pause ? SaleState::paused : SaleState::open;
}

}  // namespace frontrow::domain
