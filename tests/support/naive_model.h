#pragma once

#include "domain/choose_seats.h"
#include "domain/commands.h"
#include "domain/decide.h"
#include "domain/order.h"
#include "domain/reads.h"
#include "domain/reservation.h"
#include "support/naive_tickets.h"
#include "support/seat_judge.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace frontrow::test {

/// A second implementation of the rules of selling, as simple as possible: it answers every
/// question by searching all rows. It has no facts, no cached figures and no sweep (a hold ends by
/// comparison with the clock). It shares only the types of input and output with `decide` and
/// `evolve`.
class NaiveModel {
public:
    using Answer = domain::Outcome;

    struct SeatLine {
        SeatId id;
        domain::SeatStatus status{};

        friend bool operator==(const SeatLine&, const SeatLine&) = default;
    };

    /// `now` never decreases between calls.
    Answer apply(const domain::Command& command, Instant now) {
        return std::visit(
            [&](const auto& one) { return answer_once(command.index(), one, now); }, command
        );
    }

    /// Returns nothing if the event never existed or was deleted.
    std::optional<domain::Event> event(EventId id) const {
        const auto* found = find_event(id);
        return found == nullptr ? std::nullopt : std::optional{found->event};
    }

    /// The members of an existing event, in the order in which they were added.
    std::vector<domain::Member> members(EventId id) const {
        const auto* found = find_event(id);
        return found == nullptr ? std::vector<domain::Member>{} : found->members;
    }

    /// Latest start first; with equal starts, newest first.
    std::vector<domain::Event> events(std::size_t limit, std::size_t offset) const {
        std::vector<domain::Event> all;
        for (const auto& one : events_) {
            if (one.deleted) continue;
            const auto starts_later = [&](const auto& other) {
                return other.spec.start_at > one.event.spec.start_at;
            };
            all.insert(std::ranges::find_if_not(all, starts_later), one.event);
        }
        return page(all, limit, offset);
    }

    /// In the order in which they were added; empty if the event doesn't exist.
    std::vector<domain::CategoryView> categories(EventId id, Instant now) const {
        std::vector<domain::CategoryView> views;
        if (const auto* found = find_event(id))
            for (const auto& one : found->categories)
                views.push_back({one, stock_of(id, one.name, now)});
        return views;
    }

    /// Those in force, in the order in which they were added; empty if the event doesn't exist.
    std::vector<domain::AllocationView> allocations(EventId id, Instant now) const {
        std::vector<domain::AllocationView> views;
        const auto* found = find_event(id);
        for (std::size_t i = 0; found != nullptr && i < found->allocations.size(); ++i)
            if (found->allocations[i].is_in_force(now)) views.push_back(view_of(*found, i, now));
        return views;
    }

    /// In the order of creation; empty if the event doesn't exist.
    std::vector<SeatLine> seats(
        EventId event,
        bool only_available,
        std::size_t limit,
        std::size_t offset,
        Instant now
    ) const {
        std::vector<SeatLine> all;
        if (find_event(event) == nullptr) return all;
        for (const auto& seat : seats_) {
            if (seat.event != event) continue;
            const auto status = status_of(seat.id, now);
            if (!only_available || status == domain::SeatStatus::available)
                all.push_back({seat.id, status});
        }
        return page(all, limit, offset);
    }

    /// Returns nothing if the seat never existed or its event was deleted.
    std::optional<domain::SeatStatus> seat_status(SeatId id, Instant now) const {
        const auto* seat = find_seat(id);
        if (seat == nullptr) return std::nullopt;
        return status_of(id, now);
    }

    std::optional<domain::Reservation> reservation(ReservationId id, Instant now) const {
        for (const auto& one : reservations_)
            if (one.now.id == id && is_shown(one, now)) return seen(one, now);
        return std::nullopt;
    }

    /// Newest first.
    std::vector<domain::Reservation>
    reservations(std::string_view user, std::size_t limit, std::size_t offset, Instant now) const {
        std::vector<domain::Reservation> all;
        for (const auto& one : std::views::reverse(reservations_))
            if (one.now.user == user && is_shown(one, now)) all.push_back(seen(one, now));
        return page(all, limit, offset);
    }

    /// The reservation as it was when it was made. It must exist.
    domain::Reservation reservation_as_created(ReservationId id) const {
        return known_reservation(id).as_created;
    }

    /// Returns nothing if the order never existed or is no longer shown.
    std::optional<domain::OrderView> order(OrderId id, Instant now) const {
        for (const auto& one : orders_)
            if (one.entity.id == id && is_shown(one, now)) return view_of(one, now);
        return std::nullopt;
    }
    /// All orders that are shown, oldest first.
    std::vector<domain::OrderView> orders(Instant now) const {
        std::vector<domain::OrderView> all;
        for (const auto& one : orders_)
            if (is_shown(one, now)) all.push_back(view_of(one, now));
        return all;
    }
    /// Newest first.
    std::vector<domain::OrderView>
    orders_of(std::string_view user, std::size_t limit, std::size_t offset, Instant now) const {
        auto all = orders(now);
        std::erase_if(all, [&](const auto& one) { return one.order.user != user; });
        std::ranges::reverse(all);
        return page(all, limit, offset);
    }
    /// Oldest first.
    std::vector<domain::OrderView> event_orders(
        EventId event,
        std::optional<domain::OrderStatus> only,
        std::size_t limit,
        std::size_t offset,
        Instant now
    ) const {
        auto all = orders(now);
        std::erase_if(all, [&](const auto& one) {
            return one.order.event != event || (only && one.status != *only);
        });
        return page(all, limit, offset);
    }
    domain::SalesReport sales(EventId id, Instant now) const {
        domain::SalesReport report;
        const auto* known = find_event(id);
        if (known == nullptr) return report;
        report.currency = known->event.spec.currency;
        std::map<Instant, domain::SalesPoint> hours;
        domain::RefundProgress progress;
        for (const auto& one : orders_) {
            const auto& order = one.entity;
            if (order.event != id || !is_shown(one, now) || !was_paid(one)) continue;
            (is_refunded(one) ? progress.refunded : progress.to_refund) += 1;
            if (is_stuck(one)) progress.stuck += 1;
            report.refunded += money_back(one);
            for (const auto& payment : order.payments) {
                if (payment.status != domain::PaymentStatus::succeeded) continue;
                const auto from = std::chrono::floor<std::chrono::hours>(*payment.settled_at);
                auto& hour = hours[from];
                hour.from = from;
                hour.captured += order.amount;
                report.captured += order.amount;
                if (payment.id != one.sold_by) continue;
                hour.orders += 1;
                hour.tickets += tickets_in(order.lines);
                report.orders += 1;
                report.tickets += tickets_in(order.lines);
            }
        }
        for (const auto& [from, hour] : hours)
            report.curve.push_back(hour);
        if (known->event.cancelled) report.cancelled = progress;
        return report;
    }
    /// What began first comes first; orders to refund by event, oldest first.
    domain::Unfinished unfinished(Instant now) const {
        domain::Unfinished all;
        std::multimap<Instant, domain::UnfinishedPayment> payments;
        std::multimap<Instant, domain::UnfinishedRefund> refunds;
        std::multimap<EventId, OrderId> to_refund;
        for (const auto& one : orders_) {
            const auto& order = one.entity;
            for (const auto& payment : order.payments)
                if (payment.status == domain::PaymentStatus::open)
                    payments.emplace(
                        payment.started_at,
                        domain::UnfinishedPayment{
                            order.id,
                            order.amount,
                            order.currency,
                            payment,
                            is_wanted(one, now),
                        }
                    );
            for (const auto& refund : order.refunds) {
                if (refund.status != domain::RefundStatus::open || is_withheld(one, refund))
                    continue;
                const auto paid =
                    std::ranges::find(order.payments, refund.payment, &domain::Payment::id);
                refunds.emplace(
                    refund.started_at,
                    domain::UnfinishedRefund{
                        order.id, order.currency, refund, paid->reference, paid->provider
                    }
                );
            }
            if (next_to_refund(one)) to_refund.emplace(order.event, order.id);
        }
        std::ranges::copy(std::views::values(payments), std::back_inserter(all.payments));
        std::ranges::copy(std::views::values(refunds), std::back_inserter(all.refunds));
        std::ranges::copy(std::views::values(to_refund), std::back_inserter(all.orders_to_refund));
        return all;
    }

    /// The order of a payment, even one that is no longer shown.
    std::optional<domain::Order> order_of(PaymentId payment) const {
        for (const auto& one : orders_)
            if (std::ranges::count(one.entity.payments, payment, &domain::Payment::id) > 0)
                return one.entity;
        return std::nullopt;
    }
    /// Who was asked to take the money that goes back.
    std::string provider_of(RefundId refund) const {
        for (const auto& one : orders_)
            for (const auto& known : one.entity.refunds)
                if (known.id == refund) return provider_of(one.entity, known.payment);
        return {};
    }
    static std::string provider_of(const domain::Order& order, PaymentId payment) {
        return std::ranges::find(order.payments, payment, &domain::Payment::id)->provider;
    }
    /// All refunds, by the age of their orders.
    std::vector<RefundId> refunds() const {
        std::vector<RefundId> all;
        for (const auto& one : orders_)
            for (const auto& refund : one.entity.refunds)
                all.push_back(refund.id);
        return all;
    }

    /// All tickets of a reservation that was sold, in the order of their numbers.
    std::vector<domain::TicketView> tickets(ReservationId id) const {
        std::vector<domain::TicketView> views;
        for (const auto& sold : sold_tickets(id))
            views.push_back(tickets_.seen(sold));
        return views;
    }
    /// Those that the user has and that aren't refunded: first those that somebody else bought, in
    /// no particular order, then the user's own, newest reservation first.
    std::vector<domain::TicketView> tickets_of(std::string_view user) const {
        std::vector<domain::TicketView> others;
        std::vector<domain::TicketView> own;
        for (const auto& one : std::views::reverse(reservations_)) {
            for (const auto& sold : sold_tickets(one.now.id)) {
                const auto view = tickets_.seen(sold);
                if (view.holder != user || view.status == domain::TicketStatus::refunded) continue;
                (one.now.user == user ? own : others).push_back(view);
            }
        }
        others.insert(others.end(), own.begin(), own.end());
        return others;
    }
    domain::CheckInReport check_ins(EventId id) const {
        domain::CheckInReport report;
        std::map<std::string, domain::CheckInReport::AtGate> gates;
        for (const auto& one : reservations_) {
            if (one.now.event != id) continue;
            if (one.now.status == Status::confirmed)
                report.sold += one.now.seats.size() + domain::units_of(one.now.items);
            for (const auto& ticket : tickets(one.now.id)) {
                for (const auto& late : tickets_.late(ticket.id))
                    ++gates[late.gate].late;
                if (!ticket.used) continue;
                ++report.used;
                ++gates[ticket.used->gate].tickets;
            }
        }
        for (auto& [name, gate] : gates) {
            gate.gate = name;
            report.gates.push_back(gate);
        }
        return report;
    }

    /// The end of each running hold.
    std::vector<Instant> hold_ends(Instant now) const {
        std::vector<Instant> ends;
        for (const auto& one : reservations_)
            if (status_of(one, now) == Status::pending) ends.push_back(one.now.expires_at);
        return ends;
    }

private:
    static constexpr std::size_t kSeatsPerEventMax = 2'000'000;

    using Reason = domain::Reason;
    using Status = domain::ReservationStatus;

    struct KnownAllocation {
        domain::Allocation terms;
        bool was_ended = false;

        bool is_in_force(Instant now) const {
            return !was_ended && !(terms.until && *terms.until <= now);
        }
        bool has_seat(SeatId seat) const { return std::ranges::count(terms.seats, seat) > 0; }
        bool has_code(Bits128 code) const { return std::ranges::count(terms.codes, code) > 0; }
    };

    struct KnownEvent {
        domain::Event event;
        bool deleted = false;
        std::vector<domain::Member> members = {};
        std::vector<domain::Category> categories = {};
        std::vector<KnownAllocation> allocations = {};

        std::optional<std::size_t> allocation_named(std::string_view name, Instant now) const {
            for (std::size_t i = 0; i < allocations.size(); ++i)
                if (allocations[i].is_in_force(now) && allocations[i].terms.name == name) return i;
            return std::nullopt;
        }
        std::optional<std::size_t> opened_by(const std::optional<Bits128>& code, Instant now)
            const {
            for (std::size_t i = 0; code && i < allocations.size(); ++i)
                if (allocations[i].is_in_force(now) && allocations[i].has_code(*code)) return i;
            return std::nullopt;
        }

        template <class Self>
        auto* category(this Self& self, std::string_view name) {
            const auto found = std::ranges::find(self.categories, name, &domain::Category::name);
            return found == self.categories.end() ? nullptr : &*found;
        }
        domain::Member* member(std::string_view sub) {
            const auto found = std::ranges::find(members, sub, &domain::Member::sub);
            return found == members.end() ? nullptr : &*found;
        }
        bool is_scanned_by(const domain::Organizer& by) {
            return is_of(by) || member(by.sub) != nullptr;
        }
        bool is_of(const domain::Organizer& by) {
            const auto* as_member = member(by.sub);
            return by.is_admin || event.created_by == by.sub ||
                   (as_member != nullptr && as_member->role == domain::MemberRole::organizer);
        }
    };

    static bool is_stale(const domain::MeantVersions& meant, std::uint32_t version) {
        return meant && std::ranges::count(*meant, version) == 0;
    }

    struct KnownSeat {
        SeatId id;
        EventId event;
        domain::SeatSpec spec;
    };

    struct KnownReservation {
        domain::Reservation as_created;
        /// Its status is never `expired`: a pending reservation expires by comparison with the
        /// clock.
        domain::Reservation now;
        Instant cancelled_at{};
        /// The allocation from which it has tickets.
        std::optional<std::size_t> allocation{};
    };

    struct KnownOrder {
        /// `closed_at` is absent if the clock alone has ended the hold.
        domain::Order entity;
        /// The payment that bought the tickets.
        std::optional<PaymentId> sold_by{};
    };

    /// An accepted command with an idempotency key.
    struct Done {
        domain::RequestMark mark;
        Instant at;
        std::size_t kind = 0;
        Answer answer;
    };

    static Answer refuse(Reason reason, std::int64_t limit = 0, std::string subject = {}) {
        return std::unexpected(domain::Refusal{
            .reason = reason, .limit = limit, .subject = std::move(subject), .conflicts = {}
        });
    }

    template <class Entity>
    static Answer accept(Entity entity) {
        return domain::Accepted{.entity = std::move(entity)};
    }

    template <class T>
    static std::vector<T> page(const std::vector<T>& all, std::size_t limit, std::size_t offset) {
        std::vector<T> page;
        for (auto i = offset; i < all.size() && page.size() < limit; ++i)
            page.push_back(all[i]);
        return page;
    }

    const KnownEvent* find_event(EventId id) const {
        const auto found = std::ranges::find_if(events_, [&](const auto& one) {
            return one.event.id == id && !one.deleted;
        });
        return found == events_.end() ? nullptr : &*found;
    }
    KnownEvent* find_own_event(EventId id, const domain::Organizer& by) {
        const auto found = std::ranges::find_if(events_, [&](auto& one) {
            return one.event.id == id && !one.deleted && one.is_of(by);
        });
        return found == events_.end() ? nullptr : &*found;
    }
    const KnownSeat* find_seat(SeatId id) const {
        const auto found = std::ranges::find(seats_, id, &KnownSeat::id);
        if (found == seats_.end() || find_event(found->event) == nullptr) return nullptr;
        return &*found;
    }
    KnownReservation* find_own_reservation(ReservationId id, std::string_view user, Instant now) {
        const auto found = std::ranges::find_if(reservations_, [&](const auto& one) {
            return one.now.id == id && one.now.user == user && is_shown(one, now);
        });
        return found == reservations_.end() ? nullptr : &*found;
    }

    const KnownReservation& known_reservation(ReservationId id) const {
        return *std::ranges::find(reservations_, id, [](const auto& one) { return one.now.id; });
    }
    KnownReservation& known_reservation(ReservationId id) {
        return *std::ranges::find(reservations_, id, [](const auto& one) { return one.now.id; });
    }
    KnownOrder* find_order(OrderId id, Instant now) {
        const auto found = std::ranges::find_if(orders_, [&](const auto& one) {
            return one.entity.id == id && is_shown(one, now);
        });
        return found == orders_.end() ? nullptr : &*found;
    }
    /// The order that isn't closed; null if there is none.
    KnownOrder* open_order_of(ReservationId id, Instant now) {
        const auto found = std::ranges::find_if(orders_, [&](const auto& one) {
            return one.entity.reservation == id && !closed_at(one, now);
        });
        return found == orders_.end() ? nullptr : &*found;
    }
    static bool has_payment(const KnownOrder& one, domain::PaymentStatus status) {
        return std::ranges::count(one.entity.payments, status, &domain::Payment::status) > 0;
    }
    static bool was_paid(const KnownOrder& one) {
        return has_payment(one, domain::PaymentStatus::succeeded);
    }
    static bool is_being_paid(const KnownOrder& one) {
        return has_payment(one, domain::PaymentStatus::open);
    }
    static bool is_being_refunded(const KnownOrder& one) {
        const auto& refunds = one.entity.refunds;
        return std::ranges::count(refunds, domain::RefundStatus::open, &domain::Refund::status) > 0;
    }
    static Amount money_back(const KnownOrder& one) {
        Amount money = 0;
        for (const auto& refund : one.entity.refunds)
            if (refund.status == domain::RefundStatus::succeeded) money += refund.amount;
        return money;
    }
    static std::uint64_t tickets_in(const domain::OrderLines& lines) {
        std::uint64_t tickets = 0;
        for (const auto& line : lines)
            tickets += line.quantity;
        return tickets;
    }
    /// All the money has gone back; if there was none, all the tickets have.
    static bool is_refunded(const KnownOrder& one) {
        const auto& order = one.entity;
        if (!was_paid(one) || is_being_refunded(one)) return false;
        const auto paid = std::ranges::count(
            order.payments, domain::PaymentStatus::succeeded, &domain::Payment::status
        );
        if (order.amount > 0) return money_back(one) == order.amount * paid;
        std::uint64_t tickets = 0;
        for (const auto& refund : order.refunds)
            if (refund.status == domain::RefundStatus::succeeded)
                tickets += refund.seats.size() + domain::units_of(refund.items);
        return tickets == tickets_in(order.lines);
    }
    /// When the order closed, or its hold ran out.
    std::optional<Instant> closed_at(const KnownOrder& one, Instant now) const {
        if (one.entity.closed_at || one.sold_by) return one.entity.closed_at;
        const auto& of = known_reservation(one.entity.reservation);
        if (status_of(of, now) != Status::expired) return std::nullopt;
        return of.now.expires_at;
    }
    /// A closed order that took no money is shown until a day after its end, and after that of its
    /// last payment.
    bool is_shown(const KnownOrder& one, Instant now) const {
        auto end = closed_at(one, now);
        if (!end || was_paid(one) || is_being_paid(one)) return true;
        for (const auto& payment : one.entity.payments)
            end = std::max(*end, *payment.settled_at);
        return now - *end < std::chrono::hours{24};
    }
    domain::OrderView view_of(const KnownOrder& one, Instant now) const {
        using enum domain::OrderStatus;
        domain::OrderView view{.order = one.entity};
        view.order.closed_at = closed_at(one, now);
        if (view.order.closed_at) view.status = cancelled;
        if (is_being_paid(one)) view.status = paying;
        if (was_paid(one)) view.status = paid;
        const auto left = left_to_refund(one);
        const bool owes = !left.empty() && left[0].seats.empty() && left[0].items.empty();
        if (is_being_refunded(one) || owes) view.status = refunding;
        if (is_refunded(one)) view.status = refunded;
        return view;
    }

    static Status status_of(const KnownReservation& one, Instant now) {
        const bool ran_out = one.now.status == Status::pending && now >= one.now.expires_at;
        return ran_out ? Status::expired : one.now.status;
    }
    /// True if the reservation holds or owns its seats.
    static bool is_live(const KnownReservation& one, Instant now) {
        const auto status = status_of(one, now);
        return status == Status::pending || status == Status::confirmed;
    }
    /// A reservation is shown until a day after its end.
    static bool is_shown(const KnownReservation& one, Instant now) {
        const auto status = status_of(one, now);
        if (status == Status::cancelled) return now - one.cancelled_at < std::chrono::hours{24};
        if (status == Status::expired) return now - one.now.expires_at < std::chrono::hours{24};
        return true;
    }
    static domain::Reservation seen(const KnownReservation& one, Instant now) {
        auto entity = one.now;
        entity.status = status_of(one, now);
        return entity;
    }
    domain::SeatStatus status_of(SeatId seat, Instant now) const {
        for (const auto& one : reservations_) {
            if (!is_live(one, now) || std::ranges::count(one.now.seats, seat) == 0) continue;
            return one.now.status == Status::confirmed ? domain::SeatStatus::confirmed
                                                       : domain::SeatStatus::reserved;
        }
        const auto holds_back = [&](const KnownAllocation& one) {
            return one.is_in_force(now) && one.has_seat(seat);
        };
        for (const auto& one : events_)
            if (std::ranges::any_of(one.allocations, holds_back))
                return domain::SeatStatus::held_back;
        return domain::SeatStatus::available;
    }
    template <class SomeItems>
    static std::size_t tickets_in(
        const KnownAllocation& allocation,
        const domain::SeatIds& seats,
        const SomeItems& items
    ) {
        std::size_t tickets = 0;
        for (const auto seat : seats)
            tickets += allocation.has_seat(seat) ? 1 : 0;
        for (const auto& item : items)
            if (item.category == allocation.terms.category) tickets += item.quantity;
        return tickets;
    }
    /// Counts only one user's tickets if `user` isn't empty.
    std::uint32_t used_of(
        const KnownEvent& event,
        std::size_t allocation,
        Instant now,
        std::string_view user = {}
    ) const {
        std::size_t used = 0;
        for (const auto& one : reservations_)
            if (one.now.event == event.event.id && one.allocation == allocation &&
                is_live(one, now) && (user.empty() || one.now.user == user))
                used += tickets_in(event.allocations[allocation], one.now.seats, one.now.items);
        return static_cast<std::uint32_t>(used);
    }
    domain::AllocationView view_of(const KnownEvent& event, std::size_t allocation, Instant now)
        const {
        const auto& terms = event.allocations[allocation].terms;
        return {std::make_shared<const domain::Allocation>(terms), used_of(event, allocation, now)};
    }
    bool has_sales(EventId event, Instant now) const {
        const bool has_tried = std::ranges::any_of(orders_, [&](const auto& one) {
            return one.entity.event == event && is_shown(one, now) && !one.entity.payments.empty();
        });
        return has_tried || std::ranges::any_of(reservations_, [&](const auto& one) {
                   return one.now.event == event && is_live(one, now);
               });
    }
    std::size_t tickets_of(EventId event, std::string_view user, Instant now) const {
        std::size_t tickets = 0;
        for (const auto& one : reservations_)
            if (one.now.event == event && one.now.user == user && is_live(one, now))
                tickets += one.now.seats.size() + domain::units_of(one.now.items);
        return tickets;
    }
    domain::StockCounts stock_of(EventId event, std::string_view category, Instant now) const {
        domain::StockCounts counts;
        for (const auto& one : reservations_) {
            if (one.now.event != event || !is_live(one, now)) continue;
            for (const auto& item : one.now.items) {
                if (item.category != category) continue;
                (one.now.status == Status::confirmed ? counts.confirmed : counts.reserved) +=
                    item.quantity;
            }
        }
        const auto* known = find_event(event);
        for (std::size_t i = 0; known != nullptr && i < known->allocations.size(); ++i) {
            const auto& one = known->allocations[i];
            if (!one.is_in_force(now) || one.terms.category != category) continue;
            counts.held_back += one.terms.quantity - used_of(*known, i, now);
        }
        return counts;
    }

    /// A command with an idempotency key is executed once; a repeat within 24 hours gets the first
    /// answer, or a refusal if its content differs.
    template <class One>
    Answer answer_once(std::size_t kind, const One& command, Instant now) {
        const auto mark = mark_of(command);
        if (!mark) return answer(command, now);
        for (const auto& done : done_) {
            if (done.mark.key != mark->key) continue;
            const bool is_recent = now - done.at < std::chrono::hours{24};
            if (!is_recent && !(is_about_order<One> && is_kept_by_order(done, now))) continue;
            if (done.kind != kind ||
                (done.mark.content != mark->content && !asks_the_same(command, done.answer, now)))
                return refuse(Reason::idempotency_key_reused);
            auto again = told_again(command, done.answer, now);
            if (again) again->replayed = true;
            return again;
        }
        auto outcome = answer(command, now);
        if (outcome) done_.push_back({*mark, now, kind, outcome});
        return outcome;
    }
    /// The key of an order, a payment or a refund is remembered as long as the order.
    bool is_kept_by_order(const Done& done, Instant now) const {
        const auto* made = std::get_if<domain::OrderView>(&done.answer->entity);
        return made != nullptr && order(made->order.id, now);
    }
    /// Only such commands look for the older keys of orders.
    template <class One>
    static constexpr bool is_about_order = requires(One one) { one.order; };
    static std::optional<domain::RequestMark> mark_of(const domain::SellAtBoxOffice& command) {
        return command.claim->request;
    }
    template <class One>
    static std::optional<domain::RequestMark> mark_of(const One& command) {
        if constexpr (requires { command.request; })
            return command.request;
        else
            return std::nullopt;
    }
    /// True if a command with other content asks for the same: the same seats and items for the
    /// same time, from the same allocation.
    template <class One>
    bool asks_the_same(const One&, const Answer&, Instant) const {
        return false;
    }
    bool asks_the_same(const domain::ReserveSeats& command, const Answer& first, Instant now)
        const {
        const auto& made = std::get<domain::Reservation>(first->entity);
        const std::multiset<SeatId> wanted(command.seats.begin(), command.seats.end());
        const auto hold_made = made.expires_at - made.created_at;
        auto hold = hold_made;
        std::optional<std::size_t> opened;
        if (const auto* known = find_event(command.event)) {
            hold = known->event.spec.hold;
            opened = known->opened_by(command.access_code, now);
        }
        const auto used = std::ranges::find(reservations_, made.id, [](const auto& one) {
                              return one.now.id;
                          })->allocation;
        if (opened != used || (command.access_code && !opened)) return false;
        if (command.hold) hold = *command.hold;
        return !command.best && command.event == made.event && hold == hold_made &&
               wanted == std::multiset<SeatId>(made.seats.begin(), made.seats.end()) &&
               units_by_category(command.items) == units_by_category(made.items);
    }
    template <class Some>
    static std::map<std::string, std::uint32_t> units_by_category(const Some& items) {
        std::map<std::string, std::uint32_t> units;
        for (const auto& item : items)
            units[item.category] += item.quantity;
        return units;
    }
    /// Returns the first answer. The overloads for some commands bring its fields up to date.
    template <class One>
    Answer told_again(const One&, const Answer& first, Instant) {
        return first;
    }
    Answer told_again(const domain::ChangeSale& command, const Answer&, Instant) {
        const auto* known = find_own_event(command.event, command.by);
        return known == nullptr ? refuse(Reason::event_not_found) : accept(known->event);
    }
    Answer told_again(const domain::AddMember& command, const Answer& first, Instant) {
        if (std::get<domain::AddedMember>(first->entity).is_new) return first;
        auto* known = find_own_event(command.event, command.by);
        if (known == nullptr) return refuse(Reason::event_not_found);
        const auto* member = known->member(command.sub);
        return member == nullptr ? refuse(Reason::member_not_found)
                                 : accept(domain::AddedMember{*member, false});
    }
    Answer told_again(const domain::ReserveSeats&, const Answer& first, Instant now) {
        auto again = *first;
        again.status_now =
            reservation(std::get<domain::Reservation>(first->entity).id, now)->status;
        return again;
    }
    Answer told_again(const domain::ExtendReservation&, const Answer& first, Instant now) {
        return accept(*reservation(std::get<domain::Reservation>(first->entity).id, now));
    }
    Answer told_again(const domain::ChangeReservation&, const Answer& first, Instant now) {
        return accept(*reservation(std::get<domain::Reservation>(first->entity).id, now));
    }
    Answer told_again(const domain::CancelEvent& command, const Answer&, Instant) {
        const auto* known = find_own_event(command.event, command.by);
        return known == nullptr ? refuse(Reason::event_not_found) : accept(known->event);
    }
    /// As it was when it was placed. The order doesn't remember whether an earlier one had been
    /// paid for at the same instant.
    Answer told_again(const domain::PlaceOrder&, const Answer& first, Instant) {
        auto placed = std::get<domain::OrderView>(first->entity);
        auto& asked_at = placed.order.first_asked_at;
        if (asked_at && *asked_at >= placed.order.created_at) asked_at.reset();
        return accept(placed);
    }
    Answer told_again(const domain::StartPayment&, const Answer& first, Instant now) {
        return accept(*order(std::get<domain::OrderView>(first->entity).order.id, now));
    }
    Answer told_again(const domain::RefundOrder&, const Answer& first, Instant now) {
        return accept(*order(std::get<domain::OrderView>(first->entity).order.id, now));
    }
    /// A ticket as a repeated request of somebody shows it, who may have given it away.
    domain::TicketView seen_again(domain::TicketId id, const domain::Organizer& by) {
        const auto sold = *sold_ticket(id);
        auto view = tickets_.seen(sold);
        const bool is_theirs = view.holder == by.sub || sold.view.holder == by.sub;
        if (is_theirs || find_own_event(view.event, by) != nullptr) return view;
        view.used = std::nullopt;
        view.issue = 0;
        if (view.status == domain::TicketStatus::used) view.status = domain::TicketStatus::valid;
        return view;
    }
    Answer told_again(const domain::ReinstateTicket& command, const Answer&, Instant) {
        return accept(seen_again(command.ticket, command.by));
    }
    Answer told_again(const domain::TransferTicket& command, const Answer&, Instant) {
        return accept(seen_again(command.ticket, {command.user, false}));
    }
    Answer told_again(const domain::ReissueTicket& command, const Answer&, Instant) {
        return accept(seen_again(command.ticket, command.by));
    }
    Answer told_again(const domain::CreateApiKey&, const Answer& first, Instant) {
        const auto id = std::get<domain::ApiKey>(first->entity).id;
        return accept(*std::ranges::find(keys_, id, &domain::ApiKey::id));
    }

    Answer answer(const domain::CreateEvent& command, Instant now) {
        domain::Event event{
            .id = command.event,
            .spec = command.spec,
            .created_by = command.by.sub,
            .created_at = now,
            .updated_at = now,
            .version = 1,
        };
        events_.push_back({event, false});
        return accept(event);
    }

    Answer answer(const domain::UpdateEvent& command, Instant now) {
        auto* known = find_own_event(command.event, command.by);
        if (known == nullptr) return refuse(Reason::event_not_found);
        auto& event = known->event;
        if (is_stale(command.if_version, event.version)) return refuse(Reason::version_stale);
        const bool terms_stand = event.spec.currency == command.spec.currency &&
                                 event.spec.payment == command.spec.payment;
        if (!terms_stand && has_sales(event.id, now)) return refuse(Reason::event_has_sales);
        event.spec = command.spec;
        event.updated_at = now;
        event.version += 1;
        return accept(event);
    }

    Answer answer(const domain::DeleteEvent& command, Instant now) {
        auto* known = find_own_event(command.event, command.by);
        if (known == nullptr) return refuse(Reason::event_not_found);
        if (is_stale(command.if_version, known->event.version))
            return refuse(Reason::version_stale);
        if (has_sales(known->event.id, now)) return refuse(Reason::event_has_sales);
        known->deleted = true;
        return accept(std::monostate{});
    }

    Answer answer(const domain::ChangeSale& command, Instant now) {
        auto* known = find_own_event(command.event, command.by);
        if (known == nullptr) return refuse(Reason::event_not_found);
        auto& event = known->event;
        if (is_stale(command.if_version, event.version)) return refuse(Reason::version_stale);
        const bool opens_cancelled = event.cancelled && command.action == domain::SaleAction::open;
        if (command.action == event.sale && !opens_cancelled) return accept(event);
        if (event.sale == domain::SaleAction::end) return refuse(Reason::sales_closed);
        if (event.cancelled) return refuse(Reason::event_cancelled);
        event.sale = command.action;
        event.updated_at = now;
        event.version += 1;
        return accept(event);
    }

    Answer answer(const domain::CancelEvent& command, Instant now) {
        auto* known = find_own_event(command.event, command.by);
        if (known == nullptr) return refuse(Reason::event_not_found);
        auto& event = known->event;
        if (event.cancelled) {
            const auto is_its = [&](const KnownOrder& one) {
                return one.entity.event == event.id && is_refused(one);
            };
            if (command.request || std::ranges::any_of(orders_, is_its))
                event.refunds_asked_at = now;
            return accept(event);
        }
        event.cancelled = true;
        event.updated_at = now;
        event.version += 1;
        return accept(event);
    }

    /// The tickets of a reservation as they were sold, with what was refunded since.
    std::vector<NaiveTickets::Sold> sold_tickets(ReservationId id) const {
        const auto of =
            std::ranges::find(reservations_, id, [](const auto& one) { return one.now.id; });
        if (of == reservations_.end()) return {};
        const auto order = std::ranges::find_if(orders_, [&](const auto& one) {
            return one.entity.reservation == id && one.sold_by;
        });
        const auto* const by_order = order == orders_.end() ? nullptr : &order->entity;
        if (by_order == nullptr && of->now.status != Status::confirmed) return {};
        std::vector<NaiveTickets::Sold> all;
        const auto* const known = find_event(of->now.event);
        auto at = of->now.confirmed_at.value_or(Instant{});
        if (by_order != nullptr)
            at = std::ranges::find(by_order->payments, *order->sold_by, &domain::Payment::id)
                     ->settled_at.value();
        const auto add = [&](domain::TicketPlace place) {
            domain::TicketView view{
                .id = {id, static_cast<std::uint32_t>(all.size() + 1)},
                .event = of->now.event,
                .place = std::move(place),
                .holder = of->now.user,
            };
            view.gate = gate_of(*known, view.place);
            view.starts_at = known->event.spec.start_at;
            view.asks = known->event.spec.admission.asks();
            if (const auto* const seat = find_seat(view.place.seat))
                view.seat.spec = std::make_shared<const domain::SeatSpec>(seat->spec);
            all.push_back({std::move(view), known->event, at});
        };
        if (by_order != nullptr) {
            for (const auto& line : by_order->lines)
                for (std::uint32_t unit = 0; unit < line.quantity; ++unit)
                    add({line.seat, line.category});
            for (const auto& refund : by_order->refunds)
                for (const auto number : refund.tickets)
                    if (has_taken(refund))
                        all[number - 1].view.status = domain::TicketStatus::refunded;
            return all;
        }
        for (const auto seat : of->now.seats)
            add({seat, {}});
        for (const auto& item : of->now.items)
            for (std::uint32_t unit = 0; unit < item.quantity; ++unit)
                add({SeatId{}, item.category});
        return all;
    }
    static bool has_taken(const domain::Refund& refund) {
        return refund.status != domain::RefundStatus::failed ||
               (refund.came_back && refund.returns_to_sale);
    }
    std::string gate_of(const KnownEvent& event, const domain::TicketPlace& place) const {
        for (const auto& gate : event.event.spec.admission.gates()) {
            const auto* const seat = find_seat(place.seat);
            if (std::ranges::count(gate.categories, place.category) > 0 ||
                (seat != nullptr && std::ranges::count(gate.sections, seat->spec.section) > 0))
                return gate.name;
        }
        return {};
    }
    std::optional<NaiveTickets::Sold> sold_ticket(domain::TicketId id) const {
        for (const auto& one : sold_tickets(id.reservation))
            if (one.view.id == id) return one;
        return std::nullopt;
    }
    bool may_scan(EventId id, const domain::Organizer& by) {
        const auto found = std::ranges::find_if(events_, [&](const auto& one) {
            return one.event.id == id && !one.deleted;
        });
        return found != events_.end() && found->is_scanned_by(by);
    }

    Answer answer(const domain::CheckInTickets& command, Instant now) {
        if (command.event && !may_scan(*command.event, command.by))
            return refuse(Reason::event_not_found);
        std::map<std::tuple<Instant, ScanId, std::size_t>, domain::ScannedCode> by_time;
        for (std::size_t i = 0; i < command.scans->size(); ++i) {
            const auto& code = (*command.scans)[i];
            by_time.emplace(std::tuple{code.scan.at, code.scan.id, i}, code);
        }
        std::vector<std::optional<domain::TicketVerdict>> refused(by_time.size());
        std::vector<bool> are_repeated(by_time.size());
        for (const auto& [place, code] : by_time) {
            const auto index = std::get<2>(place);
            refused[index] = domain::TicketVerdict::wrong_event;
            const bool is_here = code.event == command.event.value_or(code.event);
            if (!is_here || !may_scan(code.event, command.by)) continue;
            const auto sold = sold_ticket(code.ticket);
            are_repeated[index] =
                sold && sold->view.event == code.event && tickets_.is_repeated(code);
            refused[index] = tickets_.take(code, sold, now);
        }
        std::vector<domain::CheckedTicket> checked;
        for (std::size_t i = 0; i < refused.size(); ++i) {
            const auto& code = (*command.scans)[i];
            checked.push_back(
                tickets_.answer(code, refused[i], are_repeated[i], sold_ticket(code.ticket))
            );
        }
        return accept(std::move(checked));
    }

    Answer answer(const domain::ReinstateTicket& command, Instant now) {
        const auto sold = sold_ticket(command.ticket);
        if (!sold || find_own_event(sold->view.event, command.by) == nullptr)
            return refuse(Reason::ticket_not_found);
        if (sold->view.status == domain::TicketStatus::refunded)
            return refuse(Reason::ticket_refunded);
        if (!tickets_.is_scanned(command.ticket)) return refuse(Reason::ticket_unused);
        tickets_.reinstate(command.ticket, now);
        return accept(tickets_.seen(*sold));
    }
    Answer reissue(
        const NaiveTickets::Sold& sold,
        const std::string& to,
        const domain::Organizer& by,
        Instant now
    ) {
        if (sold.view.status == domain::TicketStatus::refunded)
            return refuse(Reason::ticket_refunded);
        if (sold.event.cancelled) return refuse(Reason::event_cancelled);
        const bool is_organizer = find_own_event(sold.view.event, by) != nullptr;
        if (is_organizer ? tickets_.is_used(sold.view.id) : tickets_.is_scanned(sold.view.id))
            return refuse(Reason::ticket_used);
        tickets_.reissue(sold.view.id, to, now);
        return accept(tickets_.seen(sold));
    }
    Answer answer(const domain::TransferTicket& command, Instant now) {
        const auto sold = sold_ticket(command.ticket);
        if (!sold || tickets_.holder(*sold) != command.user)
            return refuse(Reason::ticket_not_found);
        return reissue(*sold, command.to, {command.user, false}, now);
    }
    Answer answer(const domain::ReissueTicket& command, Instant now) {
        const auto sold = sold_ticket(command.ticket);
        if (!sold || (tickets_.holder(*sold) != command.by.sub &&
                      find_own_event(sold->view.event, command.by) == nullptr))
            return refuse(Reason::ticket_not_found);
        return reissue(*sold, tickets_.holder(*sold), command.by, now);
    }

    Answer answer(const domain::AddMember& command, Instant now) {
        auto* known = find_own_event(command.event, command.by);
        if (known == nullptr) return refuse(Reason::event_not_found);
        if (command.sub == known->event.created_by) return refuse(Reason::creator_as_member);
        if (auto* member = known->member(command.sub)) {
            member->role = command.role;
            return accept(domain::AddedMember{*member, false});
        }
        if (known->members.size() >= 100) return refuse(Reason::too_many_members, 100);
        known->members.push_back({command.sub, command.role, now});
        return accept(domain::AddedMember{known->members.back(), true});
    }

    Answer answer(const domain::RemoveMember& command, Instant) {
        auto* known = find_own_event(command.event, command.by);
        if (known == nullptr) return refuse(Reason::event_not_found);
        if (known->member(command.sub) == nullptr) return refuse(Reason::member_not_found);
        std::erase_if(known->members, [&](const auto& one) { return one.sub == command.sub; });
        return accept(std::monostate{});
    }

    Answer answer(const domain::AddCategory& command, Instant) {
        auto* known = find_own_event(command.event, command.by);
        if (known == nullptr) return refuse(Reason::event_not_found);
        if (known->category(command.category.name) != nullptr)
            return refuse(Reason::category_taken, 0, command.category.name);
        if (known->categories.size() >= 100) return refuse(Reason::too_many_categories, 100);
        known->categories.push_back(command.category);
        return accept(domain::CategoryView{command.category, {}});
    }

    Answer answer(const domain::ChangeCategory& command, Instant now) {
        auto* known = find_own_event(command.event, command.by);
        if (known == nullptr) return refuse(Reason::event_not_found);
        auto* category = known->category(command.category.name);
        if (category == nullptr)
            return refuse(Reason::category_not_found, 0, command.category.name);
        const auto counts = stock_of(command.event, category->name, now);
        if (counts.out() > command.category.total_stock)
            return refuse(Reason::stock_below_taken, counts.out());
        *category = command.category;
        return accept(domain::CategoryView{*category, counts});
    }

    Answer answer(const domain::AddAllocation& command, Instant now) {
        auto* known = find_own_event(command.event, command.by);
        if (known == nullptr) return refuse(Reason::event_not_found);
        const auto& added = command.allocation;
        if (known->allocation_named(added.name, now))
            return refuse(Reason::allocation_taken, 0, added.name);
        if (added.until && *added.until <= now) return refuse(Reason::until_passed);
        if (opens_another(*known, added.codes, std::nullopt, now))
            return refuse(Reason::code_taken);
        std::vector<domain::SeatConflict> conflicts;
        for (auto seat = added.seats.begin(); seat != added.seats.end(); ++seat) {
            const auto* found = find_seat(*seat);
            if (found == nullptr || found->event != command.event)
                return refuse(Reason::seat_not_found, 0, seat->to_string());
            if (std::find(added.seats.begin(), seat, *seat) != seat)
                return refuse(Reason::seat_named_twice);
            const auto status = status_of(*seat, now);
            if (status != domain::SeatStatus::available) conflicts.push_back({*seat, status});
        }
        if (!conflicts.empty())
            return std::unexpected(domain::Refusal{
                .reason = Reason::seats_unavailable, .conflicts = std::move(conflicts)
            });
        if (added.quantity > 0) {
            const auto* category = known->category(added.category);
            if (category == nullptr) return refuse(Reason::category_not_found, 0, added.category);
            const auto left =
                category->total_stock - stock_of(command.event, added.category, now).out();
            if (left < added.quantity) return refuse(Reason::sold_out, left, added.category);
        }
        known->allocations.push_back({added});
        return accept(domain::AllocationView{std::make_shared<const domain::Allocation>(added), 0});
    }

    /// True if a code opens another allocation than `own`, or stands in the list twice.
    static bool opens_another(
        const KnownEvent& event,
        const domain::AccessCodes& codes,
        std::optional<std::size_t> own,
        Instant now
    ) {
        return std::ranges::any_of(codes, [&](Bits128 code) {
            const auto opened = event.opened_by(code, now);
            return (opened && opened != own) || std::ranges::count(codes, code) > 1;
        });
    }

    Answer answer(const domain::ChangeAllocation& command, Instant now) {
        auto* known = find_own_event(command.event, command.by);
        if (known == nullptr) return refuse(Reason::event_not_found);
        const auto found = known->allocation_named(command.name, now);
        if (!found) return refuse(Reason::allocation_not_found, 0, command.name);
        auto& terms = known->allocations[*found].terms;
        auto after = terms;
        const auto& [limit, limit_per_user, until, codes] = command.change;
        if (limit) after.limit = limit;
        if (limit_per_user) after.limit_per_user = limit_per_user;
        if (until) after.until = until;
        if (codes) after.codes = *codes;
        if (after != terms) {
            if (after.until && *after.until <= now) return refuse(Reason::until_passed);
            if (opens_another(*known, after.codes, found, now)) return refuse(Reason::code_taken);
        }
        terms = after;
        return accept(view_of(*known, *found, now));
    }

    Answer answer(const domain::EndAllocation& command, Instant now) {
        auto* known = find_own_event(command.event, command.by);
        if (known == nullptr) return refuse(Reason::event_not_found);
        const auto found = known->allocation_named(command.name, now);
        if (!found) return refuse(Reason::allocation_not_found, 0, command.name);
        known->allocations[*found].was_ended = true;
        return accept(std::monostate{});
    }

    Answer answer(const domain::AddSeats& command, Instant now) {
        std::vector<KnownSeat> added;
        if (auto refusal = refuse_seats(command, added, now)) return *refusal;
        for (const auto& [allocation, seats] : command.held_back) {
            domain::Allocation terms{.name = allocation};
            for (const auto seat : seats)
                terms.seats.push_back(added[seat].id);
            find_own_event(command.event, command.by)->allocations.push_back({terms});
        }
        std::ranges::move(added, std::back_inserter(seats_));
        return accept(command.block);
    }

    Answer answer(const domain::CheckSeats& command, Instant now) {
        std::vector<KnownSeat> added;
        if (auto refusal = refuse_seats(command, added, now)) return *refusal;
        return accept(command.block);
    }

    Answer answer(const domain::ReserveSeats& command, Instant now) {
        const auto* event = find_event(command.event);
        if (event == nullptr) return refuse(Reason::event_not_found);
        const auto& spec = event->event.spec;
        if (auto refusal = refuse_by_event(event->event, command, now)) return *refusal;
        const auto opened = event->opened_by(command.access_code, now);
        if (command.access_code && !opened) return refuse(Reason::code_invalid);

        domain::Reservation entity{
            .id = command.reservation,
            .event = command.event,
            .user = command.user,
            .seats = {},
            .status = Status::pending,
            .total_amount = 0,
            .currency = spec.currency,
            .created_at = now,
            .expires_at = now + command.hold.value_or(spec.hold),
            .confirmed_at = std::nullopt,
        };
        const Wish wish{
            .seats = command.seats,
            .items = command.items,
            .opened = opened,
            .best = command.best ? &*command.best : nullptr,
            .wants_alternatives = command.wants_alternatives,
        };
        if (auto refusal = claim(*event, wish, entity, now)) return *refusal;
        reservations_.push_back({entity, entity});
        if (opened && tickets_in(event->allocations[*opened], entity.seats, entity.items) > 0)
            reservations_.back().allocation = opened;
        return accept(entity);
    }
    /// What a command adds to a reservation.
    struct Wish {
        const domain::SeatIds& seats;
        const domain::WantedItems& items;
        std::optional<std::size_t> opened = std::nullopt;
        const domain::BestWish* best = nullptr;
        bool wants_alternatives = false;
    };
    /// Adds seats and units to a reservation, with their prices.
    std::optional<Answer>
    claim(const KnownEvent& event, const Wish& wish, domain::Reservation& entity, Instant now) {
        std::vector<domain::SeatConflict> conflicts;
        for (const auto id : wish.seats) {
            const auto* seat = find_seat(id);
            if (seat == nullptr || seat->event != entity.event)
                return refuse(Reason::seat_not_found, 0, id.to_string());
            entity.seats.push_back(id);
            entity.total_amount += seat->spec.price;
            const auto status = status_of(id, now);
            if (!is_free_for(event, wish.opened, id, now)) conflicts.push_back({id, status});
        }
        if (wish.best != nullptr) {
            if (auto refusal = judge_of(event, wish.opened, now).refuse_unknown(*wish.best))
                return Answer{std::unexpected(*refusal)};
        }
        for (const auto& item : wish.items) {
            const auto* category = event.category(item.category);
            if (category == nullptr) return refuse(Reason::category_not_found, 0, item.category);
            const auto same = std::ranges::find_if(entity.items, [&](const domain::Item& one) {
                return one.category == item.category && one.unit_price == category->price;
            });
            if (same == entity.items.end())
                entity.items.push_back({item.category, item.quantity, category->price});
            else
                same->quantity += item.quantity;
            entity.total_amount += category->price * item.quantity;
        }
        if (const auto limit = event.event.spec.max_seats_per_user) {
            const auto tickets = tickets_of(entity.event, entity.user, now) + wish.seats.size() +
                                 (wish.best == nullptr ? 0 : wish.best->quantity) +
                                 domain::units_of(wish.items);
            if (tickets > *limit) return refuse(Reason::user_limit_reached, *limit);
        }
        auto seats_more = wish.seats;
        if (wish.best != nullptr) {
            auto chosen = judge_of(event, wish.opened, now).choose(*wish.best);
            if (!chosen) return refuse(chosen.error());
            entity.seats = *chosen;
            seats_more = *std::move(chosen);
            for (const auto id : entity.seats)
                entity.total_amount += find_seat(id)->spec.price;
        }
        if (auto refusal = refuse_used_up(event, wish, seats_more, entity.user, now))
            return refusal;
        if (!conflicts.empty()) {
            domain::Refusal refusal{
                .reason = Reason::seats_unavailable, .conflicts = std::move(conflicts)
            };
            if (wish.wants_alternatives)
                refusal.alternatives = judge_of(event, std::nullopt, now).alternatives(wish.seats);
            return Answer{std::unexpected(std::move(refusal))};
        }
        for (const auto& item : wish.items) {
            if (wish.opened && event.allocations[*wish.opened].terms.category == item.category)
                continue;
            const auto left = event.category(item.category)->total_stock -
                              stock_of(entity.event, item.category, now).out();
            if (left < item.quantity) return refuse(Reason::sold_out, left, item.category);
        }
        return std::nullopt;
    }
    /// Whether a user to whom the allocation `opened` is open can have the seat.
    bool is_free_for(
        const KnownEvent& event,
        std::optional<std::size_t> opened,
        SeatId seat,
        Instant now
    ) const {
        const auto status = status_of(seat, now);
        return status == domain::SeatStatus::available ||
               (status == domain::SeatStatus::held_back && opened &&
                event.allocations[*opened].has_seat(seat));
    }
    std::optional<Answer> refuse_used_up(
        const KnownEvent& event,
        const Wish& wish,
        const domain::SeatIds& seats,
        std::string_view user,
        Instant now
    ) const {
        if (!wish.opened) return std::nullopt;
        const auto& allocation = event.allocations[*wish.opened];
        const auto wanted = tickets_in(allocation, seats, wish.items);
        if (wanted == 0) return std::nullopt;
        const auto left = left_for(event, *wish.opened, user, now);
        if (wanted <= left) return std::nullopt;
        return refuse(Reason::allocation_used_up, left, allocation.terms.name);
    }
    /// How many more tickets of the allocation the user can have.
    std::uint32_t left_for(
        const KnownEvent& event,
        std::size_t allocation,
        std::string_view user,
        Instant now
    ) const {
        const auto& terms = event.allocations[allocation].terms;
        const auto minus = [](std::uint32_t a, std::uint32_t b) { return a < b ? 0 : a - b; };
        const auto most = std::min(
            terms.limit.value_or(domain::kStockMax),
            terms.seats.empty() ? terms.quantity : static_cast<std::uint32_t>(terms.seats.size())
        );
        const auto left = minus(most, used_of(event, allocation, now));
        if (!terms.limit_per_user) return left;
        return std::min(left, minus(*terms.limit_per_user, used_of(event, allocation, now, user)));
    }
    static std::size_t tickets_wanted(const domain::ReserveSeats& command) {
        return command.seats.size() + (command.best ? command.best->quantity : 0) +
               domain::units_of(command.items);
    }
    /// What is free of the event's seats for a user to whom the allocation `opened` is open.
    SeatJudge judge_of(const KnownEvent& event, std::optional<std::size_t> opened, Instant now)
        const {
        std::vector<SeatJudge::Seat> seats;
        for (const auto& seat : seats_) {
            if (seat.event != event.event.id) continue;
            seats.push_back({seat.id, seat.spec, is_free_for(event, opened, seat.id, now)});
        }
        return SeatJudge{std::move(seats), domain::scoring_of(event.event.spec)};
    }

    static std::optional<Reason> refuse_by_sale(const domain::Event& event, Instant now) {
        const auto& spec = event.spec;
        if (event.cancelled) return Reason::event_cancelled;
        if (event.sale == domain::SaleAction::end) return Reason::sales_closed;
        if (now >= spec.sales_end_at.value_or(spec.start_at)) return Reason::sales_closed;
        if (spec.sales_start_at && now < *spec.sales_start_at) return Reason::sales_not_open;
        if (event.sale == domain::SaleAction::pause) return Reason::sales_paused;
        return std::nullopt;
    }

    /// Puts the seats that can be added into `added`.
    template <class Asked>
    std::optional<Answer>
    refuse_seats(const Asked& command, std::vector<KnownSeat>& added, Instant now) {
        const auto* known = find_own_event(command.event, command.by);
        if (known == nullptr) return refuse(Reason::event_not_found);
        const auto& block = *command.block;
        const auto of_event =
            static_cast<std::size_t>(std::ranges::count(seats_, command.event, &KnownSeat::event));
        if (of_event + block.seats.size() > kSeatsPerEventMax)
            return refuse(Reason::event_full, kSeatsPerEventMax);
        for (const auto& seat : block.seats) {
            const auto is_it = [&](const KnownSeat& one) {
                return one.event == command.event && one.spec.number == seat.number;
            };
            if (std::ranges::any_of(seats_, is_it) || std::ranges::any_of(added, is_it))
                return refuse(Reason::seat_number_taken, 0, seat.number);
            const auto id = block.first_id.plus(added.size());
            added.push_back({id, command.event, seat});
        }
        for (const auto& [allocation, seats] : command.held_back)
            if (known->allocation_named(allocation, now))
                return refuse(Reason::allocation_taken, 0, allocation);
        return std::nullopt;
    }

    static std::optional<Answer>
    refuse_by_event(const domain::Event& event, const domain::ReserveSeats& command, Instant now) {
        const auto& spec = event.spec;
        if (const auto reason = refuse_by_sale(event, now)) return refuse(*reason);
        for (const auto id : command.seats)
            if (std::ranges::count(command.seats, id) > 1) return refuse(Reason::seat_named_twice);
        if (command.hold && *command.hold > spec.hold)
            return refuse(Reason::hold_too_long, spec.hold.count());
        if (tickets_wanted(command) > spec.max_seats_per_reservation)
            return refuse(Reason::too_many_seats, spec.max_seats_per_reservation);
        return std::nullopt;
    }

    Answer answer(const domain::ConfirmReservation& command, Instant now) {
        auto* one = find_own_reservation(command.reservation, command.user, now);
        if (one == nullptr) return refuse(Reason::reservation_not_found);
        const auto status = status_of(*one, now);
        if (status == Status::confirmed) return accept(one->now);
        if (status == Status::cancelled) return refuse(Reason::reservation_cancelled);
        if (status == Status::expired) return refuse(Reason::hold_expired);
        if (is_being_paid(one->now.id)) return refuse(Reason::payment_in_progress);
        const auto& event = find_event(one->now.event)->event;
        if (event.spec.payment == domain::PaymentRule::required)
            return refuse(Reason::payment_required);
        if (event.cancelled) return refuse(Reason::event_cancelled);
        if (event.spec.admission.asks().has_terms() && !command.accepts_terms)
            return refuse(Reason::terms_not_accepted);
        close_order(one->now.id, now);
        one->now.status = Status::confirmed;
        one->now.confirmed_at = now;
        return accept(one->now);
    }

    Answer answer(const domain::CancelReservation& command, Instant now) {
        auto* one = find_own_reservation(command.reservation, command.user, now);
        if (one == nullptr) return refuse(Reason::reservation_not_found);
        const auto status = status_of(*one, now);
        if (status == Status::confirmed) return refuse(Reason::reservation_confirmed);
        if (status == Status::cancelled) return accept(one->now);
        if (status == Status::expired) return refuse(Reason::hold_expired);
        if (is_being_paid(one->now.id)) return refuse(Reason::payment_in_progress);
        close_order(one->now.id, now);
        one->now.status = Status::cancelled;
        one->cancelled_at = now;
        return accept(one->now);
    }

    Answer answer(const domain::ExtendReservation& command, Instant now) {
        auto* one = find_own_reservation(command.reservation, command.user, now);
        if (one == nullptr) return refuse(Reason::reservation_not_found);
        const auto status = status_of(*one, now);
        if (status == Status::confirmed) return refuse(Reason::reservation_confirmed);
        if (status == Status::cancelled) return refuse(Reason::reservation_cancelled);
        if (status == Status::expired) return refuse(Reason::hold_expired);
        if (is_being_paid(one->now.id)) return refuse(Reason::payment_in_progress);
        const auto& event = find_event(one->now.event)->event;
        if (const auto reason = refuse_by_sale(event, now)) return refuse(*reason);
        const auto first = one->as_created.expires_at - one->as_created.created_at;
        const auto latest = one->as_created.created_at + 3 * first;
        if (one->now.expires_at + command.by > latest) {
            const auto limit = std::chrono::floor<std::chrono::seconds>(3 * first);
            return refuse(Reason::extension_too_long, limit.count());
        }
        one->now.expires_at += command.by;
        return accept(one->now);
    }

    Answer answer(const domain::ChangeReservation& command, Instant now) {
        auto* one = find_own_reservation(command.reservation, command.user, now);
        if (one == nullptr) return refuse(Reason::reservation_not_found);
        const auto status = status_of(*one, now);
        if (status == Status::confirmed) return refuse(Reason::reservation_confirmed);
        if (status == Status::cancelled) return refuse(Reason::reservation_cancelled);
        if (status == Status::expired) return refuse(Reason::hold_expired);
        if (is_being_paid(one->now.id)) return refuse(Reason::payment_in_progress);
        const auto& tags = command.if_match;
        if (tags && std::ranges::count(*tags, domain::tag_of(one->now)) == 0)
            return refuse(Reason::version_stale);
        const bool adds = !command.add_seats.empty() || !command.add_items.empty();
        const auto& event = *find_event(one->now.event);
        if (adds)
            if (const auto reason = refuse_by_sale(event.event, now)) return refuse(*reason);
        const auto& ins = command.add_seats;
        const auto& outs = command.remove_seats;
        for (const auto id : ins)
            if (std::ranges::count(ins, id) > 1 || std::ranges::count(outs, id) > 0)
                return refuse(Reason::seat_named_twice);
        for (const auto id : outs)
            if (std::ranges::count(outs, id) > 1) return refuse(Reason::seat_named_twice);

        // Frees what is given back, so that it counts as free, and takes it again if the rest of
        // the change is refused.
        const auto before = one->now;
        if (auto refusal = give_back(one->now, command)) {
            one->now = before;
            return *refusal;
        }
        auto result = adds ? take_more(event, *one, command, now) : accept(one->now);
        if (!adds && one->now.seats.empty() && one->now.items.empty())
            result = refuse(Reason::nothing_left);
        if (!result)
            one->now = before;
        else
            close_order(one->now.id, now);
        return result;
    }
    std::optional<Answer>
    give_back(domain::Reservation& one, const domain::ChangeReservation& command) {
        for (const auto id : command.remove_seats) {
            if (std::ranges::count(one.seats, id) == 0)
                return refuse(Reason::not_in_reservation, 0, id.to_string());
            one.seats.erase(std::ranges::find(one.seats, id));
            one.total_amount -= find_seat(id)->spec.price;
        }
        for (const auto& item : command.remove_items) {
            for (std::uint32_t unit = 0; unit < item.quantity; ++unit) {
                auto last = one.items.rbegin();
                while (last != one.items.rend() && last->category != item.category)
                    ++last;
                if (last == one.items.rend())
                    return refuse(Reason::not_in_reservation, 0, item.category);
                one.total_amount -= last->unit_price;
                if (--last->quantity == 0) one.items.erase(std::next(last).base());
            }
        }
        return std::nullopt;
    }
    Answer take_more(
        const KnownEvent& event,
        KnownReservation& one,
        const domain::ChangeReservation& command,
        Instant now
    ) {
        const auto& spec = event.event.spec;
        const auto more = command.add_seats.size() + domain::units_of(command.add_items);
        const auto kept = one.now.seats.size() + domain::units_of(one.now.items);
        if (kept + more > spec.max_seats_per_reservation)
            return refuse(Reason::too_many_seats, spec.max_seats_per_reservation);
        domain::Reservation entity = one.now;
        // What the reservation has used stays open to it, without a code.
        const auto used = one.allocation;
        const bool is_open = used && event.allocations[*used].is_in_force(now);
        const Wish wish{
            .seats = command.add_seats,
            .items = command.add_items,
            .opened = is_open ? used : std::nullopt,
        };
        if (auto refusal = claim(event, wish, entity, now)) return *refusal;
        one.now = entity;
        return accept(entity);
    }

    bool is_being_paid(ReservationId id) const {
        return std::ranges::any_of(orders_, [&](const auto& one) {
            return one.entity.reservation == id && is_being_paid(one);
        });
    }
    /// Closes the order of a reservation that ends, changes or is confirmed without it.
    void close_order(ReservationId id, Instant now) {
        if (auto* one = open_order_of(id, now)) one->entity.closed_at = now;
    }
    domain::OrderLines lines_of(const domain::Reservation& reservation) const {
        domain::OrderLines lines;
        for (const auto id : reservation.seats) {
            const auto price = find_seat(id)->spec.price;
            lines.push_back({.seat = id, .quantity = 1, .unit_price = price, .amount = price});
        }
        for (const auto& item : reservation.items)
            lines.push_back({
                .kind = domain::LineKind::category,
                .category = item.category,
                .quantity = item.quantity,
                .unit_price = item.unit_price,
                .amount = item.quantity * item.unit_price,
            });
        return lines;
    }
    KnownOrder&
    add_order(OrderId id, const KnownReservation& of, domain::RequestMark mark, Instant now) {
        domain::Order entity{
            .id = id,
            .reservation = of.now.id,
            .event = of.now.event,
            .user = of.now.user,
            .lines = lines_of(of.now),
            .amount = of.now.total_amount,
            .currency = of.now.currency,
            .created_at = now,
            .request = mark,
        };
        for (const auto& earlier : orders_)
            if (earlier.entity.reservation == of.now.id && earlier.entity.first_asked_at)
                entity.first_asked_at = earlier.entity.first_asked_at;
        orders_.push_back({std::move(entity)});
        return orders_.back();
    }

    Answer answer(const domain::PlaceOrder& command, Instant now) {
        auto* of = find_own_reservation(command.reservation, command.user, now);
        if (of == nullptr) return refuse(Reason::reservation_not_found);
        const auto status = status_of(*of, now);
        if (status == Status::confirmed) return refuse(Reason::reservation_confirmed);
        if (status == Status::cancelled) return refuse(Reason::reservation_cancelled);
        if (status == Status::expired) return refuse(Reason::hold_expired);
        if (open_order_of(command.reservation, now) != nullptr) return refuse(Reason::order_exists);
        const auto& event = find_event(of->now.event)->event;
        if (event.cancelled) return refuse(Reason::event_cancelled);
        if (event.spec.admission.asks().has_terms() && !command.accepts_terms)
            return refuse(Reason::terms_not_accepted);
        return accept(view_of(add_order(command.order, *of, command.request, now), now));
    }

    Answer answer(const domain::StartPayment& command, Instant now) {
        auto* one = find_order(command.order, now);
        if (one == nullptr || one->entity.user != command.user)
            return refuse(Reason::order_not_found);
        auto& order = one->entity;
        if (is_being_paid(*one)) return refuse(Reason::payment_in_progress);
        if (was_paid(*one)) return refuse(Reason::order_paid);
        const auto of = reservation(order.reservation, now);
        if (of && of->status == Status::expired) return refuse(Reason::hold_expired);
        if (closed_at(*one, now)) return refuse(Reason::order_closed);
        if (order.payments.size() >= 5) return refuse(Reason::too_many_payments, 5);
        if (find_event(order.event)->event.cancelled) return refuse(Reason::event_cancelled);

        auto& hold_end = known_reservation(order.reservation).now.expires_at;
        domain::Payment payment{
            .id = command.payment,
            .method = domain::PaymentMethod::free,
            .started_at = now,
            .request = command.request,
        };
        if (order.amount > 0) {
            payment.method = domain::PaymentMethod::provider;
            payment.provider = command.provider;
            payment.token = command.token;
            payment.return_url = command.return_url;
            if (!order.first_asked_at) order.first_asked_at = now;
            hold_end = std::max(hold_end, *order.first_asked_at + std::chrono::minutes{10});
        }
        payment.pinned_until = hold_end;
        order.payments.push_back(payment);
        if (order.amount == 0) take_money(*one, order.payments.back(), "", now);
        return accept(view_of(*one, now));
    }

    Answer answer(const domain::NotePayment& command, Instant now) {
        for (auto& one : orders_) {
            auto& payments = one.entity.payments;
            const auto payment = std::ranges::find(payments, command.payment, &domain::Payment::id);
            if (payment == payments.end() || !is_shown(one, now)) continue;
            if (payment->provider != command.provider) break;
            if (command.news == domain::PaymentNews::succeeded &&
                (command.amount != one.entity.amount || command.currency != one.entity.currency))
                return refuse(Reason::amount_differs, one.entity.amount);
            if (!command.by.empty() && command.news == domain::PaymentNews::declined &&
                payment->status == domain::PaymentStatus::succeeded)
                return refuse(Reason::order_paid);
            note_news(one, *payment, command, now);
            return accept(view_of(one, now));
        }
        return refuse(Reason::payment_not_found);
    }
    /// Signed before the notice that changed the dispute. A dispute that ended in a second hasn't
    /// begun again in it.
    static bool is_from_before(const domain::NotePayment& command, const domain::Payment& payment) {
        const auto rank = [](Instant at, bool is_end) {
            return 2 * at.time_since_epoch().count() + (is_end ? 1 : 0);
        };
        return command.signed_at && payment.dispute_signed_at &&
               rank(*command.signed_at, command.news == domain::PaymentNews::undisputed) <
                   rank(*payment.dispute_signed_at, !payment.is_disputed);
    }
    void note_news(
        KnownOrder& one,
        domain::Payment& payment,
        const domain::NotePayment& command,
        Instant now
    ) {
        using enum domain::PaymentNews;
        const bool is_open = payment.status == domain::PaymentStatus::open;
        if (command.news == pending && is_open && payment.times_pending < 16) {
            const auto before = std::pair{payment.reference, payment.redirect_url};
            if (!command.reference.empty()) payment.reference = command.reference;
            if (!command.redirect_url.empty()) payment.redirect_url = command.redirect_url;
            if (before != std::pair{payment.reference, payment.redirect_url})
                ++payment.times_pending;
        }
        if (command.news == declined && is_open) {
            payment.status = domain::PaymentStatus::declined;
            payment.decline_code = command.code;
            payment.settled_at = now;
        }
        const bool is_about_dispute = command.news == disputed || command.news == undisputed;
        const bool is_disputed = command.news == disputed;
        if (is_about_dispute && is_disputed != payment.is_disputed &&
            !is_from_before(command, payment)) {
            payment.is_disputed = is_disputed;
            payment.dispute_changed_at = now;
            payment.dispute_signed_at = command.signed_at;
        }
        if (command.news == succeeded && payment.status != domain::PaymentStatus::succeeded)
            take_money(one, payment, command.reference, now);
    }
    /// The payment has succeeded: the buyer gets what they have paid for, or the money back.
    void take_money(
        KnownOrder& one,
        domain::Payment& payment,
        const std::string& reference,
        Instant now
    ) {
        const bool is_second = was_paid(one);
        const auto closed = closed_at(one, now);
        payment.status = domain::PaymentStatus::succeeded;
        payment.settled_at = now;
        payment.decline_code = "";
        if (!reference.empty()) payment.reference = reference;
        auto& of = known_reservation(one.entity.reservation);
        const auto status = status_of(of, now);
        const bool is_in_time = status == Status::pending && !closed;
        const bool is_late = status == Status::expired && closed == of.now.expires_at;
        if (!is_second && (is_in_time || (is_late && is_still_free(of, now)))) {
            one.sold_by = payment.id;
            of.now.status = Status::confirmed;
            of.now.confirmed_at = now;
            return;
        }
        one.entity.refunds.push_back({
            .id = RefundId{payment.id.bits()},
            .payment = payment.id,
            .reason = is_second ? domain::RefundReason::paid_twice : domain::RefundReason::too_late,
            .amount = one.entity.amount,
            .seats = {},
            .items = {},
            .started_at = now,
        });
    }
    /// Whether an expired reservation, which is still shown, could be made again.
    bool is_still_free(const KnownReservation& of, Instant now) {
        const auto* event = find_event(of.now.event);
        if (event == nullptr || !is_shown(of, now)) return false;
        domain::WantedItems items;
        for (const auto& [category, units] : units_by_category(of.now.items))
            items.push_back({category, units});
        const bool is_open = of.allocation && event->allocations[*of.allocation].is_in_force(now);
        const Wish wish{
            .seats = of.now.seats,
            .items = items,
            .opened = is_open ? of.allocation : std::nullopt,
        };
        domain::Reservation again{.event = of.now.event, .user = of.now.user, .seats = {}};
        return !claim(*event, wish, again, now);
    }

    /// What can still be refunded of one payment: the tickets that it bought, or money alone.
    struct Left {
        const domain::Payment* payment;
        Amount amount = 0;
        domain::SeatIds seats;
        domain::Items items;
    };
    /// Money alone comes first.
    static std::vector<Left> left_to_refund(const KnownOrder& one) {
        std::vector<Left> all;
        std::vector<Left> tickets;
        for (const auto& payment : one.entity.payments) {
            if (payment.status != domain::PaymentStatus::succeeded) continue;
            auto left = left_of(one, payment);
            auto alone = left.amount;
            for (const auto& line : one.entity.lines)
                alone -= std::ranges::count(left.seats, line.seat) * line.unit_price;
            for (const auto& item : left.items)
                alone -= item.quantity * item.unit_price;
            if (alone > 0) all.push_back({&payment, alone, {}, {}});
            left.amount -= alone;
            if (!left.seats.empty() || !left.items.empty()) tickets.push_back(left);
        }
        all.insert(all.end(), tickets.begin(), tickets.end());
        return all;
    }
    static Left left_of(const KnownOrder& one, const domain::Payment& payment) {
        Left left{&payment, one.entity.amount, {}, {}};
        for (const auto& line : one.entity.lines) {
            if (payment.id != one.sold_by) continue;
            if (line.kind == domain::LineKind::seat)
                left.seats.push_back(line.seat);
            else
                left.items.push_back({line.category, line.quantity, line.unit_price});
        }
        for (const auto& refund : one.entity.refunds) {
            if (refund.payment != payment.id) continue;
            const bool has_failed = refund.status == domain::RefundStatus::failed;
            if (!has_failed) left.amount -= refund.amount;
            if (has_failed && !(refund.came_back && refund.returns_to_sale)) continue;
            for (const auto id : refund.seats)
                left.seats.erase(std::ranges::find(left.seats, id));
            for (const auto& item : refund.items)
                for (auto& still : left.items)
                    if (still.category == item.category && still.unit_price == item.unit_price)
                        still.quantity -= item.quantity;
            std::erase_if(left.items, [](const auto& item) { return item.quantity == 0; });
        }
        return left;
    }
    /// The money of an open attempt would still buy something.
    bool is_wanted(const KnownOrder& one, Instant now) const {
        const auto* event = find_event(one.entity.event);
        return !was_paid(one) && !closed_at(one, now) && event != nullptr &&
               !event->event.cancelled;
    }
    /// What is refunded next because the event is cancelled.
    std::optional<Left> next_to_refund(const KnownOrder& one) const {
        const auto* event = find_event(one.entity.event);
        if (event == nullptr || !event->event.cancelled || is_being_refunded(one))
            return std::nullopt;
        for (const auto& left : left_to_refund(one)) {
            bool is_left_alone = left.payment->is_disputed;
            for (const auto& refund : one.entity.refunds)
                if (refund.payment == left.payment->id &&
                    (refund.reason == domain::RefundReason::event_cancelled || refund.came_back) &&
                    refund.status == domain::RefundStatus::failed &&
                    !(refund.settled_at < event->event.refunds_asked_at))
                    is_left_alone = true;
            if (!is_left_alone) return left;
        }
        return std::nullopt;
    }
    bool is_stuck(const KnownOrder& one) const {
        const auto* event = find_event(one.entity.event);
        if (event == nullptr || !event->event.cancelled || !was_paid(one)) return false;
        for (const auto& refund : one.entity.refunds)
            if (refund.status == domain::RefundStatus::open && is_withheld(one, refund))
                return true;
        return !is_being_refunded(one) && !left_to_refund(one).empty() && !next_to_refund(one);
    }
    /// Cancelling the event again starts a refund.
    bool is_refused(const KnownOrder& one) const {
        if (!is_stuck(one) || is_being_refunded(one)) return false;
        return std::ranges::any_of(left_to_refund(one), [](const Left& left) {
            return !left.payment->is_disputed;
        });
    }
    /// The dispute began after the refund, or the refund began by itself.
    static bool is_withheld(const KnownOrder& one, const domain::Refund& refund) {
        const auto& payment =
            *std::ranges::find(one.entity.payments, refund.payment, &domain::Payment::id);
        const bool is_meant = refund.reason == domain::RefundReason::requested &&
                              payment.dispute_changed_at <= refund.started_at;
        return payment.is_disputed && !is_meant;
    }

    Answer answer(const domain::RefundOrder& command, Instant now) {
        auto* one = find_order(command.order, now);
        if (one == nullptr || find_own_event(one->entity.event, command.by) == nullptr)
            return refuse(Reason::order_not_found);
        auto refund_id = command.refund;
        const bool is_next = command.reason == domain::RefundReason::event_cancelled;
        if (is_next) {
            if (!next_to_refund(*one)) return accept(view_of(*one, now));
            auto bits = one->entity.id.bits();
            bits.lo ^= (one->entity.refunds.size() * 0x9e3779b97f4a7c15) & 0x3fffffffffffffff;
            refund_id = RefundId{bits};
        }
        for (const auto& other : orders_)
            for (const auto& refund : other.entity.refunds)
                if (refund.id == refund_id) return accept(view_of(other, now));
        const auto all = left_to_refund(*one);
        if (all.empty()) return refuse(Reason::nothing_to_refund);
        const bool is_whole =
            command.seats.empty() && command.items.empty() && command.tickets.empty();
        const auto holds_up = [&](const Left& one_left) {
            return one_left.payment->is_disputed && !command.despite_dispute;
        };
        const auto first = std::ranges::find_if_not(all, holds_up);
        std::optional left = !is_whole ? all.back() : first == all.end() ? all.front() : *first;
        if (is_next) left = next_to_refund(*one);
        domain::Refund refund{
            .id = refund_id,
            .payment = left->payment->id,
            .reason = command.reason,
            .amount = left->amount,
            .seats = left->seats,
            .items = left->items,
            .by = command.by.sub,
            .started_at = now,
            .request = command.request,
        };
        const bool has_tickets = !left->seats.empty() || !left->items.empty();
        if (!is_whole) {
            if (auto refused = pick(*one, command, refund)) return *refused;
        } else if (has_tickets) {
            for (const auto& sold : sold_tickets(one->entity.reservation))
                if (sold.view.status != domain::TicketStatus::refunded)
                    refund.tickets.push_back(sold.view.id.number);
        }
        if (!is_next && holds_up(*left)) return refuse(Reason::payment_disputed);
        refund.returns_to_sale =
            command.returns_to_sale && !(refund.seats.empty() && refund.items.empty());
        one->entity.refunds.push_back(refund);
        if (refund.amount == 0 || left->payment->method != domain::PaymentMethod::provider)
            give_money_back(*one, one->entity.refunds.back(), "", now);
        return accept(view_of(*one, now));
    }
    /// Has the refund take what the command names. The answer if it can't.
    std::optional<Answer>
    pick(const KnownOrder& one, const domain::RefundOrder& command, domain::Refund& refund) const {
        std::vector<Amount> prices;
        for (const auto& line : one.entity.lines)
            prices.insert(prices.end(), line.quantity, line.unit_price);
        std::vector<NaiveTickets::Sold> all;
        if (one.sold_by) all = sold_tickets(one.entity.reservation);
        refund.amount = 0;
        refund.seats.clear();
        refund.items.clear();
        const auto take = [&](NaiveTickets::Sold& sold) {
            const auto& [seat, category] = sold.view.place;
            const auto price = prices[sold.view.id.number - 1];
            sold.view.status = domain::TicketStatus::refunded;
            refund.tickets.push_back(sold.view.id.number);
            refund.amount += price;
            if (category.empty()) return refund.seats.push_back(seat);
            for (auto& item : refund.items)
                if (item.category == category && item.unit_price == price)
                    return void(++item.quantity);
            refund.items.push_back({category, 1, price});
        };
        const auto take_named = [&](const auto& is_it) {
            for (auto& sold : all) {
                if (sold.view.status == domain::TicketStatus::refunded || !is_it(sold.view))
                    continue;
                take(sold);
                return true;
            }
            return false;
        };
        for (const auto id : command.seats)
            if (!take_named([&](const auto& view) {
                    return view.place.category.empty() && view.place.seat == id;
                }))
                return refuse(Reason::not_in_order, 0, id.to_string());
        for (const auto& id : command.tickets)
            if (!take_named([&](const auto& view) { return view.id == id; }))
                return refuse(
                    Reason::not_in_order,
                    0,
                    id.reservation.to_string() + "." + std::to_string(id.number)
                );
        for (const auto& wanted : command.items) {
            std::vector<NaiveTickets::Sold*> unused;
            std::uint32_t there = 0;
            for (auto& sold : all | std::views::reverse) {
                if (sold.view.status == domain::TicketStatus::refunded ||
                    sold.view.place.category != wanted.category)
                    continue;
                ++there;
                if (!tickets_.is_scanned(sold.view.id) && tickets_.holder(sold) == sold.view.holder)
                    unused.push_back(&sold);
            }
            if (there < wanted.quantity) return refuse(Reason::not_in_order, 0, wanted.category);
            if (unused.size() < wanted.quantity)
                return refuse(
                    Reason::tickets_in_use,
                    static_cast<std::int64_t>(unused.size()),
                    wanted.category
                );
            for (auto* const sold : unused | std::views::take(wanted.quantity))
                take(*sold);
        }
        std::ranges::sort(refund.tickets);
        return std::nullopt;
    }

    Answer answer(const domain::NoteRefund& command, Instant now) {
        for (auto& one : orders_) {
            for (auto& refund : one.entity.refunds) {
                if (refund.id != command.refund) continue;
                const auto& payment =
                    *std::ranges::find(one.entity.payments, refund.payment, &domain::Payment::id);
                if (payment.method != domain::PaymentMethod::provider ||
                    payment.provider != command.provider)
                    return refuse(Reason::refund_not_found);
                const bool has_failed = refund.status == domain::RefundStatus::failed;
                const bool is_old =
                    refund.status == domain::RefundStatus::succeeded &&
                    (command.is_answer || (refund.is_by_hand && command.by.empty()));
                if (!command.is_done && !has_failed && !is_old) {
                    refund.came_back = refund.status == domain::RefundStatus::succeeded;
                    refund.is_by_hand = false;
                    refund.status = domain::RefundStatus::failed;
                    refund.failure_code = command.code;
                    refund.settled_at = now;
                }
                if (!command.is_done || refund.status == domain::RefundStatus::succeeded)
                    return accept(view_of(one, now));
                if (refund.came_back && command.by.empty()) return accept(view_of(one, now));
                if (has_failed && !is_still_due(one, refund, payment))
                    return refuse(Reason::refunded_otherwise);
                give_money_back(one, refund, command.reference, now);
                refund.is_by_hand = !command.by.empty();
                return accept(view_of(one, now));
            }
        }
        return refuse(Reason::refund_not_found);
    }
    /// Whether everything that a refund which failed would take is still there.
    static bool is_still_due(
        const KnownOrder& one,
        const domain::Refund& refund,
        const domain::Payment& payment
    ) {
        auto left = left_of(one, payment);
        const bool has_returned = refund.came_back && refund.returns_to_sale;
        auto price = refund.amount;
        if (!has_returned) {
            for (const auto& other : one.entity.refunds)
                for (const auto number : other.tickets)
                    if (other.id != refund.id && has_taken(other) &&
                        std::ranges::count(refund.tickets, number) > 0)
                        return false;
            for (const auto id : refund.seats)
                if (std::ranges::count(left.seats, id) == 0) return false;
            for (const auto& item : refund.items) {
                const auto has_them = [&](const domain::Item& still) {
                    return still.category == item.category && still.quantity >= item.quantity &&
                           still.unit_price == item.unit_price;
                };
                if (std::ranges::none_of(left.items, has_them)) return false;
            }
            if (!refund.seats.empty() || !refund.items.empty()) return true;
        }
        for (const auto& one_left : left_to_refund(one))
            if (one_left.payment == &payment && one_left.seats.empty() && one_left.items.empty())
                price -= one_left.amount;
        return price <= 0;
    }
    /// The refund has succeeded. Its tickets leave the reservation if they return to sale.
    void give_money_back(
        KnownOrder& one,
        domain::Refund& refund,
        const std::string& reference,
        Instant now
    ) {
        refund.status = domain::RefundStatus::succeeded;
        refund.reference = reference;
        refund.failure_code = "";
        refund.settled_at = now;
        if (!refund.returns_to_sale || refund.came_back) return;
        auto& of = known_reservation(one.entity.reservation);
        auto rest = of.now;
        for (const auto id : refund.seats) {
            rest.seats.erase(std::ranges::find(rest.seats, id));
            rest.total_amount -= find_seat(id)->spec.price;
        }
        for (const auto& item : refund.items) {
            // What the box office gave away has a price in the reservation.
            const bool is_given_away = one.entity.amount == 0;
            const auto left = std::ranges::find_if(rest.items, [&](const domain::Item& entry) {
                return entry.category == item.category &&
                       (is_given_away || entry.unit_price == item.unit_price);
            });
            rest.total_amount -= item.quantity * left->unit_price;
            left->quantity -= item.quantity;
            if (left->quantity == 0) rest.items.erase(left);
        }
        if (!rest.seats.empty() || !rest.items.empty()) {
            of.now = rest;
            return;
        }
        of.now.status = Status::cancelled;
        of.now.confirmed_at = std::nullopt;
        of.cancelled_at = now;
    }

    Answer answer(const domain::SellAtBoxOffice& command, Instant now) {
        auto claim = *command.claim;
        if (find_own_event(claim.event, command.by) == nullptr)
            return refuse(Reason::event_not_found);
        claim.user = command.by.sub;
        if (auto held = answer(claim, now); !held) return held;
        auto& of = reservations_.back();
        auto& one = add_order(command.order, of, claim.request, now);
        auto& order = one.entity;
        if (command.method == domain::PaymentMethod::free) {
            order.amount = 0;
            for (auto& line : order.lines)
                line.unit_price = line.amount = 0;
        }
        order.payments.push_back({
            .id = command.payment,
            .method = order.amount == 0 ? domain::PaymentMethod::free : command.method,
            .started_at = now,
            .pinned_until = of.now.expires_at,
        });
        take_money(one, order.payments.back(), "", now);
        return accept(view_of(one, now));
    }

    /// Changes nothing that a reader sees.
    Answer answer(const domain::ExpireHolds&, Instant) { return accept(std::monostate{}); }

    Answer answer(const domain::CreateApiKey& command, Instant now) {
        const auto is_live = [](const domain::ApiKey& key) { return !key.revoked_at; };
        if (std::ranges::count_if(keys_, is_live) >= 1'000)
            return refuse(Reason::too_many_api_keys, 1'000);
        keys_.push_back({
            .id = command.key,
            .name = command.name,
            .role = command.role,
            .prefix = command.prefix,
            .digest = command.digest,
            .created_by = command.by,
            .created_at = now,
            .revoked_at = std::nullopt,
            .account = command.account,
        });
        return accept(keys_.back());
    }

    Answer answer(const domain::RevokeApiKey& command, Instant now) {
        const auto key = std::ranges::find(keys_, command.key, &domain::ApiKey::id);
        if (key == keys_.end()) return refuse(Reason::api_key_not_found);
        if (!key->revoked_at) key->revoked_at = now;
        return accept(std::monostate{});
    }

    Answer answer(const domain::MoveApiKey& command, Instant) {
        const auto key = std::ranges::find(keys_, command.key, &domain::ApiKey::id);
        if (key == keys_.end() || key->revoked_at) return refuse(Reason::api_key_not_found);
        const bool is_default = command.account == "api-key:" + key->id.to_string();
        // Leaves an unset account unset if the command names the default.
        if (!key->account.empty() || !is_default) key->account = command.account;
        return accept(*key);
    }

    /// Changes nothing that a reader sees.
    Answer answer(const domain::RaiseFormat&, Instant) { return accept(std::monostate{}); }

    std::vector<KnownEvent> events_;
    std::vector<KnownSeat> seats_;
    std::vector<KnownReservation> reservations_;
    std::vector<KnownOrder> orders_;
    std::vector<domain::ApiKey> keys_;
    std::vector<Done> done_;
    NaiveTickets tickets_;
};

}  // namespace frontrow::test
