#pragma once

#include "domain/commands.h"
#include "domain/decide.h"
#include "sim/virtual_time.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace frontrow::sim {

/// The commands of the clients of a simulated cluster: a few events, seats and units that many
/// clients want at once, and short holds.
class Sale {
public:
    /// `big_percent` of the new blocks of seats have `big_block` seats.
    Sale(VirtualTime& time, unsigned big_percent, std::uint64_t big_block)
        : time_{time}, big_percent_{big_percent}, big_block_{big_block} {}

    domain::Command next() {
        auto command = draw();
        if (made_ % 2 == 0) give_key(command);
        return command;
    }

    /// This command is always accepted.
    domain::Command create_key() {
        const ApiKeyId id{new_id(5)};
        return domain::CreateApiKey{
            .key = id,
            .name = "gate",
            .role = domain::Role::user,
            .prefix = "frk_0",
            .digest = digest_of(id),
            .by = "root",
        };
    }

    /// The command that a server makes when a client repeats the request.
    domain::Command again(domain::Command command) {
        if (auto* reserve = std::get_if<domain::ReserveSeats>(&command))
            reserve->reservation = ReservationId{new_id(3)};
        if (auto* create = std::get_if<domain::CreateEvent>(&command))
            create->event = EventId{new_id(1)};
        if (auto* create = std::get_if<domain::CreateApiKey>(&command)) {
            create->key = ApiKeyId{new_id(5)};
            create->digest = digest_of(create->key);
        }
        if (auto* add = std::get_if<domain::AddSeats>(&command)) {
            auto block = std::make_shared<domain::SeatBlock>(*add->block);
            block->first_id = SeatId{new_id(2)};
            add->block = std::move(block);
        }
        if (auto* place = std::get_if<domain::PlaceOrder>(&command))
            place->order = OrderId{new_id(8)};
        if (auto* start = std::get_if<domain::StartPayment>(&command))
            start->payment = PaymentId{new_id(9)};
        if (auto* refund = std::get_if<domain::RefundOrder>(&command))
            refund->refund = RefundId{new_id(10)};
        return command;
    }
    /// Whether the command may safely be given twice.
    static bool may_be_repeated(const domain::Command& command) {
        return std::holds_alternative<domain::ReserveSeats>(command) ||
               std::holds_alternative<domain::ConfirmReservation>(command) ||
               std::holds_alternative<domain::CancelReservation>(command) ||
               std::holds_alternative<domain::PlaceOrder>(command) ||
               std::holds_alternative<domain::StartPayment>(command) ||
               std::holds_alternative<domain::NotePayment>(command) ||
               std::holds_alternative<domain::NoteRefund>(command) || has_key(command);
    }

    void learn(const domain::Command& command, const domain::Accepted& accepted) {
        // Learns from the answers that arrive: the first answer to a repeated request may have been
        // lost.
        if (std::holds_alternative<domain::CreateEvent>(command)) {
            const auto id = std::get<domain::Event>(accepted.entity).id;
            if (!accepted.replayed || std::ranges::find(events_, id) == events_.end())
                events_.push_back(id);
        }
        if (std::holds_alternative<domain::CreateApiKey>(command))
            keys_.push_back(std::get<domain::ApiKey>(accepted.entity).id);
        if (const auto* change = std::get_if<domain::ChangeSale>(&command)) {
            std::erase(paused_, change->event);
            if (change->action == domain::SaleAction::pause) paused_.push_back(change->event);
        }
        if (const auto* add = std::get_if<domain::AddCategory>(&command))
            floors_.push_back({add->event, add->category.name});
        if (const auto* add = std::get_if<domain::AddSeats>(&command)) {
            const auto& block =
                *std::get<std::shared_ptr<const domain::SeatBlock>>(accepted.entity);
            for (std::uint64_t i = 0; i < std::min(block.seats.size(), 12UZ); ++i)
                seats_.push_back({add->event, block.first_id.plus(i)});
        }
        if (std::holds_alternative<domain::ReserveSeats>(command)) {
            const auto& held = std::get<domain::Reservation>(accepted.entity);
            holds_.push_back({.id = held.id, .event = held.event, .user = held.user});
            if (!held.seats.empty()) holds_.back().seat = held.seats.front();
            if (!held.items.empty()) holds_.back().category = held.items.front().category;
            seen_until_ = std::max(seen_until_, held.created_at);
        }
        if (const auto* all = std::get_if<std::vector<domain::CheckedTicket>>(&accepted.entity))
            for (const auto& one : *all)
                if (one.verdict == domain::TicketVerdict::admitted) used_ = one.ticket;
        if (std::holds_alternative<domain::PlaceOrder>(command) ||
            std::holds_alternative<domain::StartPayment>(command) ||
            std::holds_alternative<domain::RefundOrder>(command))
            learn(std::get<domain::OrderView>(accepted.entity).order);
    }

private:
    /// Knows only what the order's id, payments and refunds are.
    void learn(const domain::Order& order) {
        std::erase_if(orders_, [&](const domain::Order& known) { return known.id == order.id; });
        orders_.push_back(order);
    }

    struct Seat {
        EventId event;
        SeatId id;
    };
    struct Floor {
        EventId event;
        std::string category;
    };
    struct Hold {
        ReservationId id;
        EventId event;
        std::string user;
        /// One of its seats, and one of its categories, if it has any.
        std::optional<SeatId> seat{};
        std::string category{};
    };

    inline static const domain::Organizer kHouse{.sub = "house", .is_admin = false};

    domain::Command draw() {
        if (events_.empty()) return create_event();
        if (seats_.empty()) return add_seats();
        const auto choice = time_.below(100);
        if (choice < 42 || holds_.empty()) return reserve();
        if (choice < 52) return order();
        const auto& held = holds_[holds_.size() - 1 - time_.below(std::min(holds_.size(), 30UZ))];
        if (choice < 65) return domain::ConfirmReservation{held.id, held.user};
        if (choice < 74) return domain::CancelReservation{held.id, held.user};
        if (choice < 76) return change_ticket(held);
        if (choice < 79)
            return domain::ExtendReservation{held.id, held.user, std::chrono::seconds{1}};
        if (choice < 82) return change(held);
        if (choice < 87) return add_seats();
        if (choice < 88) return change_category();
        if (choice < 89) return change_allocation();
        if (choice < 91) return create_event();
        if (choice < 93) return domain::UpdateEvent{some_event(), kHouse, spec(), std::nullopt};
        if (choice < 94) return domain::DeleteEvent{some_event(), kHouse, std::nullopt};
        if (choice < 96) return change_sale();
        if (choice < 97) return change_member();
        if (choice < 98 || keys_.empty()) return create_key();
        const auto key = keys_[time_.below(keys_.size())];
        if (time_.chance(50)) return domain::RevokeApiKey{key, "root"};
        return domain::MoveApiKey{.key = key, .account = "house", .by = "root"};
    }

    /// Places an order, or has one of the newest go on: the buyer pays, the provider answers, the
    /// organiser refunds.
    domain::Command order() {
        if (orders_.empty() || time_.chance(30)) {
            const auto& held =
                holds_[holds_.size() - 1 - time_.below(std::min(holds_.size(), 5UZ))];
            return domain::PlaceOrder{
                .order = OrderId{new_id(8)},
                .reservation = held.id,
                .user = held.user,
                .request = {.key = new_id(4), .content = {}},
            };
        }
        const auto& known =
            orders_[orders_.size() - 1 - time_.below(std::min(orders_.size(), 5UZ))];
        const auto choice = time_.below(100);
        if (known.payments.empty() || choice < 20)
            return domain::StartPayment{
                .payment = PaymentId{new_id(9)},
                .order = known.id,
                .user = known.user,
                .provider = "sim",
                .token = "tok",
                .return_url = "",
                .request = {.key = new_id(4), .content = {}},
            };
        if (choice < 75) return note_payment(known);
        if (known.refunds.empty() || choice < 90)
            return domain::RefundOrder{
                .refund = RefundId{new_id(10)},
                .order = known.id,
                .by = kHouse,
                .seats = {},
                .items = {},
                .returns_to_sale = time_.chance(50),
            };
        return domain::NoteRefund{
            .refund = known.refunds.back().id,
            .provider = "sim",
            .is_done = time_.chance(80),
            .reference = "re",
        };
    }
    domain::Command note_payment(const domain::Order& known) {
        using enum domain::PaymentNews;
        const auto choice = time_.below(10);
        return domain::NotePayment{
            .payment = known.payments.back().id,
            .provider = "sim",
            .news = choice < 5   ? succeeded
                    : choice < 7 ? declined
                    : choice < 9 ? pending
                                 : disputed,
            .reference = "ref",
            .amount = known.amount,
            .currency = known.currency,
        };
    }

    /// Mostly has the hold's first ticket scanned, as if it were confirmed, or takes back that one
    /// was used.
    domain::Command change_ticket(const Hold& held) {
        const domain::TicketId ticket{held.id, 1};
        const auto choice = time_.below(100);
        if (used_ && choice < 20) return domain::ReinstateTicket{*used_, kHouse};
        if (choice < 30) return domain::TransferTicket{ticket, held.user, "friend"};
        if (choice < 40) return domain::ReissueTicket{ticket, kHouse};
        domain::ScannedCode code{
            .ticket = ticket,
            .event = held.event,
            .issue = 1,
            .scan = {ScanId{new_id(11)}, domain::kScannedNow, "west"},
        };
        if (time_.chance(50)) code.scan.at = seen_until_;
        return domain::CheckInTickets{
            .by = kHouse,
            .event = std::nullopt,
            .scans = std::make_shared<const std::vector<domain::ScannedCode>>(1, code),
        };
    }

    /// Swaps the hold's first seat for another, adds that one, or gives the first back. Or adds
    /// units of its category, or gives some back.
    domain::Command change(const Hold& held) {
        domain::ChangeReservation command{.reservation = held.id, .user = held.user};
        if (!held.category.empty() && (!held.seat || time_.chance(50))) {
            const domain::WantedItems items{{held.category, units()}};
            (time_.chance(50) ? command.add_items : command.remove_items) = items;
            return command;
        }
        const bool adds = time_.chance(80);
        if (adds) command.add_seats = {held.seat->plus(1 + time_.below(3))};
        if (!adds || time_.chance(50)) command.remove_seats = {*held.seat};
        return command;
    }
    /// A new category with a small stock, or another price and stock for one.
    domain::Command change_category() {
        const auto stock = static_cast<std::uint32_t>(time_.below(30));
        const Amount price = 100 + static_cast<Amount>(time_.below(3));
        if (floors_.empty() || time_.chance(40)) {
            const auto name = "floor " + std::to_string(time_.below(2));
            return domain::AddCategory{some_event(), kHouse, {name, price, stock}};
        }
        const auto& floor = some_floor();
        return domain::ChangeCategory{floor.event, kHouse, {floor.category, price, stock}};
    }
    /// Mostly opens a paused sale if there is one, and rarely ends one or cancels its event.
    domain::Command change_sale() {
        using enum domain::SaleAction;
        if (!paused_.empty() && time_.chance(80))
            return domain::ChangeSale{paused_.back(), kHouse, open, std::nullopt};
        if (time_.chance(5)) return domain::CancelEvent{.event = some_event(), .by = kHouse};
        const auto action = time_.chance(10) ? end : pause;
        return domain::ChangeSale{some_event(), kHouse, action, std::nullopt};
    }
    domain::Command change_member() {
        const auto event = some_event();
        const auto sub = "gate " + std::to_string(time_.below(3));
        if (time_.chance(40)) return domain::RemoveMember{event, kHouse, sub};
        return domain::AddMember{event, kHouse, sub, domain::MemberRole::scanner};
    }

    /// Holds a seat or some units back for a code, often until a moment soon after the newest hold.
    /// Or changes or ends such an allocation.
    domain::Command change_allocation() {
        const auto& seat = some_seat();
        const auto name = "press " + std::to_string(time_.below(3));
        const auto until = seen_until_ + std::chrono::seconds{1 + time_.below(4)};
        if (time_.chance(20)) return domain::EndAllocation{seat.event, kHouse, name};
        if (time_.chance(20)) {
            domain::AllocationChange change{.limit = units()};
            if (time_.chance(50)) change.until = until;
            if (time_.chance(50)) change.codes = {code()};
            return domain::ChangeAllocation{seat.event, kHouse, name, std::move(change)};
        }
        domain::Allocation allocation{.name = name};
        if (time_.chance(70)) allocation.codes = {code()};
        if (time_.chance(70)) allocation.until = until;
        if (floors_.empty() || time_.chance(50)) {
            allocation.seats = {seat.id};
            return domain::AddAllocation{seat.event, kHouse, std::move(allocation)};
        }
        const auto& floor = some_floor();
        allocation.category = floor.category;
        allocation.quantity = units() + 1;
        return domain::AddAllocation{floor.event, kHouse, std::move(allocation)};
    }
    Bits128 code() { return {7, time_.below(4)}; }
    std::uint32_t units() { return static_cast<std::uint32_t>(1 + time_.below(3)); }

    /// Adds a key, so that small requests can be repeated safely.
    void give_key(domain::Command& command) {
        const auto* add = std::get_if<domain::AddSeats>(&command);
        if (add != nullptr && add->block->seats.size() > 12) return;
        std::visit(
            [&](auto& one) {
                if constexpr (requires { one.request.has_value(); })
                    one.request = {.key = new_id(6), .content = {}};
            },
            command
        );
    }
    static bool has_key(const domain::Command& command) {
        return std::visit(
            [](const auto& one) {
                if constexpr (requires { one.request.has_value(); })
                    return one.request.has_value();
                else
                    return false;
            },
            command
        );
    }
    static domain::ApiKeyDigest digest_of(ApiKeyId id) {
        domain::ApiKeyDigest digest{};
        const auto bits = id.bits();
        std::memcpy(digest.data(), &bits, sizeof bits);
        return digest;
    }

    Bits128 new_id(std::uint64_t kind) { return {kind, ++made_ << 20}; }
    EventId some_event() { return events_[time_.below(events_.size())]; }
    /// One of the newest seats.
    const Seat& some_seat() {
        return seats_[seats_.size() - 1 - time_.below(std::min(seats_.size(), 60UZ))];
    }
    /// One of the newest categories.
    const Floor& some_floor() {
        return floors_[floors_.size() - 1 - time_.below(std::min(floors_.size(), 4UZ))];
    }

    domain::EventSpec spec() {
        domain::EventSpec spec;
        spec.name = "Night " + std::to_string(++made_);
        spec.start_at = std::chrono::sys_days{std::chrono::year{2027} / 1 / 1};
        spec.end_at = spec.start_at + std::chrono::hours{3};
        spec.total_seats = 1'000;
        spec.hold = std::chrono::seconds{1 + time_.below(2)};
        spec.max_seats_per_reservation = 3;
        if (time_.chance(50)) spec.max_seats_per_user = 12;
        return spec;
    }
    domain::Command create_event() {
        return domain::CreateEvent{EventId{new_id(1)}, kHouse, spec()};
    }
    domain::Command add_seats() {
        auto block = std::make_shared<domain::SeatBlock>();
        block->first_id = SeatId{new_id(2)};
        const auto count = time_.chance(big_percent_) ? big_block_ : 1 + time_.below(12);
        for (std::uint64_t i = 0; i < count; ++i)
            block->seats.push_back(
                {.number = std::to_string(++made_), .section = "", .row = "", .price = 100}
            );
        return domain::AddSeats{some_event(), kHouse, std::move(block)};
    }
    domain::Command reserve() {
        const auto& first = some_seat();
        domain::ReserveSeats command{
            .reservation = ReservationId{new_id(3)},
            .event = first.event,
            .user = "buyer " + std::to_string(time_.below(30)),
            .seats = {},
            .hold = {},
            .request = {.key = new_id(4), .content = {}},
        };
        if (!floors_.empty() && time_.chance(20)) {
            const auto& floor = some_floor();
            command.items = {{floor.category, units()}};
            if (time_.chance(30)) command.access_code = code();
            if (floor.event != first.event || time_.chance(50)) {
                command.event = floor.event;
                return command;
            }
        }
        if (time_.chance(20)) {
            command.best = domain::BestWish{
                .quantity = static_cast<std::uint32_t>(1 + time_.below(3)),
                .allow_split = time_.chance(50),
            };
            if (time_.chance(30)) command.best->near = first.id;
            return command;
        }
        command.wants_alternatives = time_.chance(10);
        command.seats.push_back(first.id);
        if (time_.chance(40)) command.seats.push_back(first.id.plus(1));
        if (time_.chance(5)) command.access_code = code();
        return command;
    }
    VirtualTime& time_;
    unsigned big_percent_;
    std::uint64_t big_block_;
    std::uint64_t made_ = 0;
    std::vector<EventId> events_;
    /// As far as the clients know: an answer may have been lost.
    std::vector<EventId> paused_;
    std::vector<Seat> seats_;
    std::vector<Floor> floors_;
    std::vector<Hold> holds_;
    std::vector<domain::Order> orders_;
    std::vector<ApiKeyId> keys_;
    /// A ticket that was used.
    std::optional<domain::TicketId> used_;
    /// When the newest hold was made, by the cluster's clock.
    Instant seen_until_{};
};

}  // namespace frontrow::sim
