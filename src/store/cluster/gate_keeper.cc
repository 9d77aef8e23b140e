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
constexpr std::string_view kLastKeeperKey = "fr:keeper:last";
constexpr std::size_t kEventsMax = 32;
/// Seats looked at, or changes told, before the clock is.
constexpr std::size_t kAtOnce = 1'000;
/// A fact is remembered for 60 s without being told again.
constexpr std::chrono::seconds kRenewAfter{30};
/// Beyond this many changes that wait it's simpler to tell everything.
constexpr std::size_t kChangesMax = 100'000;

/// The name stays its own while it is renewed; only a name that is gone is taken. The last keeper's
/// stays for ever: 2 says that it was another's, or that Redis has forgotten it.
const io::RedisScript& keeper_script() {
    static const io::RedisScript script{R"lua(
local keeper = redis.call('GET', KEYS[1])
if keeper and keeper ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local last = redis.call('GET', KEYS[2])
redis.call('SET', KEYS[2], ARGV[1])
return last == ARGV[1] and 1 or 2
)lua"};
    return script;
}

}  // namespace

/// Updates, with the seats that they point to.
class GateKeeper::Telling {
public:
    explicit Telling(const Inventory& inventory) : inventory_{inventory} {}

    /// What is true of the reservation's seats now.
    void add(const Inventory::ReservationRow& row, Bits128 edition, Instant now) {
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
        if (seats.empty()) return;
        // What the view says of the event is as of its newest fact.
        updates_.push_back({
            .event = event.event.id,
            .edition = edition,
            .seats = {},
            .owner = row.request.key,
            .seq = event.last_seq(),
            .kind = kind,
            .until = row.expires_at,
        });
        seats_.push_back(std::move(seats));
    }

    std::span<const GateUpdate> all() {
        for (std::size_t i = 0; i < updates_.size(); ++i)
            updates_[i].seats = seats_[i];
        return updates_;
    }

private:
    const Inventory& inventory_;
    std::vector<GateUpdate> updates_;
    std::vector<domain::SeatIds> seats_;
};

GateKeeper::GateKeeper(Ports ports, Settings settings) : ports_{ports}, settings_{settings} {
    append_hex128(name_, ports_.random.next());
}

void GateKeeper::take(const domain::Fact& fact) {
    using namespace domain;
    if (!ports_.is_contested(fact.event)) {
        // Should it be contested again it is told from the beginning.
        known_.erase(fact.event);
        return;
    }
    const auto changed = [this](const auto& body) {
        if constexpr (requires { body.reservation; }) {
            if (changed_.size() < kChangesMax) changed_.push_back(body.reservation);
        }
    };
    std::visit(changed, fact.body);
}

void GateKeeper::forget() {
    known_.clear();
    // They are in what will be told.
    changed_.clear();
}

io::Awaitable<void> GateKeeper::work() {
    if (!co_await is_keeper()) co_return;
    const Instant head_read_at = ports_.clock.now();
    if (!co_await ports_.truth.up_to_date()) co_return;
    const Instant until = ports_.clock.now() + settings_.telling_time;
    const auto events = events_to_keep(head_read_at);
    if (co_await tell_changes(until)) co_await vouch(events, head_read_at);
    co_await tell_seats(events, until);
}

std::vector<EventId> GateKeeper::events_to_keep(Instant now) const {
    auto events = ports_.truth.inventory().newest_events(kEventsMax, now);
    std::erase_if(events, [this](EventId event) { return !ports_.is_contested(event); });
    return events;
}

/// What Redis doesn't answer changes nothing yet.
io::Awaitable<bool> GateKeeper::is_keeper() {
    const std::array keys{kKeeperKey, kLastKeeperKey};
    const auto life = std::to_string(settings_.name_time.count());
    const std::array<std::string_view, 2> arguments{name_, life};
    const auto answer = co_await ports_.client.eval_sha(keeper_script(), keys, arguments);
    if (!answer) co_return false;
    if (answer->integer != 1) forget();
    co_return answer->integer != 0;
}

/// False: time is up, and some of what the head has is left for the next round.
io::Awaitable<bool> GateKeeper::tell_changes(Instant until) {
    auto changed = std::exchange(changed_, {});
    if (changed.size() >= kChangesMax) {
        forget();
        co_return true;
    }
    std::size_t told = 0;
    do {
        const auto count = std::min(changed.size() - told, kAtOnce);
        co_await tell_changes(std::span{changed}.subspan(told, count));
        told += count;
    } while (told < changed.size() && ports_.clock.now() < until);
    changed.erase(changed.begin(), changed.begin() + static_cast<std::ptrdiff_t>(told));
    changed_.insert(changed_.begin(), changed.begin(), changed.end());
    co_return changed.empty();
}

io::Awaitable<void> GateKeeper::tell_changes(std::span<const ReservationId> changed) {
    const auto& inventory = ports_.truth.inventory();
    Telling telling{inventory};
    for (const auto id : changed) {
        const auto* row = inventory.find_reservation(id);
        if (row == nullptr) continue;
        // Of an event that isn't told they end claims, and count for nothing else.
        const auto known = known_.find(inventory.event(row->event).event.id);
        const auto edition = known == known_.end() ? Bits128{} : known->second.edition;
        telling.add(*row, edition, ports_.truth.now());
    }
    co_await tell(telling);
}

io::Awaitable<void> GateKeeper::vouch(std::span<const EventId> events, Instant head_read_at) {
    std::vector<redis::GateVouch> vouches;
    for (const auto event : events) {
        const auto known = known_.find(event);
        if (known != known_.end() && known->second.is_whole)
            vouches.push_back({event, known->second.edition});
    }
    (void)co_await ports_.gate.vouch(vouches, head_read_at);
}

/// Goes on where the round before stopped, those first in which something happened last. What is
/// whole by then is vouched for in the next round.
io::Awaitable<void> GateKeeper::tell_seats(std::span<const EventId> events, Instant until) {
    for (const auto id : events) {
        const auto* event = ports_.truth.inventory().find_event(id);
        while (event != nullptr && is_due(id)) {
            co_await tell_some_seats(*event);
            if (ports_.clock.now() >= until) co_return;
        }
    }
}

bool GateKeeper::is_due(EventId event) const {
    const auto known = known_.find(event);
    if (known == known_.end()) return true;
    const auto& [edition, begun_at, next, is_whole] = known->second;
    return !is_whole || next > 0 || ports_.clock.now() - begun_at >= kRenewAfter;
}

/// The next of an event's seats that are taken. Those that are free have nothing in this edition.
io::Awaitable<void> GateKeeper::tell_some_seats(const EventRow& event) {
    const auto& inventory = ports_.truth.inventory();
    const auto now = ports_.truth.now();
    auto& known = known_[event.event.id];
    if (known.edition == Bits128{}) known.edition = ports_.random.next();
    if (known.next == 0) known.begun_at = ports_.clock.now();
    Telling telling{inventory};
    const auto count = event.holders.size();
    const auto end = std::min(known.next + kAtOnce, count);
    for (auto seat = static_cast<domain::SeatIndex>(known.next); seat < end; ++seat) {
        if (inventory.seat_status(event, seat, now) == domain::SeatStatus::available) continue;
        // A reservation's seats are told at its first.
        const auto& row = inventory.reservation(event.holders[seat]);
        if (row.seats.front() == seat) telling.add(row, known.edition, now);
    }
    known.next = end < count ? end : 0;
    if (end == count) known.is_whole = true;
    co_await tell(telling);
}

/// Forgets the events of which something may not have arrived.
io::Awaitable<void> GateKeeper::tell(Telling& telling) {
    const auto updates = telling.all();
    if (co_await ports_.gate.apply(updates)) co_return;
    for (const auto& update : updates)
        known_.erase(update.event);
}

}  // namespace frontrow::store::cluster
