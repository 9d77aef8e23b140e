#include "domain/audit_comparison.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace frontrow::domain {
namespace {

constexpr std::size_t kDifferencesKept = 100;

}  // namespace

class AuditComparison {
public:
    AuditComparison(const Audit& audit, const Inventory& inventory)
        : audit_{audit},
          inventory_{inventory},
          plans_{inventory.plans()},
          reservations_{inventory.reservations()},
          orders_{inventory.orders()} {}

    std::vector<std::string> run() {
        expect(
            audit_.last_seq_ == inventory_.last_seq() && audit_.last_at_ == inventory_.last_at(),
            "the newest fact"
        );
        plans_.visit([this](EventIndex, const EventRow& row) { compare(row); });
        reservations_.visit([this](ReservationIndex, const ReservationRow& row) { compare(row); });
        for (const auto& truth : audit_.events_)
            look_for(truth);
        for (const auto& [id, truth] : audit_.holds_)
            look_for(id, truth);
        orders_.visit([this](OrderIndex, const Order& order) { compare(order); });
        for (const auto& [id, truth] : audit_.orders_)
            look_for(truth);
        compare_tickets();
        expect(!audit_.due_, "the newest payment or refund that succeeded: nothing came of it");
        compare_requests();
        compare_api_keys();
        return std::move(differences_);
    }

private:
    using EventTruth = Audit::EventTruth;
    using HoldTruth = Audit::HoldTruth;
    using StockTruth = Audit::StockTruth;

    void compare(const EventRow& row) {
        const auto known = audit_.events_by_id_.find(row.event.id);
        const auto name = [&] { return "event " + row.event.id.to_string(); };
        if (known == audit_.events_by_id_.end()) return differ(name() + " was never created");
        const auto& truth = audit_.events_[known->second];
        // The inventory drops the terms of a deleted event.
        if ((!row.deleted && row.event != truth.event) || row.deleted != truth.is_deleted ||
            row.last_seq() != truth.last_seq || row.last_at() != truth.last_at)
            differ(name());
        if (row.deleted) return;
        if (row.members.get() != truth.members) differ(name() + ": its members");
        if (!std::ranges::equal(row.categories.get(), truth.stock, {}, {}, &StockTruth::category))
            differ(name() + ": its categories");
        if (!are_equal(row.allocations, truth)) differ(name() + ": its allocations");
        if (row.blocks.size() != truth.blocks.size())
            return differ(name() + ": the number of times seats were added");
        for (std::size_t i = 0; i < row.blocks.size(); ++i)
            compare(row, i, *truth.blocks[i]);
    }

    static bool are_equal(const AllocationRows& rows, const EventTruth& truth) {
        const auto is_equal = [](const auto& row, const Audit::AllocationTruth& one) {
            return row == nullptr ? one.has_ended : !one.has_ended && *row == one.allocation;
        };
        return std::ranges::equal(rows.all, truth.allocations, is_equal);
    }

    /// Compares the seats of one block.
    void compare(const EventRow& row, std::size_t place, const SeatBlock& truth) {
        const auto& block = *row.blocks[place];
        if (block.first_id != truth.first_id || block.seats.size() != truth.seats.size())
            return differ("the seats from " + truth.first_id.to_string() + " on");
        for (std::size_t i = 0; i < truth.seats.size(); ++i) {
            const auto id = truth.first_id.plus(i);
            const auto name = [&] { return "seat " + id.to_string(); };
            if (&block != &truth && block.seats[i] != truth.seats[i])
                differ(name() + ": its name, its price or its place");
            const auto& seat = audit_.seats_.find(id)->second;
            const auto index = row.block_starts[place].first + static_cast<SeatIndex>(i);
            const auto holder = row.holders[index];
            const bool has_lapsed = holder != kNobody && reservations_.has_lapsed(holder);
            const auto status = seat.is_sold                  ? SeatStatus::confirmed
                                : seat.is_held && !has_lapsed ? SeatStatus::reserved
                                : seat.allocation             ? SeatStatus::held_back
                                                              : SeatStatus::available;
            if (row.statuses[index] != status) differ(name() + ": whether it's free, held or sold");
            const bool is_right = holder == kNobody
                                      ? !seat.is_held
                                      : seat.is_held && reservations_[holder].id == seat.holder;
            if (!is_right) differ(name() + ": who has it");
        }
    }

    void compare(const ReservationRow& row) {
        const auto found = audit_.holds_.find(row.id);
        if (found == audit_.holds_.end())
            return differ("reservation " + row.id.to_string() + " was never made");
        const auto& truth = found->second;
        const auto entity = inventory_.entity(row, Instant::min());
        const auto& [id, event, user, seats, status, total_amount, currency, created_at, expires_at, confirmed_at, items] =
            entity;
        const std::pair<bool, std::string_view> rows[] = {
            {event == audit_.events_[truth.event].event.id, "event"},
            {user == audit_.users_[truth.user], "user"},
            {std::ranges::equal(seats, truth.seats), "seats"},
            {items == truth.items, "items"},
            {allocation_of(row) == truth.allocation.value_or(kNobody), "allocation"},
            {status == truth.status, "status"},
            {total_amount == truth.total_amount && currency == truth.currency, "amount"},
            {created_at == truth.held_at && expires_at == truth.expires_at &&
                 created_at + Millis{row.hold_ms} == truth.first_expires_at &&
                 confirmed_at.value_or(Instant{}) == truth.confirmed_at,
             "times"},
            {is_request(row, truth.request), "request"},
            {is_first_claim(row, truth), "first seats, items and amount"},
        };
        for (const auto& [is_right, what] : rows) {
            if (!is_right) differ("reservation " + id.to_string() + ": its " + std::string{what});
        }
    }

    /// Whether the reservation was made with what the audit has read.
    bool is_first_claim(const ReservationRow& row, const HoldTruth& truth) const {
        if (truth.first == nullptr) return first_claim_of(row) == nullptr;
        const auto entity = inventory_.entity_as_created(row);
        return std::ranges::equal(entity.seats, truth.first->seats) &&
               entity.items == truth.first->items &&
               entity.total_amount == truth.first->total_amount;
    }

    /// True if the reservation was made by this request, or if the request is forgotten.
    bool is_request(const ReservationRow& row, const RequestMark& truth) const {
        const auto* const request = inventory_.requests().at(row.request);
        return request == nullptr || (request->mark == truth && request->at == row.created_at &&
                                      &reservations_[request->made] == &row);
    }

    void look_for(const EventTruth& truth) {
        if (truth.was_created && !truth.is_deleted && plans_.find(truth.event.id) == nullptr)
            differ("event " + truth.event.id.to_string() + " is missing");
    }

    void look_for(ReservationId id, const HoldTruth& truth) {
        const auto& request = truth.request.key;
        const bool is_remembered = audit_.requests_.find(request)->second.at == truth.held_at &&
                                   truth.held_at + kRequestMemory > audit_.last_at_;
        const bool has_ended = truth.status == ReservationStatus::cancelled ||
                               truth.status == ReservationStatus::expired;
        if (has_ended && truth.ended_at + kEndedMemory <= audit_.last_at_) return;
        const auto index = reservations_.index_of(id);
        if (index == kNobody) return differ("reservation " + id.to_string() + " is missing");
        const auto* const found = inventory_.requests().find(request, audit_.last_at_);
        if (is_remembered && (found == nullptr || found->made != index))
            differ("reservation " + id.to_string() + " isn't found by its request");
    }

    /// Compares all fields of the order, its payments and its refunds.
    void compare(const Order& order) {
        const auto found = audit_.orders_.find(order.id);
        const auto name = [&] { return "order " + order.id.to_string(); };
        if (found == audit_.orders_.end()) return differ(name() + " was never placed");
        const auto& truth = found->second.order;
        if (order.payments != truth.payments) differ(name() + ": its payments");
        if (order.refunds != truth.refunds) differ(name() + ": its refunds");
        auto rest = order;
        rest.payments = truth.payments;
        rest.refunds = truth.refunds;
        if (rest != truth) differ(name());
    }

    void look_for(const Audit::OrderTruth& truth) {
        if (!audit_.is_remembered(truth.order, audit_.last_at_)) return;
        if (orders_.find(truth.order.id, audit_.last_at_) == nullptr)
            differ("order " + truth.order.id.to_string() + " is missing");
    }

    /// Compares the request of an order, a payment or a refund.
    void compare_request_of_order(Bits128 key, const Audit::RequestTruth& truth, OrderId order) {
        if (!audit_.is_key_kept(truth.made, audit_.last_at_)) return;
        const auto found = orders_.find_request(key, audit_.last_at_);
        const bool is_right = found && found->order->id == order &&
                              found->kind == truth.made.kind &&
                              found->mark.content == truth.content;
        expect(is_right, "the request under an idempotency key");
    }

    /// Compares only the requests that are still remembered.
    void compare_requests() {
        for (const auto& [key, truth] : audit_.requests_) {
            if (const auto order = audit_.order_of(truth.made)) {
                compare_request_of_order(key, truth, *order);
                continue;
            }
            if (truth.at + kRequestMemory <= audit_.last_at_) continue;
            const auto* found = inventory_.requests().find(key, audit_.last_at_);
            const bool is_right = found != nullptr && found->at == truth.at &&
                                  found->mark.content == truth.content &&
                                  found->kind == truth.made.kind &&
                                  made_by(*found).value_or(truth.made.id) == truth.made.id;
            expect(is_right, "the request under an idempotency key");
        }
    }

    /// The id of what a request made; nothing if its row is erased.
    std::optional<Bits128> made_by(const RequestRow& request) const {
        switch (request.kind) {
            case RequestKind::reservation:
            case RequestKind::extension:
            case RequestKind::change:
                if (!reservations_.has(request.made)) return std::nullopt;
                return reservations_[request.made].id.bits();
            case RequestKind::order:
            case RequestKind::payment:
            case RequestKind::refund:
                if (!inventory_.orders().has(request.made)) return std::nullopt;
                return inventory_.orders()[request.made].id.bits();
            case RequestKind::event:
            case RequestKind::sale:
            case RequestKind::cancellation:
                return plans_[request.made].event.id.bits();
            case RequestKind::api_key:
                return inventory_.api_keys()[request.made].id.bits();
            case RequestKind::ticket:
                return Audit::id_of(inventory_.tickets()[request.made].id);
            case RequestKind::seats:
            case RequestKind::category:
            case RequestKind::allocation:
            case RequestKind::member:
                return Bits128{0, request.made};
        }
        std::unreachable();
    }

    void compare_tickets() {
        const auto& tickets = inventory_.tickets();
        expect(
            tickets.size() == audit_.tickets_.size(),
            "the number of tickets to which something has happened"
        );
        for (const auto& [id, truth] : audit_.tickets_) {
            const auto* const notes = tickets.find(id);
            const bool is_right = notes != nullptr && *notes == truth;
            expect(
                is_right,
                "ticket " + std::to_string(id.number) + " of reservation " +
                    id.reservation.to_string()
            );
        }
    }

    void compare_api_keys() {
        const auto& keys = inventory_.api_keys();
        expect(keys.size() == audit_.api_keys_.size(), "the number of API keys");
        for (const auto& truth : audit_.api_keys_) {
            const auto* key = keys.find(truth.id);
            const bool is_found = keys.find_live(truth.digest) == key;
            const bool is_right =
                key != nullptr && *key == truth && is_found != truth.revoked_at.has_value();
            expect(is_right, "API key " + truth.id.to_string());
        }
    }

    void expect(bool is_right, std::string what) {
        if (!is_right) differ(std::move(what));
    }
    void differ(std::string what) {
        if (differences_.size() < kDifferencesKept) differences_.push_back(std::move(what));
    }

    const Audit& audit_;
    const Inventory& inventory_;
    const SeatPlans& plans_;
    const Reservations& reservations_;
    const Orders& orders_;
    std::vector<std::string> differences_;
};

std::vector<std::string> compare(const Audit& audit, const Inventory& inventory) {
    return AuditComparison{audit, inventory}.run();
}

}  // namespace frontrow::domain
