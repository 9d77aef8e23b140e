#pragma once

#include "domain/choose_seats.h"
#include "domain/commands.h"
#include "domain/decide.h"
#include "domain/reservation.h"
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
        return std::ranges::any_of(reservations_, [&](const auto& one) {
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
            if (done.mark.key != mark->key || now - done.at >= std::chrono::hours{24}) continue;
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
        if (command.action == event.sale) return accept(event);
        if (event.sale == domain::SaleAction::end) return refuse(Reason::sales_closed);
        event.sale = command.action;
        event.updated_at = now;
        event.version += 1;
        return accept(event);
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
        if (find_event(one->now.event)->event.spec.payment == domain::PaymentRule::required)
            return refuse(Reason::payment_required);
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
        if (!result) one->now = before;
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
    std::vector<domain::ApiKey> keys_;
    std::vector<Done> done_;
};

}  // namespace frontrow::test
