#include "store/cluster/gate_keeper.h"

#include "io/redis/redis_script.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>

namespace frontrow::store::cluster {
namespace {

using domain::Inventory;
using domain::ReservationStatus;
using redis::GateUpdate;

constexpr std::string_view kKeeperKey = "fr:keeper";
/// A keeper that says nothing for this long is none any more.
constexpr std::string_view kKeeperMs = "1500";
constexpr std::size_t kEventsMax = 32;
constexpr std::size_t kSeatsAtOnce = 1'000;
/// A fact is remembered for 60 s without being told again.
constexpr std::chrono::seconds kRenewAfter{30};
/// Beyond this many changes since the last round it's simpler to tell everything.
constexpr std::size_t kChangesMax = 100'000;

/// The name stays its own while it is renewed; only a name that is gone is taken. 2: it was gone,
/// be it because its keeper died or because Redis forgot everything.
const io::RedisScript& keeper_script() {
    static const io::RedisScript script{R"lua(
local keeper = redis.call('GET', KEYS[1])
if keeper and keeper ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return keeper and 1 or 2
)lua"};
    return script;
}

/// Updates that own what they point to, told in pieces of a bounded size.
class Telling {
public:
    Telling(redis::SeatGate& gate, const Inventory& inventory)
        : gate_{gate}, inventory_{inventory} {}

    void add(const Inventory::ReservationRow& row, Instant now) {
        const auto& event = inventory_.event(row.event);
        if (event.deleted) return;
        const auto status = Inventory::status_of(row, now);
        const bool is_sold = status == ReservationStatus::confirmed;
        const bool is_held = status == ReservationStatus::pending;
        domain::SeatIds seats;
        for (const auto seat : row.seats) {
            // Of one that has ended some may be another's by now.
            const bool is_his = is_sold || is_held;
            const bool is_free =
                inventory_.seat_status(event, seat, now) == domain::SeatStatus::available;
            if (is_his || is_free) seats.push_back(Inventory::seat_id(event, seat));
        }
        auto kind = GateUpdate::Kind::free;
        if (is_sold) kind = GateUpdate::Kind::sold;
        if (is_held) kind = GateUpdate::Kind::held;
        add(event, std::move(seats), kind, row.request.key, row.expires_at);
    }

    void add_free(const Inventory::EventRow& event, domain::SeatIds seats) {
        add(event, std::move(seats), GateUpdate::Kind::free, {}, {});
    }

    io::Awaitable<bool> tell() {
        std::vector<GateUpdate> updates;
        std::size_t seats = 0;
        for (std::size_t i = 0; i < kept_.size(); ++i) {
            updates.push_back(kept_[i]);
            updates.back().seats = seats_[i];
            seats += seats_[i].size();
            if (seats < kSeatsAtOnce && i + 1 < kept_.size()) continue;
            if (!co_await gate_.apply(updates)) co_return false;
            updates.clear();
            seats = 0;
        }
        co_return true;
    }

private:
    void add(
        const Inventory::EventRow& event,
        domain::SeatIds seats,
        GateUpdate::Kind kind,
        Bits128 owner,
        Instant until
    ) {
        if (seats.empty()) return;
        // What the view says of the event is as of its newest fact.
        kept_.push_back({
            .event = event.event.id,
            .seats = {},
            .owner = owner,
            .seq = event.last_seq,
            .kind = kind,
            .until = until,
        });
        seats_.push_back(std::move(seats));
    }

    redis::SeatGate& gate_;
    const Inventory& inventory_;
    std::vector<GateUpdate> kept_;
    std::vector<domain::SeatIds> seats_;
};

}  // namespace

GateKeeper::GateKeeper(
    postgres::PostgresStore& truth,
    redis::SeatGate& gate,
    io::RedisClient& client,
    const io::Clock& clock,
    Bits128 name
)
    : truth_{truth}, gate_{gate}, client_{client}, clock_{clock} {
    append_hex128(name_, name);
}

void GateKeeper::take(const domain::Fact& fact) {
    using namespace domain;
    const auto changed = [this](const auto& body) {
        if constexpr (requires { body.reservation; }) {
            if (changed_.size() < kChangesMax) changed_.push_back(body.reservation);
        }
    };
    std::visit(changed, fact.body);
}

io::Awaitable<bool> GateKeeper::is_keeper() {
    const std::array keys{kKeeperKey};
    const std::array<std::string_view, 2> arguments{name_, kKeeperMs};
    const auto answer = co_await client_.eval_sha(keeper_script(), keys, arguments);
    if (answer && answer->integer == 2) known_.clear();
    co_return answer && answer->integer > 0;
}

io::Awaitable<void> GateKeeper::work() {
    if (!co_await is_keeper()) {
        changed_.clear();
        known_.clear();
        co_return;
    }
    const auto head_read_at = clock_.now();
    if (!co_await truth_.up_to_date()) co_return;
    if (!co_await tell_changes()) {
        known_.clear();
        co_return;
    }
    std::vector<EventId> whole;
    for (const auto id : events_to_keep(head_read_at)) {
        const auto* event = truth_.inventory().find_event(id);
        if (event == nullptr) continue;
        auto& known = known_[id];
        if (known.is_whole && head_read_at - known.renewed_at < kRenewAfter) {
            whole.push_back(id);
            continue;
        }
        if (!co_await tell_seats(*event, !known.is_whole)) {
            known_.clear();
            co_return;
        }
        // From the next round on, which reads the head after this.
        known_[id] = {.is_whole = true, .renewed_at = head_read_at};
    }
    if (!whole.empty()) (void)co_await gate_.vouch(whole, head_read_at);
}

io::Awaitable<bool> GateKeeper::tell_changes() {
    const auto changed = std::exchange(changed_, {});
    if (changed.size() >= kChangesMax) co_return false;
    const auto& inventory = truth_.inventory();
    Telling telling{gate_, inventory};
    for (const auto id : changed) {
        if (const auto* row = inventory.find_reservation(id)) telling.add(*row, truth_.now());
    }
    co_return co_await telling.tell();
}

io::Awaitable<bool> GateKeeper::tell_seats(const EventRow& event, bool free_ones_too) {
    const auto& inventory = truth_.inventory();
    const auto now = truth_.now();
    Telling telling{gate_, inventory};
    domain::SeatIds free_seats;
    for (domain::SeatIndex seat = 0; seat < event.holders.size(); ++seat) {
        if (inventory.seat_status(event, seat, now) == domain::SeatStatus::available) {
            if (free_ones_too) free_seats.push_back(Inventory::seat_id(event, seat));
            if (free_seats.size() == kSeatsAtOnce)
                telling.add_free(event, std::exchange(free_seats, {}));
            continue;
        }
        // A reservation's seats are told at its first.
        const auto& row = inventory.reservation(event.holders[seat]);
        if (row.seats.front() == seat) telling.add(row, now);
    }
    telling.add_free(event, std::move(free_seats));
    co_return co_await telling.tell();
}

/// Those in which something happened last, and that still sell.
std::vector<EventId> GateKeeper::events_to_keep(Instant now) const {
    return truth_.inventory().newest_events(kEventsMax, now);
}

}  // namespace frontrow::store::cluster
