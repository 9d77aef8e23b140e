#pragma once

#include "domain/commands.h"
#include "support/naive_model.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <ranges>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace frontrow::test {

/// Makes random commands about a few events, some dozens of seats and three buyers. The state of
/// the naive model guides the choice, so that most commands have an effect and many conflict. The
/// same dice at the same instants lead to the same commands.
class RandomSale {
public:
    /// The random numbers of one turn. They are small, and choose a step of the clock and a
    /// command. RapidCheck makes them smaller when it searches for the shortest history that fails.
    using Dice = std::array<std::uint8_t, 8>;

    static Dice throw_dice(std::mt19937_64& engine) {
        Dice dice;
        const auto bits = engine();
        for (std::size_t i = 0; i < dice.size(); ++i)
            dice[i] = static_cast<std::uint8_t>(bits >> (8 * i));
        return dice;
    }

    /// Every event starts less than this long after it was created or changed.
    static constexpr std::chrono::hours kEnd{264};
    static constexpr std::uint8_t kUsers = 3;

    struct Seat {
        EventId event;
        SeatId id;
        domain::SeatSpec spec;
    };
    struct Made {
        domain::ReserveSeats asked;
        domain::Reservation as_created;
        /// The key of its request belongs to an order.
        bool is_by_box_office = false;
    };

    /// `number` distinguishes this sale's ids and buyers from those of other sales.
    explicit RandomSale(std::uint64_t number = 0) : number_{number} {}

    const NaiveModel& model() const { return model_; }
    /// All events of this sale, including deleted ones.
    const std::vector<EventId>& events() const { return events_; }
    const std::vector<Seat>& seats() const { return seats_; }
    const std::vector<Made>& reservations() const { return reservations_; }
    const std::vector<OrderId>& orders() const { return orders_; }
    std::string user(std::uint8_t choice) const {
        const std::string name = std::array{"ann", "bob", "cid"}[choice % kUsers];
        return name + "-" + std::to_string(number_);
    }

    /// Applies the command to the model and returns the model's answer.
    domain::Outcome apply(const domain::Command& command, Instant now) {
        auto outcome = model_.apply(command, now);
        if (outcome && !outcome->replayed) remember(command, *outcome, now);
        return outcome;
    }

    /// Returns `now`, an instant soon after, an instant at which something changes, or the
    /// millisecond before that. Mostly `now` while a buyer tries to pay in vain, so that they try
    /// too often before their hold runs out.
    Instant next_instant(const Dice& dice, Instant now) const {
        using namespace std::chrono_literals;
        const auto choice = dice[1];
        if (choice % 16 != 0 && is_being_tried_in_vain(now)) return now;
        switch (dice[0] % 16) {
            default:
                return now;
            case 1:
            case 2:
                return now + 1ms;
            case 3:
            case 4:
            case 5:
                return now + choice * 1s;
            case 6:
                return now + choice * 20s;
            case 7:
            case 8:
            case 9:
                return next_change(choice, 0ms, now);
            case 10:
            case 11:
                return next_change(choice, -1ms, now);
        }
    }

    /// Returns the next command. The first three open the sale. Changes only the counters of the
    /// next ids.
    domain::Command next(const Dice& dice, Instant now) {
        auto command = draw(dice, now);
        if (dice[3] % 3 == 2) give_key(command);
        return command;
    }

    /// Commands that revoke all keys of this sale, because the number of keys in a store is
    /// limited.
    std::vector<domain::Command> revocations() const {
        std::vector<domain::Command> commands;
        for (const auto& key : keys_)
            commands.emplace_back(domain::RevokeApiKey{key, "root"});
        return commands;
    }

private:
    /// The last four numbers of a turn, which choose the details of its command.
    using Four = std::array<std::uint8_t, 4>;

    /// A command whose idempotency key is optional, sent with a key.
    struct Keyed {
        domain::Command asked;
        Instant at;
    };

    static constexpr std::size_t kAll = 1'000'000;

    /// A command about orders and their money. `choice` is from 40 to 62.
    domain::Command draw_payment(int choice, const Four& four, std::uint8_t more, Instant now) {
        if (choice < 44) return place_order(four, now);
        if (choice < 49) return start_payment(four, now);
        if (choice < 56) return note_payment(four, now);
        if (choice < 59) return refund(four, now);
        if (choice < 61) return note_refund(four, now);
        if (choice < 62) return sell_at_box_office(four, more);
        return four[1] % 32 == 31 ? cancel_event(four) : repeat_payment(four);
    }

    domain::Command some_membership(bool is_added, const Four& four) {
        if (is_added) return add_member(four);
        return domain::RemoveMember{some_event(four[0]), organizer(four[1]), some_member(four[2])};
    }

    domain::Command draw(const Dice& dice, Instant now) {
        if (!is_raised_) return domain::RaiseFormat{domain::kNewestFormat};
        if (events_.empty()) return create({}, now);
        if (seats_.empty()) return add_seats({0, 0, 0, 6});
        const Four four{dice[4], dice[5], dice[6], dice[7]};
        if (auto command = go_on_paying(four, dice[3], now)) return *std::move(command);
        const auto choice = dice[2] % 64;
        if (choice >= 40 && choice < 63) return draw_payment(choice, four, dice[3], now);
        switch (choice) {
            default:
                return reserve(four, dice[3]);
            case 0:
                return create(four, now);
            case 1:
            case 2:
                return dice[3] % 8 == 7 ? only_checked(add_seats(four)) : add_seats(four);
            case 3:
            case 4:
                return update(four, now);
            case 5:
                return remove(four);
            case 6:
            case 7:
                return domain::ExpireHolds{four[0] % 4U};
            case 8:
            case 9:
            case 10:
            case 11:
                return confirm(four);
            case 12:
            case 13:
            case 14:
                return domain::CancelReservation{some_reservation(four[0]), buyer(four)};
            case 15:
            case 16:
            case 17:
                return extend(four, now);
            case 18:
            case 19:
                return four[3] % 2 == 1 && !keyed_.empty() ? repeat_keyed(four) : repeat(four);
            case 20:
                return create_key(four);
            case 21:
                return domain::RevokeApiKey{some_key(four[0]), "root"};
            case 22:
            case 23:
                return change_sale(four);
            case 24:
                return domain::MoveApiKey{some_key(four[0]), some_account(four), "root"};
            case 25:
                return some_category(four, now);
            case 26:
            case 27:
                return change(four, now);
            case 28:
            case 29:
                return some_allocation(four, dice[3], now);
            case 32:
            case 33:
            case 34:
                return reserve_with_code(four, dice[3], now);
            case 35:
            case 36:
                return some_ticket_command(four, dice[3], now);
            case 30:
            case 31:
                return some_membership(choice == 30, four);
        }
    }

    void remember(const domain::Command& command, const domain::Accepted& accepted, Instant now) {
        is_raised_ = is_raised_ || std::holds_alternative<domain::RaiseFormat>(command);
        if (const auto* create = std::get_if<domain::CreateEvent>(&command))
            events_.push_back(create->event);
        if (const auto* add = std::get_if<domain::AddSeats>(&command)) {
            for (std::uint64_t i = 0; i < add->block->seats.size(); ++i)
                seats_.push_back({add->event, add->block->first_id.plus(i), add->block->seats[i]});
        }
        if (const auto* reserve = std::get_if<domain::ReserveSeats>(&command))
            reservations_.push_back({*reserve, std::get<domain::Reservation>(accepted.entity)});
        if (const auto* create = std::get_if<domain::CreateApiKey>(&command))
            keys_.push_back(create->key);
        remember_order(command, accepted);
        with_optional_key(command, [&](const auto& one) {
            if (one.request) keyed_.push_back({command, now});
        });
    }

    void remember_order(const domain::Command& command, const domain::Accepted& accepted) {
        if (const auto* place = std::get_if<domain::PlaceOrder>(&command))
            orders_.push_back(place->order);
        if (const auto* start = std::get_if<domain::StartPayment>(&command))
            payments_.push_back(start->payment);
        if (const auto* sell = std::get_if<domain::SellAtBoxOffice>(&command)) {
            orders_.push_back(sell->order);
            payments_.push_back(sell->payment);
            const auto& order = std::get<domain::OrderView>(accepted.entity).order;
            reservations_.push_back(
                {*sell->claim, model_.reservation_as_created(order.reservation), true}
            );
        }
        if (std::holds_alternative<domain::PlaceOrder>(command) ||
            std::holds_alternative<domain::StartPayment>(command) ||
            std::holds_alternative<domain::SellAtBoxOffice>(command))
            payment_requests_.push_back(command);
    }

    /// Calls `take` with the command if its idempotency key is optional.
    template <class Asked, class Take>
    static void with_optional_key(Asked& command, Take take) {
        std::visit(
            [&](auto& one) {
                if constexpr (requires { one.request.has_value(); }) take(one);
            },
            command
        );
    }

    Instant next_change(std::uint8_t choice, Millis off, Instant now) const {
        std::set<Instant> instants;
        const auto add = [&](Instant at) {
            if (at + off > now) instants.insert(at + off);
        };
        // Rarely jumps to the end of a sale or to the instant at which a key is forgotten, because
        // all holds have ended by then.
        if (choice >= 248) {
            for (const auto& event : model_.events(kAll, 0))
                add(domain::sales_end(event.spec));
        } else if (choice >= 240) {
            for (const auto& one : reservations_)
                add(one.as_created.created_at + std::chrono::hours{24});
            for (const auto& one : keyed_)
                add(one.at + std::chrono::hours{24});
            for (const auto& one : model_.orders(now))
                if (one.order.closed_at) add(*one.order.closed_at + std::chrono::hours{24});
        } else {
            for (const auto at : model_.hold_ends(now))
                add(at);
            for (const auto& event : model_.events(kAll, 0)) {
                if (event.spec.sales_start_at) add(*event.spec.sales_start_at);
                for (const auto& one : model_.allocations(event.id, now))
                    if (one.allocation->until) add(*one.allocation->until);
            }
        }
        if (instants.empty()) return now;
        return *std::next(instants.begin(), (choice / 8) % std::min<int>(3, std::ssize(instants)));
    }

    Bits128 new_id(std::uint64_t kind) { return numbered(kind, ++made_); }
    Bits128 numbered(std::uint64_t kind, std::uint64_t n) const {
        return {kind, number_ << 32 | n};
    }

    static domain::Organizer organizer(std::uint8_t choice) {
        if (choice % 8 == 6) return {.sub = "somebody", .is_admin = false};
        if (choice % 8 == 7) return {.sub = "root", .is_admin = true};
        return {.sub = "house", .is_admin = false};
    }
    EventId some_event(std::uint8_t choice) const {
        if (choice == 255) return EventId{numbered(9, 9)};
        const auto open = model_.events(kAll, 0);
        if (choice >= 248 || open.empty()) return events_[choice % events_.size()];
        return open[choice % open.size()].id;
    }
    /// Returns one of the newest reservations, rarely an older one or null.
    const Made* some_made(std::uint8_t choice) const {
        if (reservations_.empty() || choice == 255) return nullptr;
        const auto back = choice % (choice < 192 ? 8 : reservations_.size());
        return &reservations_[reservations_.size() - 1 - back % reservations_.size()];
    }
    /// Returns one of the newest reservations whose hold runs, or null if there are too few.
    const Made* some_pending(std::uint8_t choice, Instant now) const {
        auto left = choice % 4;
        for (const auto& made : reservations_ | std::views::reverse | std::views::take(16)) {
            const auto present = model_.reservation(made.as_created.id, now);
            if (present && present->status == domain::ReservationStatus::pending && left-- == 0)
                return &made;
        }
        return nullptr;
    }
    ReservationId some_reservation(std::uint8_t choice) const {
        const auto* made = some_made(choice);
        return made == nullptr ? ReservationId{numbered(9, 9)} : made->as_created.id;
    }
    /// Returns the buyer of the reservation, rarely another one.
    std::string buyer(const Four& four) const {
        const auto* made = some_made(four[0]);
        return made == nullptr || four[1] % 16 == 15 ? user(four[1]) : made->as_created.user;
    }
    domain::MeantVersions some_version(EventId id, std::uint8_t choice) const {
        const auto event = model_.event(id);
        if (choice % 4 != 3 || !event) return std::nullopt;
        const auto version = event->version - choice / 4 % 2;
        domain::MeantVersions meant{{version}};
        if (choice / 8 % 2 == 1) meant->push_back(version + 1);
        return meant;
    }

    domain::EventSpec some_spec(const Four& four, Instant now) const {
        using namespace std::chrono_literals;
        domain::EventSpec spec;
        spec.name = "Night " + std::to_string(four[0]);
        if (four[1] % 2 == 1) spec.description = "Two lines:\nof \"\\'{}, 夜\t" + spec.name;
        if (four[2] % 2 == 1) spec.venue = "Hall " + std::to_string(four[2]);
        spec.start_at = now + (8 + four[1]) * 1h;
        spec.end_at = spec.start_at + (1 + four[2] % 3) * 1h;
        spec.total_seats = 1 + four[0];
        if (four[1] % 4 == 3) spec.sales_start_at = now + four[2] * 1s;
        if (four[3] % 4 == 2) spec.sales_end_at = spec.end_at - four[2] * 1min;
        spec.hold = std::chrono::seconds{900 - 60 * (four[2] % 15)};
        spec.max_seats_per_reservation = 4 - four[2] % 3;
        if (four[3] % 2 == 1) spec.max_seats_per_user = 2 + four[3] / 2 % 6;
        if (four[3] % 16 >= 13) spec.currency = *Currency::parse("EUR");
        if (four[3] % 8 >= 6) spec.payment = domain::PaymentRule::required;
        if (four[2] % 8 == 5) spec.stage = {four[0] / 1e6, -1.5, 12, 1.0 + four[1]};
        if (four[2] % 8 == 6) spec.focal_point = {0.5 - four[0], 1.0 * four[1]};
        spec.admission = some_admission(four);
        spec.best_seats = choices(domain::SeatPreference{})[four[0] % 3U];
        return spec;
    }

    static domain::Admission some_admission(const Four& four) {
        domain::AdmissionDetails details;
        if (four[0] % 8 == 3)
            details.gates = {{"West", {"Left, \"0\""}, {}}, {"East", {"Left, \"1\""}, {"Floor"}}};
        if (four[1] % 4 == 1)
            details.asks = {
                four[2] % 2 == 1, {{"Diet, \"0\"", four[3] % 2 == 1}}, four[0] % 2 == 1 ? "t" : ""
            };
        return domain::Admission::of(std::move(details));
    }
    domain::Command create(const Four& four, Instant now) {
        if (model_.events(kAll, 0).size() >= 4) return reserve(four, 0);
        return domain::CreateEvent{EventId{new_id(1)}, organizer(four[0]), some_spec(four, now)};
    }
    domain::Command update(const Four& four, Instant now) const {
        const auto id = some_event(four[0]);
        const auto event = model_.event(id);
        // Half of the changes leave the other fields as they were.
        auto spec = four[0] < 128 || !event ? some_spec(four, now) : event->spec;
        if (four[0] >= 128 && four[2] % 2 == 1) spec.currency = *Currency::parse("USD");
        return domain::UpdateEvent{id, organizer(four[3]), spec, some_version(id, four[1])};
    }
    domain::Command remove(const Four& four) {
        const auto event = some_event(four[0]);
        if (four[3] % 4 != 3 || model_.events(kAll, 0).size() < 2) return reserve(four, 1);
        return domain::DeleteEvent{event, organizer(four[1]), some_version(event, four[2])};
    }
    /// Usually opens a sale, mostly a paused one if there is one; sometimes pauses a sale; rarely
    /// ends one. Otherwise most commands would be refused.
    domain::Command change_sale(const Four& four) const {
        using enum domain::SaleAction;
        const auto action = four[1] >= 250 ? end : four[1] < 64 ? pause : open;
        auto event = some_event(four[0]);
        if (action == open && four[0] % 8 != 7) {
            const auto all = model_.events(kAll, 0);
            const auto paused = std::ranges::find(all, pause, &domain::Event::sale);
            if (paused != all.end()) event = paused->id;
        }
        return domain::ChangeSale{event, organizer(four[3]), action, some_version(event, four[2])};
    }
    /// Usually a name that organizer() returns, too, so that later commands by the member succeed.
    static std::string some_member(std::uint8_t choice) {
        return std::array{"somebody", "gate", "somebody", "house"}[choice % 4];
    }
    domain::Command add_member(const Four& four) const {
        return domain::AddMember{
            .event = some_event(four[0]),
            .by = organizer(four[1]),
            .sub = some_member(four[2]),
            .role = four[3] % 3 == 0 ? domain::MemberRole::scanner : domain::MemberRole::organizer,
        };
    }
    domain::Command add_seats(const Four& four) {
        if (seats_.size() >= 80) return reserve(four, 0);
        auto block = std::make_shared<domain::SeatBlock>();
        const auto count = 1U + four[3] % 8;
        block->first_id = SeatId{numbered(2, next_seat_)};
        // The ids of the next block follow directly or leave a gap of one.
        next_seat_ += count + four[2] % 2;
        for (std::uint32_t i = 0; i < count; ++i) {
            const auto number = four[1] >= 240 ? four[0] % 8U + i % 3U : ++made_;
            block->seats.push_back({
                .number = std::to_string(number),
                .section = four[2] % 3 == 1 ? "Left, \"" + std::to_string(i) : "",
                .row = four[2] % 5 == 1 ? std::to_string(four[3]) : "",
                .price = 1'000 + four[2] + i,
                .details = some_details(four[2], i),
            });
        }
        domain::AddSeats command{some_event(four[0]), organizer(four[1] % 8), std::move(block)};
        if (four[1] / 8 % 4 == 3)
            command.held_back = {{some_allocation_name(four[2]), {count - 1}}};
        if (four[1] / 8 % 8 == 3 && count > 2)
            command.held_back.push_back({some_allocation_name(four[2] + 1U), {0, count - 2}});
        return command;
    }
    static std::string some_allocation_name(std::uint32_t choice) {
        return std::array{"House", "Press, \"A\"", "夜"}[choice % 3];
    }
    static domain::Command only_checked(domain::Command command) {
        const auto* add = std::get_if<domain::AddSeats>(&command);
        if (add == nullptr) return command;
        return domain::CheckSeats{add->event, add->by, add->block, add->held_back};
    }
    /// Rounds to a millionth, because other coordinates are invalid.
    static std::shared_ptr<const domain::SeatDetails>
    some_details(std::uint8_t choice, std::uint32_t i) {
        if (choice % 4 != 1) return nullptr;
        domain::SeatDetails details{.position = {.x = 12.5 * i, .y = std::nullopt}};
        if (choice % 8 == 1) details.position.y = -choice / 1e6;
        if (choice % 16 == 5) details.flags = static_cast<domain::SeatFlags>(i % 8);
        if (choice % 32 == 13) details.label = std::to_string(i);
        return std::make_shared<const domain::SeatDetails>(std::move(details));
    }

    domain::Command reserve(const Four& four, std::uint8_t more) {
        domain::ReserveSeats command{
            .reservation = ReservationId{new_id(3)},
            .event = some_event(four[0]),
            .user = user(four[1]),
            .seats = {},
            .hold = {},
            .request = {.key = numbered(4, made_), .content = Bits128{made_, 0}},
        };
        // Takes neighbouring seats, so that the requests of different buyers overlap.
        const auto count = 1U + (more % 16 >= 15 ? 4 : more % 4);
        command.seats = some_seats(command.event, four[2], count, 1U + more / 16 % 2);
        if (command.seats.empty() || four[3] >= 250)
            command.seats.push_back(SeatId{numbered(2, four[2] % (next_seat_ + 1))});
        if (four[3] % 4 == 3) command.hold = std::chrono::seconds{1 + four[3] * 2};
        if (four[1] / 16 % 3 == 0) add_items(command, four);
        command.wants_alternatives = more / 32 % 4 == 1;
        if (four[1] / 4 % 4 == 3) want_best(command, four, more);
        return command;
    }
    /// Leaves the choice of the seats to us. The section, the price and the neighbour are usually
    /// those of one of the event's seats.
    void want_best(domain::ReserveSeats& command, const Four& four, std::uint8_t more) const {
        command.seats.clear();
        auto& wish = command.best.emplace();
        wish.quantity = 1U + more % 4;
        wish.allow_split = four[3] / 4 % 2 == 1;
        wish.accessible = four[3] / 8 % 16 == 15;
        const auto& seat = seats_[four[2] % seats_.size()];
        if (four[0] / 4 % 4 == 1) wish.section = four[3] >= 240 ? "Nowhere" : seat.spec.section;
        if (four[0] / 4 % 4 == 2) wish.near = seat.id;
        if (four[3] / 8 % 4 == 2) wish.price_max = seat.spec.price;
    }
    /// Seats of the event from one place on. If it has fewer, some are named twice.
    domain::SeatIds some_seats(
        EventId event,
        std::uint32_t first,
        std::uint32_t count,
        std::uint32_t stride
    ) const {
        domain::SeatIds of_event;
        for (const auto& seat : seats_)
            if (seat.event == event) of_event.push_back(seat.id);
        domain::SeatIds seats;
        for (std::uint32_t i = 0; i < count && !of_event.empty(); ++i)
            seats.push_back(of_event[(first + i * stride) % of_event.size()]);
        return seats;
    }
    /// Adds units of a category if the event has any, often in place of the seats.
    void add_items(domain::ReserveSeats& command, const Four& four) const {
        const auto known = model_.categories(command.event, Instant::min());
        if (known.empty()) return;
        const auto& category = known[four[2] % known.size()].category;
        const std::string name = four[3] >= 248 ? "Nowhere" : category.name;
        command.items.push_back({name, 1U + four[3] / 2 % 3U});
        if (known.size() > 1 && four[0] % 4 == 3)
            command.items.push_back({known[(four[2] + 1) % known.size()].category.name, 1});
        if (four[1] / 64 % 2 == 0) command.seats.clear();
    }
    /// A new category, or other terms for one that may exist. Stocks are so small that they often
    /// run out.
    domain::Command some_category(const Four& four, Instant now) const {
        if (four[3] % 2 == 1 && four[3] % 8 != 7)
            if (auto command = too_small_stock(organizer(four[1]), now)) return *std::move(command);
        domain::Category category{
            .name = std::array{"Floor", "Balcony, \"low\"", "夜"}[four[2] % 3],
            .price = 100 + four[1],
            .total_stock = four[3] / 2 % 6U,
        };
        const auto event = some_event(four[0]);
        const auto known = model_.categories(event, Instant::min());
        if (known.empty() || four[3] % 4 == 0)
            return domain::AddCategory{event, organizer(four[1]), category};
        if (four[2] % 8 != 7) category.name = known[four[2] % known.size()].category.name;
        return domain::ChangeCategory{event, organizer(four[1]), category};
    }

    /// Gives a category fewer units than are held, sold and held back; nothing if there is no such
    /// category.
    std::optional<domain::Command> too_small_stock(domain::Organizer by, Instant now) const {
        for (const auto& event : model_.events(kAll, 0)) {
            for (const auto& [category, counts] : model_.categories(event.id, now)) {
                if (counts.out() == 0) continue;
                auto changed = category;
                changed.total_stock = static_cast<std::uint32_t>(counts.out() - 1);
                return domain::ChangeCategory{event.id, std::move(by), std::move(changed)};
            }
        }
        return std::nullopt;
    }

    /// A code from a few of the event, so that allocations often want the same.
    Bits128 some_code(std::uint8_t choice) const { return numbered(6, choice % 8U); }
    domain::AccessCodes some_codes(std::uint8_t choice) const {
        domain::AccessCodes codes;
        for (std::uint8_t i = 0; i < choice % 3; ++i)
            codes.push_back(some_code(choice / 3 + i));
        return codes;
    }
    /// An allocation of some seats or units, or a change or the end of one that may exist.
    domain::Command some_allocation(const Four& four, std::uint8_t more, Instant now) {
        const auto event = some_event(four[0]);
        const auto by = organizer(four[1]);
        const auto name = some_allocation_name(four[2]);
        const auto until = now + std::chrono::seconds{four[3] % 16 * 20 - 60};
        if (more % 8 == 7) return domain::EndAllocation{event, by, name};
        if (more % 8 >= 5) {
            domain::AllocationChange change;
            if (four[3] % 2 == 1) change.limit = 1 + four[3] / 2 % 4;
            if (four[3] % 8 >= 5) change.limit_per_user = 1 + four[3] / 8 % 3;
            if (four[3] % 4 == 2) change.until = until;
            if (four[3] % 16 >= 8) change.codes = some_codes(four[3]);
            return domain::ChangeAllocation{event, by, name, std::move(change)};
        }
        domain::Allocation allocation{.name = name, .codes = some_codes(four[1])};
        const auto known = model_.categories(event, Instant::min());
        if (!known.empty() && more / 8 % 2 == 0) {
            allocation.category =
                four[3] >= 248 ? "Nowhere" : known[four[3] % known.size()].category.name;
            allocation.quantity = 1 + four[3] / 8 % 3;
        } else {
            allocation.seats = some_seats(event, four[3], 1 + more / 8 % 5, 1);
            if (allocation.seats.empty()) allocation.seats.push_back(SeatId{numbered(2, 0)});
        }
        if (four[1] / 8 % 3 == 1) allocation.limit = 1 + four[1] / 32 % 3;
        if (four[1] / 8 % 4 == 2) allocation.limit_per_user = 1 + four[1] / 32 % 2;
        if (more / 64 % 2 == 1) allocation.until = until;
        return domain::AddAllocation{event, by, std::move(allocation)};
    }
    /// Usually wants tickets of an allocation in force with one of its codes.
    domain::Command reserve_with_code(const Four& four, std::uint8_t more, Instant now) {
        auto drawn = reserve(four, more);
        auto& command = std::get<domain::ReserveSeats>(drawn);
        command.access_code = some_code(four[3]);
        auto all = model_.allocations(command.event, now);
        std::erase_if(all, [](const auto& one) { return one.allocation->codes.empty(); });
        if (all.empty() || more % 8 == 7) return drawn;
        const auto& chosen = *all[four[2] % all.size()].allocation;
        command.access_code = chosen.codes[four[3] % chosen.codes.size()];
        if (more % 8 >= 5 || command.best) return drawn;
        if (!chosen.category.empty()) {
            command.items = {{chosen.category, 1U + more % 3U}};
            if (more / 8 % 2 == 1) command.seats.clear();
        } else {
            command.seats = {chosen.seats[four[1] % chosen.seats.size()]};
            if (more % 2 == 1 && chosen.seats.size() > 1)
                command.seats.push_back(chosen.seats[(four[1] + 1U) % chosen.seats.size()]);
        }
        return drawn;
    }

    /// Returns one of the newest orders that have one of these statuses.
    std::optional<domain::Order> some_order(
        std::uint8_t choice,
        Instant now,
        std::initializer_list<domain::OrderStatus> statuses
    ) const {
        auto left = choice % 3;
        for (const auto id : orders_ | std::views::reverse) {
            const auto view = model_.order(id, now);
            if (view && std::ranges::count(statuses, view->status) > 0 && left-- == 0)
                return view->order;
        }
        return std::nullopt;
    }
    /// Returns one of the newest orders, rarely an older one or one that never existed. There must
    /// be one.
    domain::Order any_order(std::uint8_t choice, Instant now) const {
        domain::Order order{.id = OrderId{numbered(9, 9)}, .user = user(choice)};
        if (choice % 32 == 31) return order;
        const auto back = choice % (choice < 192 ? 8 : orders_.size());
        order.id = orders_[orders_.size() - 1 - back % orders_.size()];
        if (const auto view = model_.order(order.id, now)) return view->order;
        return order;
    }

    domain::Command place_order(const Four& four, Instant now) {
        const auto* made = four[0] < 224 ? some_pending(four[0] % 4, now) : some_made(four[0]);
        if (made != nullptr && four[1] % 8 == 7)
            if (const auto order = some_order(0, now, {domain::OrderStatus::created}))
                return place_order(four, order->reservation, order->user);
        if (made == nullptr && four[1] % 16 != 14) return reserve(four, four[2]);
        if (made == nullptr) return place_order(four, ReservationId{numbered(9, 9)}, user(four[1]));
        return place_order(four, made->as_created.id, made->as_created.user);
    }
    domain::Command
    place_order(const Four& four, ReservationId reservation, const std::string& owner) {
        return domain::PlaceOrder{
            .order = OrderId{new_id(6)},
            .reservation = reservation,
            .user = four[1] % 16 == 15 ? user(four[1]) : owner,
            .request = {.key = numbered(4, made_), .content = Bits128{made_, 0}},
            .accepts_terms = four[2] % 4 != 3,
        };
    }
    /// Has the buyer of the newest order that can be paid go on paying, while the hold still runs.
    /// Nothing if there is no such order, and sometimes otherwise, but seldom if its payments are
    /// always declined, so that such a buyer tries too often.
    std::optional<domain::Command>
    go_on_paying(const Four& four, std::uint8_t choice, Instant now) {
        using enum domain::OrderStatus;
        const auto order = some_order(0, now, {created, paying});
        if (!order || order->closed_at || choice % 8 < (is_always_declined(*order) ? 1 : 5))
            return std::nullopt;
        if (order->payments.empty() || order->payments.back().status != domain::PaymentStatus::open)
            return start_payment(four, *order);
        return note_payment(four, order->payments.back().id, now);
    }
    static bool is_always_declined(const domain::Order& order) {
        return order.id.bits().lo % 4 == 3;
    }
    bool is_being_tried_in_vain(Instant now) const {
        using enum domain::OrderStatus;
        const auto order = some_order(0, now, {created, paying});
        if (!order || order->closed_at || !is_always_declined(*order)) return false;
        const auto& payments = order->payments;
        return !payments.empty() && (payments.size() < domain::kPaymentsMax ||
                                     payments.back().status == domain::PaymentStatus::open);
    }
    /// Usually pays for an order that can be paid.
    domain::Command start_payment(const Four& four, Instant now) {
        if (orders_.empty()) return place_order(four, now);
        std::optional<domain::Order> order;
        if (four[0] < 224) order = some_order(four[0], now, {domain::OrderStatus::created});
        return start_payment(four, order ? *order : any_order(four[2], now));
    }
    domain::Command start_payment(const Four& four, const domain::Order& order) {
        domain::StartPayment command{
            .payment = PaymentId{new_id(7)},
            .order = order.id,
            .user = four[1] % 16 != 15 ? order.user : user(four[1]),
            .provider = four[3] % 8 == 7 ? "other" : "sim",
            .token = "",
            .return_url = "",
            .request = {.key = numbered(4, made_), .content = Bits128{made_, 0}},
        };
        (four[3] % 2 == 0 ? command.token : command.return_url) =
            "tok \"" + std::to_string(four[3]) + "\"";
        return command;
    }
    /// News of one of the newest payments, or of one that never existed.
    domain::Command note_payment(const Four& four, Instant now) {
        if (payments_.empty()) return start_payment(four, now);
        if (four[0] >= 250) return note_payment(four, PaymentId{numbered(9, 9)}, now);
        const auto back = four[0] % (four[0] < 224 ? 4 : payments_.size());
        return note_payment(four, payments_[payments_.size() - 1 - back % payments_.size()], now);
    }
    /// Some orders' payments are always declined.
    domain::Command note_payment(const Four& four, PaymentId payment, Instant now) const {
        domain::NotePayment command{.payment = payment};
        const auto order = model_.order_of(command.payment);
        using enum domain::PaymentNews;
        constexpr std::array kNews{
            succeeded,
            succeeded,
            succeeded,
            succeeded,
            declined,
            declined,
            pending,
            disputed,
            undisputed
        };
        command.news = kNews[four[1] % kNews.size()];
        if (order && is_always_declined(*order)) command.news = declined;
        command.reference = four[2] % 2 == 0 ? "ref " + std::to_string(four[3] % 3) : "";
        if (command.news == pending && four[2] % 4 < 2)
            command.redirect_url = "https://pay.example";
        if (command.news == declined) command.code = "no_funds";
        if (order) {
            command.provider = model_.provider_of(*order, payment);
            command.amount = order->amount;
            command.currency = order->currency;
        }
        if (four[2] % 32 == 28) command.by = "root";
        if (four[2] % 32 == 29) command.provider = "another";
        if (four[3] % 2 == 0)
            command.signed_at = std::chrono::floor<std::chrono::seconds>(
                now + std::chrono::seconds{four[3] % 7 - 3}
            );
        if (four[2] % 32 == 30) command.amount += 1;
        if (four[2] % 32 == 31) command.currency = *Currency::parse("CHF");
        return command;
    }
    /// Refunds all or some of an order, sometimes more than there is.
    domain::Command refund(const Four& four, Instant now) {
        using enum domain::OrderStatus;
        if (orders_.empty()) return sell_at_box_office(four, four[2]);
        std::optional<domain::Order> order;
        if (four[0] < 224) order = some_order(four[0], now, {paid, refunding});
        domain::RefundOrder command{
            .refund = RefundId{new_id(8)},
            .order = order ? order->id : any_order(four[2], now).id,
            .by = organizer(four[1]),
            .seats = {},
            .items = {},
            .returns_to_sale = four[3] % 2 == 1,
        };
        const auto event = order ? model_.event(order->event) : std::nullopt;
        command.despite_dispute = four[1] % 32 >= 24;
        if (four[3] % 16 >= 8 && event && event->cancelled) {
            command.refund = {};
            command.reason = domain::RefundReason::event_cancelled;
            return command;
        }
        if (order && four[0] % 8 == 5) {
            const auto all = model_.tickets(order->reservation);
            for (std::size_t i = four[1] % 4U; i < all.size(); i += 3)
                command.tickets.push_back(all[i].id);
            if (four[1] % 32 == 4) command.tickets.push_back({order->reservation, 40});
        }
        if (!order || four[2] % 4 == 0) return command;
        for (const auto& line : order->lines) {
            if (four[2] % 4 == 1 && !(command.seats.empty() && command.items.empty())) break;
            if (line.kind == domain::LineKind::seat)
                command.seats.push_back(line.seat);
            else if (std::ranges::count(
                         command.items, line.category, &domain::WantedItem::category
                     ) == 0)
                command.items.push_back({line.category, 1U + four[3] / 16 % 3U});
        }
        if (four[2] % 32 == 30) command.seats.push_back(SeatId{numbered(2, 1)});
        if (four[2] % 32 == 31 && !command.seats.empty())
            command.seats.push_back(command.seats.front());
        return command;
    }
    domain::Command note_refund(const Four& four, Instant now) {
        domain::NoteRefund command{.refund = RefundId{numbered(9, 9)}};
        const auto known = model_.refunds();
        if (known.empty()) return refund(four, now);
        if (four[0] < 240)
            command.refund = known[known.size() - 1 - four[0] % std::min(known.size(), 4UZ)];
        command.provider = four[2] % 32 == 29 ? "another" : model_.provider_of(command.refund);
        command.is_done = four[1] % 4 != 3;
        (command.is_done ? command.reference : command.code) = "re " + std::to_string(four[2] % 4);
        if (four[3] % 4 == 3) command.by = "root";
        command.is_answer = four[3] % 4 == 2;
        return command;
    }
    domain::Command sell_at_box_office(const Four& four, std::uint8_t more) {
        auto claim = std::get<domain::ReserveSeats>(reserve(four, more));
        const auto by = organizer(four[3]);
        return domain::SellAtBoxOffice{
            .claim = std::make_shared<const domain::ReserveSeats>(std::move(claim)),
            .order = OrderId{new_id(6)},
            .payment = PaymentId{new_id(7)},
            .by = by,
            .method = choices(domain::PaymentMethod{})[1 + four[0] % 4U],
        };
    }
    domain::Command cancel_event(const Four& four) const {
        return domain::CancelEvent{.event = some_event(four[0]), .by = organizer(four[2])};
    }
    /// Repeats one of the newest orders or payments. Like a server, gives it new ids. Sometimes
    /// changes its content.
    domain::Command repeat_payment(const Four& four) {
        if (payment_requests_.empty()) return reserve(four, 0);
        const auto back = four[0] % (four[0] < 192 ? 8 : payment_requests_.size());
        auto command =
            payment_requests_[payment_requests_.size() - 1 - back % payment_requests_.size()];
        const auto change = [&](domain::RequestMark& request) {
            if (four[1] % 8 == 6) request.content = Bits128{7, made_};
        };
        if (auto* place = std::get_if<domain::PlaceOrder>(&command)) {
            place->order = OrderId{new_id(6)};
            change(place->request);
        }
        if (auto* start = std::get_if<domain::StartPayment>(&command)) {
            start->payment = PaymentId{new_id(7)};
            change(start->request);
        }
        if (auto* sell = std::get_if<domain::SellAtBoxOffice>(&command)) {
            auto claim = *sell->claim;
            claim.reservation = ReservationId{new_id(3)};
            change(claim.request);
            sell->claim = std::make_shared<const domain::ReserveSeats>(std::move(claim));
            sell->order = OrderId{new_id(6)};
            sell->payment = PaymentId{new_id(7)};
        }
        return command;
    }

    /// A ticket of one of the newest reservations that were sold; with `is_used`, a used one if
    /// there is one.
    std::optional<domain::TicketView> some_ticket(const Four& four, bool is_used) const {
        std::optional<domain::TicketView> some;
        auto left = four[0] % 4;
        for (const auto& made : reservations_ | std::views::reverse | std::views::take(64)) {
            const auto all = model_.tickets(made.as_created.id);
            const auto used =
                std::ranges::find(all, domain::TicketStatus::used, &domain::TicketView::status);
            if (is_used && used != all.end()) return *used;
            if (!all.empty() && left-- == 0) some = all[four[1] % all.size()];
            if (some && !is_used) break;
        }
        return some;
    }
    domain::Command some_ticket_command(const Four& four, std::uint8_t more, Instant now) {
        const auto choice = more / 4 % 8;
        const auto ticket = some_ticket(four, choice == 0 && four[2] % 4 != 0);
        if (!ticket) return confirm(four);
        auto id = ticket->id;
        if (four[1] >= 248) id.number += 40;
        switch (choice) {
            default:
                return check_in(*ticket, id, four, more, now);
            case 0:
                return domain::ReinstateTicket{id, organizer(four[2])};
            case 1:
                return domain::TransferTicket{
                    id, four[2] % 16 == 15 ? user(four[3]) : ticket->holder, user(four[2])
                };
            case 2: {
                const domain::Organizer holder{ticket->holder, false};
                return domain::ReissueTicket{id, four[2] % 2 == 0 ? holder : organizer(four[3])};
            }
        }
    }
    /// Up to three scans of one ticket: now or before, with ids that occur again.
    domain::Command check_in(
        const domain::TicketView& ticket,
        domain::TicketId id,
        const Four& four,
        std::uint8_t more,
        Instant now
    ) {
        std::vector<domain::ScannedCode> scans;
        for (unsigned i = 0; i <= more / 32U % 3U; ++i) {
            const auto choice = four[2] / (1U << i) + four[3];
            domain::ScannedCode code{
                .ticket = id,
                .event = choice % 32 == 31 ? some_event(four[3]) : ticket.event,
                .issue = ticket.issue - (choice % 16 == 15 ? 1 : 0),
                .scan = {ScanId{numbered(11, choice % 16U)}, domain::kScannedNow, {}},
            };
            if (choice % 3 != 0) code.scan.at = now + Millis{1} - Millis{choice * choice % 5'000U};
            if (choice % 4 != 0) code.scan.gate = "Gate " + std::to_string(choice % 4U);
            scans.push_back(std::move(code));
        }
        domain::CheckInTickets command{
            .by = organizer(four[3]),
            .event = std::nullopt,
            .scans = std::make_shared<const std::vector<domain::ScannedCode>>(std::move(scans)),
        };
        if (four[3] % 16 == 8) command.by.sub = some_member(four[2]);
        if (four[3] % 4 == 1) command.event = ticket.event;
        if (four[3] % 32 == 30) command.event = some_event(four[2]);
        return command;
    }

    domain::Command confirm(const Four& four) const {
        return domain::ConfirmReservation{some_reservation(four[0]), buyer(four), four[2] % 4 != 3};
    }

    /// Often extends up to the last second that is allowed, or a second further.
    domain::Command extend(const Four& four, Instant now) const {
        using namespace std::chrono_literals;
        auto by = std::chrono::seconds{1 + 60 * (four[2] % 20)};
        if (const auto* made = some_made(four[0]); made != nullptr && four[2] >= 160) {
            const auto& first = made->as_created;
            const auto present = model_.reservation(first.id, now);
            const auto latest = first.created_at + 3 * (first.expires_at - first.created_at);
            // A reservation isn't shown any more once a day has passed since its end.
            if (present)
                by = std::chrono::floor<std::chrono::seconds>(latest - present->expires_at) +
                     (four[2] % 2) * 1s;
        }
        // A request can't ask for less than a second, and the domain relies on that.
        if (by < 1s) return confirm(four);
        return domain::ExtendReservation{some_reservation(four[0]), buyer(four), by};
    }

    /// Swaps, adds or gives back a seat or some units; rarely asks for what can't be done.
    domain::Command change(const Four& four, Instant now) const {
        const auto* made = four[0] < 224 ? some_pending(four[0], now) : some_made(four[0]);
        domain::ChangeReservation command{
            .reservation = made == nullptr ? ReservationId{numbered(9, 9)} : made->as_created.id,
            .user = made == nullptr || four[1] % 16 == 15 ? user(four[1]) : made->as_created.user,
        };
        const auto present = model_.reservation(command.reservation, now);
        if (present && four[3] % 4 != 0) give_back(command, *present, four);
        if (!present || four[3] % 4 < 2) add_some(command, present, four);
        const bool is_empty = command.add_seats.empty() && command.add_items.empty() &&
                              command.remove_seats.empty() && command.remove_items.empty();
        // A request can't change nothing.
        if (is_empty || four[2] % 16 == 15)
            command.remove_seats.push_back(SeatId{numbered(2, four[2] % (next_seat_ + 1))});
        if (four[2] % 32 == 30 && !command.add_seats.empty())
            command.remove_seats.push_back(command.add_seats.front());
        if (present && four[1] / 16 % 4 == 3) {
            command.if_match = {Bits128{7, 7}};
            if (four[1] / 64 % 2 == 1) command.if_match->push_back(domain::tag_of(*present));
        }
        return command;
    }
    /// Gives back a seat, or some of the units; sometimes all, or more than there is.
    static void give_back(
        domain::ChangeReservation& command,
        const domain::Reservation& present,
        const Four& four
    ) {
        const bool is_all = four[3] / 4 % 4 == 3;
        for (const auto seat : present.seats)
            if (is_all || command.remove_seats.empty()) command.remove_seats.push_back(seat);
        if (!is_all && !command.remove_seats.empty() && four[2] % 3 != 0) return;
        for (const auto& item : present.items) {
            const auto& known = command.remove_items;
            if (std::ranges::find(known, item.category, &domain::WantedItem::category) !=
                known.end())
                continue;
            const auto units = is_all ? item.quantity : 1U + four[3] / 32 % 4U;
            command.remove_items.push_back({item.category, units});
        }
    }
    /// Adds a seat of the event, or units of one of its categories.
    void add_some(
        domain::ChangeReservation& command,
        const std::optional<domain::Reservation>& present,
        const Four& four
    ) const {
        const auto event = present ? present->event : some_event(four[0]);
        const auto categories = model_.categories(event, Instant::min());
        if (!categories.empty() && four[2] % 4 == 0) {
            const auto& name = categories[four[2] / 4 % categories.size()].category.name;
            command.add_items.push_back({four[3] >= 248 ? "Nowhere" : name, 1U + four[3] / 8 % 3U});
            return;
        }
        domain::SeatIds of_event;
        for (const auto& seat : seats_)
            if (seat.event == event) of_event.push_back(seat.id);
        if (of_event.empty() || four[3] >= 248)
            of_event.push_back(SeatId{numbered(2, four[2] % (next_seat_ + 1))});
        command.add_seats.push_back(of_event[four[2] % of_event.size()]);
    }

    /// Repeats a request, sometimes with other content, which may mean the same or something else.
    domain::Command repeat(const Four& four) {
        if (reservations_.empty()) return reserve(four, 0);
        const auto& made = reservations_[four[0] % reservations_.size()];
        if (made.is_by_box_office) return reserve(four, 0);
        auto command = made.asked;
        command.reservation = ReservationId{new_id(3)};
        if (four[1] % 2 == 0) return command;
        command.request.content = Bits128{7, made_};
        const auto& first = made.as_created;
        if (four[1] % 4 == 1) std::ranges::reverse(command.seats);
        if (four[1] % 8 >= 6) command.hold.reset();
        if (four[1] % 16 == 5)
            command.hold =
                std::chrono::floor<std::chrono::seconds>(first.expires_at - first.created_at);
        if (four[1] % 16 == 13) command.hold = std::chrono::seconds{1 + four[2]};
        if (four[1] % 16 == 11 && !command.seats.empty())
            command.seats.push_back(command.seats.front());
        if (four[1] % 16 == 9 && !command.items.empty()) ++command.items.front().quantity;
        if (four[1] % 16 == 15) command.access_code = some_code(four[2]);
        if (four[1] % 32 == 3) command.access_code.reset();
        return command;
    }

    /// Gives a key to a command that has none.
    void give_key(domain::Command& command) {
        const auto* const refund = std::get_if<domain::RefundOrder>(&command);
        // The runner has no keys.
        if (refund != nullptr && refund->reason == domain::RefundReason::event_cancelled) return;
        with_optional_key(command, [&](auto& one) {
            if (!one.request) one.request = {.key = new_id(4), .content = Bits128{made_, 0}};
        });
    }

    /// Repeats one of the keyed commands, usually a recent one. Like a server, gives it new ids.
    /// Sometimes changes its content, or gives it the idempotency key of a reservation.
    domain::Command repeat_keyed(const Four& four) {
        const auto back = four[0] % (four[0] < 192 ? 8 : keyed_.size());
        auto command = keyed_[keyed_.size() - 1 - back % keyed_.size()].asked;
        if (auto* create = std::get_if<domain::CreateEvent>(&command))
            create->event = EventId{new_id(1)};
        if (auto* add = std::get_if<domain::AddSeats>(&command)) {
            auto block = std::make_shared<domain::SeatBlock>(*add->block);
            block->first_id = SeatId{numbered(2, next_seat_)};
            next_seat_ += block->seats.size();
            add->block = std::move(block);
        }
        if (auto* create = std::get_if<domain::CreateApiKey>(&command)) {
            create->key = ApiKeyId{new_id(5)};
            create->digest = digest_of(create->key, four[2]);
        }
        if (auto* refund = std::get_if<domain::RefundOrder>(&command))
            refund->refund = RefundId{new_id(8)};
        with_optional_key(command, [&](auto& one) {
            if (four[1] % 8 == 7) one.request->content = Bits128{7, made_};
            // Keys of orders and refunds are remembered for longer than others. A digest of the
            // route is in each key, so that no other command has one of these.
            const bool is_refund = std::holds_alternative<domain::RefundOrder>(command);
            if (four[1] % 16 == 6 && !reservations_.empty() && !is_refund &&
                !reservations_.back().is_by_box_office)
                one.request->key = reservations_.back().asked.request.key;
        });
        return command;
    }

    static domain::ApiKeyDigest digest_of(ApiKeyId id, std::uint8_t choice) {
        domain::ApiKeyDigest digest{};
        const auto bits = id.bits();
        std::memcpy(digest.data(), &bits, sizeof bits);
        digest.back() = choice;
        return digest;
    }
    domain::Command create_key(const Four& four) {
        const ApiKeyId id{new_id(5)};
        return domain::CreateApiKey{
            .key = id,
            .name = "Gate \"" + std::to_string(four[2]) + "\"",
            .role = static_cast<domain::Role>(four[3] % 4),
            .prefix = "frk_" + std::to_string(four[0]),
            .digest = digest_of(id, four[1]),
            .by = "root",
            .account = four[1] % 2 == 0 ? "" : some_account(four),
        };
    }
    /// The account of a buyer or of an API key, often of the key that `four[0]` chooses.
    std::string some_account(const Four& four) const {
        if (four[2] % 2 == 0) return user(four[3]);
        return "api-key:" + some_key(four[2] % 4 == 1 ? four[0] : four[3]).to_string();
    }
    /// The id of an API key, rarely of one that never existed.
    ApiKeyId some_key(std::uint8_t choice) const {
        const bool is_none = keys_.empty() || choice % 16 == 15;
        return is_none ? ApiKeyId{numbered(9, 9)} : keys_[choice % keys_.size()];
    }

    std::uint64_t number_;
    NaiveModel model_;
    bool is_raised_ = false;
    std::uint64_t made_ = 0;
    std::uint64_t next_seat_ = 1;
    std::vector<EventId> events_;
    std::vector<Seat> seats_;
    /// The accepted reservations.
    std::vector<Made> reservations_;
    std::vector<OrderId> orders_;
    std::vector<PaymentId> payments_;
    /// The accepted commands whose idempotency key belongs to an order or a payment.
    std::vector<domain::Command> payment_requests_;
    std::vector<ApiKeyId> keys_;
    /// The accepted commands with an optional key.
    std::vector<Keyed> keyed_;
};

}  // namespace frontrow::test
