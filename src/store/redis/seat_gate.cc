#include "store/redis/seat_gate.h"

#include "base/check.h"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace frontrow::store::redis {
namespace {

constexpr Millis kWrongAtMost{2'000};
/// Bound on the seats of one request: a script's arguments must fit on Lua's stack.
constexpr std::size_t kSeatsMax = 1'000;
/// Seats per script run for actions that needn't be atomic, so that no run blocks Redis for long.
constexpr std::size_t kSeatsInCall = 250;

std::string hex(Bits128 bits) {
    std::string text;
    append_hex128(text, bits);
    return text;
}

/// Runs of a script. Owns the keys and arguments of each.
class Runs {
public:
    /// Starts a run with the arguments `words`. add_seats() adds keys to the latest run.
    void begin(std::vector<std::string> words) { runs_.push_back({.args = std::move(words)}); }
    void add_seats(EventId event, std::span<const SeatId> seats) {
        std::string key = "fr:{";
        append_uuid(key, event.bits());
        key += "}:";
        const auto size = key.size();
        for (const auto seat : seats) {
            key.resize(size);
            append_uuid(key, seat.bits());
            runs_.back().keys.push_back(key);
        }
    }

    bool empty() const { return runs_.empty(); }
    /// Valid until the next change.
    std::span<const io::RedisRun> all() {
        views_.clear();
        for (auto& run : runs_) {
            run.key_views.assign(run.keys.begin(), run.keys.end());
            run.arg_views.assign(run.args.begin(), run.args.end());
            views_.push_back({run.key_views, run.arg_views});
        }
        return views_;
    }

private:
    struct Run {
        std::vector<std::string> keys;
        std::vector<std::string> args;
        std::vector<std::string_view> key_views;
        std::vector<std::string_view> arg_views;
    };

    std::deque<Run> runs_;
    std::vector<io::RedisRun> views_;
};

/// Calls `use` with a part of the seats at a time.
template <class Use>
void in_parts(std::span<const SeatId> seats, Use use) {
    for (; !seats.empty(); seats = seats.subspan(std::min(seats.size(), kSeatsInCall)))
        use(seats.first(std::min(seats.size(), kSeatsInCall)));
}

GateAnswer meaning_of(const io::RedisAnswer& answer, std::span<const SeatId> seats) {
    using Kind = io::RedisReply::Kind;
    if (!answer) return {};
    if (answer->kind == Kind::integer && answer->integer == 1)
        return {.verdict = GateVerdict::pass, .taken = {}};
    if (answer->kind != Kind::text || answer->text.size() != seats.size()) return {};
    GateAnswer taken{.verdict = GateVerdict::taken, .taken = {}};
    for (std::size_t i = 0; i < seats.size(); ++i) {
        if (answer->text[i] != '-') taken.taken.push_back(seats[i]);
    }
    return taken;
}

}  // namespace

SeatGate::SeatGate(
    io::RedisClient& client,
    const io::Clock& clock,
    io::Random& random,
    const GateSettings& settings
)
    : client_{client}, clock_{clock}, settings_{settings}, breaker_{settings.breaker, random} {
    CHECK(settings.claim_time <= kWrongAtMost);
}

io::Awaitable<std::vector<GateAnswer>> SeatGate::try_take(std::span<const GateRequest> requests) {
    std::vector<GateAnswer> answers(requests.size());
    std::vector<std::size_t> asked;
    Runs runs;
    const auto longest = std::to_string(settings_.claim_time.count());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto& [event, seats, owner, hold] = requests[i];
        if (seats.size() > kSeatsMax) continue;
        asked.push_back(i);
        const auto life = std::clamp(hold, Millis{1}, settings_.claim_time);
        runs.begin({hex(owner), std::to_string(life.count()), longest});
        runs.add_seats(event, seats);
    }
    if (!runs.empty() && breaker_.allows(clock_.now())) {
        const auto said = co_await client_.eval_all(script_, runs.all());
        bool is_well = true;
        for (std::size_t i = 0; i < asked.size(); ++i) {
            auto& answer = answers[asked[i]];
            answer = meaning_of(said[i], requests[asked[i]].seats);
            if (answer.verdict == GateVerdict::unknown) is_well = false;
        }
        if (is_well)
            breaker_.succeeded(clock_.now());
        else
            breaker_.failed(clock_.now());
    }
    count(answers);
    co_return answers;
}

void SeatGate::count(std::span<const GateAnswer> answers) {
    for (const auto& answer : answers) {
        switch (answer.verdict) {
            case GateVerdict::pass:
                ++counters_.pass;
                break;
            case GateVerdict::taken:
                ++counters_.taken;
                break;
            case GateVerdict::unknown:
                ++counters_.unknown;
                break;
        }
    }
}

io::Awaitable<bool> SeatGate::release(std::span<const GateRequest> requests) {
    // While Redis is down nothing is given back: the claims expire before it returns.
    if (breaker_.state() != io::CircuitBreaker::State::closed) co_return false;
    Runs runs;
    for (const auto& request : requests) {
        in_parts(request.seats, [&](std::span<const SeatId> seats) {
            runs.begin({hex(request.owner), "0"});
            runs.add_seats(request.event, seats);
        });
    }
    if (runs.empty()) co_return true;
    const auto said = co_await client_.eval_all(script_, runs.all());
    co_return std::ranges::all_of(said, [](const auto& answer) { return answer.has_value(); });
}

}  // namespace frontrow::store::redis
