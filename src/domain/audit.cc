#include "domain/audit.h"

#include "domain/command_traits.h"

#include <algorithm>

namespace frontrow::domain {
namespace {

constexpr std::size_t kViolationsKept = 100;
/// An idempotency key must not occur in a second fact within this time. This has been promised
/// since idempotency keys were introduced.
constexpr std::chrono::hours kKeyKept{24};

}  // namespace

template <>
void Audit::judge(const Fact& fact, const EventCreated& body) {
    auto& truth = events_[number_of(fact.event)];
    ++totals_.events;
    expect(fact, !truth.was_created, "an event was created twice");
    if (truth.was_created) return;
    truth.was_created = true;
    truth.event = Event{
        .id = fact.event,
        .spec = body.spec,
        .created_by = body.created_by,
        .created_at = fact.at,
        .updated_at = fact.at,
    };
}

template <>
void Audit::judge(const Fact& fact, const EventUpdated& body) {
    auto* truth = event(fact);
    if (truth == nullptr) return;
    auto& spec = truth->event.spec;
    const bool terms_stand =
        spec.currency == body.spec.currency && spec.payment == body.spec.payment;
    expect(
        fact,
        terms_stand || truth->tickets_held == 0 ||
            truth->tickets_held == tickets_run_out(number_of(fact.event), fact.at),
        "the terms of held or sold seats changed"
    );
    spec = body.spec;
    truth->event.updated_at = fact.at;
    ++truth->event.version;
}

template <>
void Audit::judge(const Fact& fact, const EventDeleted&) {
    auto* truth = event(fact);
    if (truth == nullptr) return;
    expect(fact, truth->tickets_held == 0, "an event with held or sold seats was deleted");
    expect(fact, truth->unsettled == 0, "an event with unsettled payments or refunds was deleted");
    truth->is_deleted = true;
}

template <>
void Audit::judge(const Fact& fact, const SaleChanged& body) {
    auto* truth = event(fact);
    if (truth == nullptr) return;
    auto& sale = truth->event.sale;
    // If the sale has this action already, the fact only records the request's key.
    if (body.request && sale == body.action) return;
    expect(fact, sale != SaleAction::end, "a sale was changed after its end");
    expect(fact, sale != body.action, "a sale was changed into what it was");
    sale = body.action;
    truth->event.updated_at = fact.at;
    ++truth->event.version;
}

template <>
void Audit::judge(const Fact& fact, const MemberAdded& body) {
    auto* truth = event(fact);
    if (truth == nullptr) return;
    const auto known = std::ranges::find(truth->members, body.sub, &Member::sub);
    if (known == truth->members.end()) {
        truth->members.push_back({.sub = body.sub, .role = body.role, .added_at = fact.at});
        return;
    }
    // If the member has this role already, the fact only records the request's key.
    if (body.request && known->role == body.role) return;
    expect(fact, known->role != body.role, "a member was given the role that they had");
    known->role = body.role;
}

template <>
void Audit::judge(const Fact& fact, const MemberRemoved& body) {
    auto* truth = event(fact);
    if (truth == nullptr) return;
    const auto removed =
        std::erase_if(truth->members, [&](const Member& member) { return member.sub == body.sub; });
    expect(fact, removed == 1, "a person was removed who wasn't a member");
}

template <>
void Audit::judge(const Fact& fact, const SeatsAdded& body) {
    auto* truth = event(fact);
    if (truth == nullptr) return;
    expect(fact, !body.block->seats.empty(), "no seat was added");
    truth->blocks.push_back(body.block);
    std::uint64_t index = 0;
    for (const auto& seat : body.block->seats) {
        expect(fact, truth->numbers.insert(seat.number).second, "a seat's name was given twice");
        SeatTruth added{.event = number_of(fact.event), .price = seat.price};
        const auto id = body.block->first_id.plus(index++);
        expect(fact, seats_.emplace(id, added).second, "a seat was created twice");
    }
    totals_.seats += index;
}

template <>
void Audit::judge(const Fact& fact, const CategoryAdded& body) {
    auto* truth = event(fact);
    if (truth == nullptr) return;
    const bool is_new = stock_of(*truth, body.category.name) == nullptr;
    expect(fact, is_new, "a category's name was given twice");
    if (is_new) truth->stock.push_back({.category = body.category});
}

template <>
void Audit::judge(const Fact& fact, const CategoryChanged& body) {
    auto* truth = event(fact);
    if (truth == nullptr) return;
    auto* stock = stock_of(*truth, body.category.name);
    expect(fact, stock != nullptr, "a category changed that the event doesn't have");
    if (stock == nullptr) return;
    lapse_units(*truth, fact.at);
    expect(
        fact,
        stock->held + stock->sold + held_back(*truth, body.category.name, fact.at) <=
            body.category.total_stock,
        "a category's stock fell below what is held, sold or held back"
    );
    stock->category = body.category;
}

template <class Body>
void Audit::judge_request(const Fact& fact, const Body& body) {
    if constexpr (requires { body.request; }) {
        const auto* const request = request_of(body);
        if (request == nullptr) return;
        const RequestTruth truth{
            .at = fact.at, .content = request->content, .made = made_by(fact, body)
        };
        const auto [entry, is_first] = requests_.try_emplace(request->key, truth);
        const auto& before = entry->second;
        const bool is_free =
            is_first || (before.at + kKeyKept <= fact.at && !is_key_kept(before.made, fact.at));
        expect(fact, is_free, "one request was done twice");
        entry->second = truth;
    }
}

Audit::Made Audit::made_by(const Fact& fact, const EventCreated&) {
    return {.kind = RequestKind::event, .id = fact.event.bits()};
}
Audit::Made Audit::made_by(const Fact& fact, const SaleChanged&) {
    return {.kind = RequestKind::sale, .id = fact.event.bits()};
}
Audit::Made Audit::made_by(const Fact& fact, const MemberAdded& body) {
    const auto& members = events_[number_of(fact.event)].members;
    const bool is_new = std::ranges::find(members, body.sub, &Member::sub) == members.end();
    return {.kind = RequestKind::member, .id = {0, is_new ? 1U : 0U}};
}
Audit::Made Audit::made_by(const Fact& fact, const SeatsAdded&) {
    return {.kind = RequestKind::seats, .id = {0, events_[number_of(fact.event)].blocks.size()}};
}
Audit::Made Audit::made_by(const Fact& fact, const CategoryAdded&) {
    return {.kind = RequestKind::category, .id = {0, events_[number_of(fact.event)].stock.size()}};
}
Audit::Made Audit::made_by(const Fact& fact, const AllocationAdded&) {
    const auto before = events_[number_of(fact.event)].allocations.size();
    return {.kind = RequestKind::allocation, .id = {0, before}};
}
Audit::Made Audit::made_by(const Fact&, const ReservationHeld& body) {
    return {.kind = RequestKind::reservation, .id = body.reservation.bits()};
}
Audit::Made Audit::made_by(const Fact&, const ReservationExtended& body) {
    return {.kind = RequestKind::extension, .id = body.reservation.bits()};
}
Audit::Made Audit::made_by(const Fact&, const ReservationChanged& body) {
    return {.kind = RequestKind::change, .id = body.reservation.bits()};
}
Audit::Made Audit::made_by(const Fact&, const OrderPlaced& body) {
    return {.kind = RequestKind::order, .id = body.order.bits()};
}
Audit::Made Audit::made_by(const Fact&, const PaymentIntended& body) {
    return {.kind = RequestKind::payment, .id = body.order.bits()};
}
Audit::Made Audit::made_by(const Fact&, const RefundIntended& body) {
    return {.kind = RequestKind::refund, .id = body.order.bits()};
}
Audit::Made Audit::made_by(const Fact& fact, const EventCancelled&) {
    return {.kind = RequestKind::cancellation, .id = fact.event.bits()};
}
Audit::Made Audit::made_by(const Fact&, const ApiKeyCreated& body) {
    return {.kind = RequestKind::api_key, .id = body.key.bits()};
}

template <>
void Audit::judge(const Fact& fact, const ReservationConfirmed& body) {
    auto* hold = pending(fact, body.reservation);
    if (hold == nullptr) return;
    expect(fact, fact.at < hold->expires_at, "a hold was confirmed after it had run out");
    judge_confirmation(fact, body.reservation, *hold);
    for (const auto id : hold->seats) {
        auto& seat = seats_[id];
        expect(fact, !seat.is_sold, "a seat was sold twice");
        expect(
            fact,
            seat.is_held && seat.holder == body.reservation,
            "a seat was sold to somebody who didn't hold it"
        );
        seat.is_sold = true;
    }
    free_units(*hold, body.reservation);
    for (const auto& item : hold->items)
        if (auto* stock = stock_of(events_[hold->event], item.category))
            stock->sold += item.quantity;
    use_allocation(*hold, true);
    hold->status = ReservationStatus::confirmed;
    hold->confirmed_at = fact.at;
    totals_.seats_sold += hold->seats.size();
    ++totals_.confirmed;
}

template <>
void Audit::judge(const Fact& fact, const ReservationCancelled& body) {
    if (auto* sold = confirmed(body.reservation)) return take_back(fact, body, *sold);
    auto* hold = pending(fact, body.reservation);
    if (hold == nullptr) return;
    expect(fact, fact.at < hold->expires_at, "a hold was cancelled after it had run out");
    judge_no_open_payment(fact, body.reservation);
    close_order(body.reservation, fact.at);
    hold->status = ReservationStatus::cancelled;
    hold->ended_at = fact.at;
    free_seats(fact, body.reservation, *hold);
}

template <>
void Audit::judge(const Fact& fact, const ReservationExpired& body) {
    auto* hold = pending(fact, body.reservation);
    if (hold == nullptr) return;
    expect(fact, fact.at >= hold->expires_at, "a hold was ended before its time");
    hold->status = ReservationStatus::expired;
    hold->ended_at = hold->expires_at;
    close_order(body.reservation, hold->expires_at);
    free_seats(fact, body.reservation, *hold);
}

template <>
void Audit::judge(const Fact& fact, const ReservationExtended& body) {
    auto* hold = pending(fact, body.reservation);
    if (hold == nullptr) return;
    expect(fact, fact.at < hold->expires_at, "a hold was extended after it had run out");
    const auto sale = events_[hold->event].event.sale;
    expect(fact, sale == SaleAction::open, "a hold was extended while sales were paused");
    expect(fact, body.expires_at > hold->expires_at, "an extension made a hold shorter");
    judge_no_open_payment(fact, body.reservation);
    move_end(*hold, body.reservation, body.expires_at);
}

void Audit::move_end(HoldTruth& hold, ReservationId id, Instant end) {
    auto& unit_holds = events_[hold.event].unit_holds;
    if (unit_holds.erase({hold.expires_at, id}) == 1) unit_holds.emplace(end, id);
    hold.expires_at = end;
}

template <>
void Audit::judge(const Fact& fact, const ApiKeyCreated& body) {
    const bool is_new = api_keys_by_id_.emplace(body.key, api_keys_.size()).second;
    expect(fact, is_new, "an API key was made twice");
    if (!is_new) return;
    api_keys_.push_back({
        .id = body.key,
        .name = body.name,
        .role = body.role,
        .prefix = body.prefix,
        .digest = body.digest,
        .created_by = body.created_by,
        .created_at = fact.at,
        .revoked_at = std::nullopt,
        .account = body.account,
    });
}

template <>
void Audit::judge(const Fact& fact, const ApiKeyRevoked& body) {
    if (auto* key = key_in_force(fact, body.key)) key->revoked_at = fact.at;
}

template <>
void Audit::judge(const Fact& fact, const ApiKeyMoved& body) {
    if (auto* key = key_in_force(fact, body.key)) key->account = body.account;
}

template <>
void Audit::judge(const Fact& fact, const FormatRaised& body) {
    expect(fact, body.format > format_, "the format of facts didn't rise");
    format_ = body.format;
}

// Defined after all specialisations of judge(), which must be declared before they are used.
void Audit::observe(const Fact& fact) {
    expect(fact, fact.seq > last_seq_, "the sequence went backwards");
    expect(fact, fact.seq == last_seq_ + 1, "the sequence has a gap");
    expect(fact, fact.at >= last_at_, "time went backwards");
    expect(fact, format_of(fact.body) <= format_, "a fact came before its format");
    const bool is_due = due_ && fact.at != last_at_;
    expect(fact, !is_due, "nothing came of a payment or a refund that succeeded");
    if (is_due) due_.reset();
    last_seq_ = fact.seq;
    ++totals_.facts;
    last_at_ = std::max(last_at_, fact.at);
    const auto judge_body = [&](const auto& body) {
        judge_request(fact, body);
        judge(fact, body);
    };
    std::visit(judge_body, fact.body);
    if (fact.event == EventId{}) return;
    auto& truth = events_[number_of(fact.event)];
    truth.last_seq = fact.seq;
    truth.last_at = fact.at;
}

void Audit::free_seats(const Fact& fact, ReservationId id, HoldTruth& hold) {
    for (const auto seat_id : hold.seats) {
        auto& seat = seats_[seat_id];
        expect(fact, !seat.is_sold, "a sold seat was freed");
        expect(fact, seat.is_held && seat.holder == id, "another buyer's seat was freed");
        seat.is_held = false;
    }
    free_units(hold, id);
    const auto tickets = static_cast<std::int64_t>(hold.seats.size() + units_of(hold.items));
    count_tickets(hold.event, hold.user, -tickets);
}

void Audit::free_units(HoldTruth& hold, ReservationId id) {
    auto& event = events_[hold.event];
    if (event.unit_holds.erase({hold.expires_at, id}) == 0) return;
    for (const auto& item : hold.items)
        if (auto* stock = stock_of(event, item.category)) stock->held -= item.quantity;
    use_allocation(hold, false);
}

void Audit::lapse_units(EventTruth& event, Instant at) {
    while (!event.unit_holds.empty() && event.unit_holds.begin()->first <= at) {
        const auto id = event.unit_holds.begin()->second;
        free_units(holds_.find(id)->second, id);
    }
}

Audit::StockTruth* Audit::stock_of(EventTruth& event, std::string_view category) {
    const auto found = std::ranges::find(event.stock, category, [](const StockTruth& stock) {
        return std::string_view{stock.category.name};
    });
    return found == event.stock.end() ? nullptr : &*found;
}

std::int64_t Audit::tickets_run_out(EventNumber event, Instant at, const UserNumber* user) const {
    std::int64_t tickets = 0;
    for (const auto& [id, hold] : holds_) {
        const bool ran_out = hold.status == ReservationStatus::pending && hold.expires_at <= at;
        if (ran_out && hold.event == event && (user == nullptr || hold.user == *user))
            tickets += static_cast<std::int64_t>(hold.seats.size() + units_of(hold.items));
    }
    return tickets;
}

Audit::HoldTruth* Audit::pending(const Fact& fact, ReservationId id) {
    const auto found = holds_.find(id);
    const bool is_pending =
        found != holds_.end() && found->second.status == ReservationStatus::pending;
    expect(fact, is_pending, "a reservation that wasn't pending changed");
    if (!is_pending) return nullptr;
    const bool is_here = found->second.event == number_of(fact.event);
    expect(fact, is_here, "a reservation changed under another event");
    return &found->second;
}

Audit::HoldTruth* Audit::confirmed(ReservationId id) {
    const auto found = holds_.find(id);
    const bool is_confirmed =
        found != holds_.end() && found->second.status == ReservationStatus::confirmed;
    return is_confirmed ? &found->second : nullptr;
}

ApiKey* Audit::key_in_force(const Fact& fact, ApiKeyId id) {
    const auto found = api_keys_by_id_.find(id);
    auto* key = found == api_keys_by_id_.end() ? nullptr : &api_keys_[found->second];
    const bool is_in_force = key != nullptr && !key->revoked_at;
    expect(fact, is_in_force, "an API key that wasn't in force changed");
    return is_in_force ? key : nullptr;
}

Audit::EventTruth* Audit::event(const Fact& fact) {
    auto& truth = events_[number_of(fact.event)];
    const bool exists = truth.was_created && !truth.is_deleted;
    expect(fact, exists, "the event doesn't exist");
    return exists ? &truth : nullptr;
}

Audit::EventNumber Audit::number_of(EventId event) {
    const auto next = static_cast<EventNumber>(events_.size());
    const auto [entry, is_new] = events_by_id_.try_emplace(event, next);
    if (is_new) events_.emplace_back();
    return entry->second;
}

Audit::UserNumber Audit::number_of(const std::string& user) {
    if (const auto known = users_by_sub_.find(user); known != users_by_sub_.end())
        return known->second;
    const auto number = static_cast<UserNumber>(users_.size());
    users_by_sub_.emplace(users_.emplace_back(user), number);
    return number;
}

void Audit::expect(const Fact& fact, bool holds, std::string_view otherwise) {
    if (!holds && violations_.size() < kViolationsKept)
        violations_.push_back({fact.seq, std::string{otherwise}});
}

}  // namespace frontrow::domain
