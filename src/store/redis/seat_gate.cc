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
/// Seats of one request; a script's arguments must fit on Lua's stack.
constexpr std::size_t kSeatsMax = 1'000;
/// Seats of one call where they needn't be taken together, so that no call holds up Redis.
constexpr std::size_t kSeatsInCall = 250;
/// Calls in one go of the keeper, who may have much to tell and is to leave room for buyers.
constexpr std::size_t kCallsAtOnce = 16;
constexpr int kSeqDigits = 16;
/// The last number that Lua can tell from its neighbours.
constexpr std::uint64_t kSeqMax = std::uint64_t{1} << 53U;

std::string hex(Bits128 bits) {
    std::string text;
    append_hex128(text, bits);
    return text;
}

std::string vouch_key(EventId event) {
    return "fr:{" + event.to_string() + "}:vouched";
}

/// Runs of a script, with all that they refer to.
class Runs {
public:
    /// `words` are the first arguments; more, and keys, are added to the run that was begun last.
    void begin(std::vector<std::string> words) { runs_.push_back({.args = std::move(words)}); }
    void add_key(std::string key) { runs_.back().keys.push_back(std::move(key)); }
    void add_word(std::string word) { runs_.back().args.push_back(std::move(word)); }
    void add_facts(EventId event, std::span<const SeatId> seats) { add_seats(event, seats, ""); }
    void add_claims(EventId event, std::span<const SeatId> seats) { add_seats(event, seats, ":c"); }

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

    void add_seats(EventId event, std::span<const SeatId> seats, std::string_view suffix) {
        std::string key = "fr:{";
        append_uuid(key, event.bits());
        key += "}:";
        const auto size = key.size();
        for (const auto seat : seats) {
            key.resize(size);
            append_uuid(key, seat.bits());
            key += suffix;
            add_key(key);
        }
    }

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
        const char letter = answer->text[i];
        if (letter != '-') taken.taken.push_back({.seat = seats[i], .is_sold = letter == 's'});
    }
    return taken;
}

Result<void, io::RedisError> first_error(const std::vector<io::RedisAnswer>& answers) {
    for (const auto& answer : answers) {
        if (!answer) return std::unexpected(answer.error());
    }
    return {};
}

/// A fact as it stands in its entry.
std::string entry_of(char kind, const GateUpdate& update) {
    CHECK(update.seq >= 1 && update.seq <= kSeqMax);
    const auto digits = std::to_string(update.seq);
    return kind + std::string(kSeqDigits - digits.size(), '0') + digits + hex(update.owner) +
           hex(update.edition);
}

}  // namespace

SeatGate::SeatGate(
    io::RedisClient& client,
    const io::Clock& clock,
    io::Random& random,
    const GateSettings& settings
)
    : client_{client}, clock_{clock}, settings_{settings}, breaker_{settings.breaker, random} {
    CHECK(settings.claim_time <= kWrongAtMost && settings.vouch_time <= kWrongAtMost);
}

io::Awaitable<std::vector<GateAnswer>> SeatGate::try_take(std::span<const GateRequest> requests) {
    std::vector<GateAnswer> answers(requests.size());
    std::vector<std::size_t> asked;
    Runs runs;
    const auto life = std::to_string(settings_.claim_time.count());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto& [event, seats, owner] = requests[i];
        if (seats.size() > kSeatsMax) continue;
        asked.push_back(i);
        runs.begin({hex(owner), life});
        runs.add_key(vouch_key(event));
        runs.add_facts(event, seats);
        runs.add_claims(event, seats);
    }
    if (!runs.empty() && breaker_.allows(clock_.now())) {
        const auto said = co_await client_.eval_all(scripts_.take, runs.all());
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

io::Awaitable<void> SeatGate::release(std::span<const GateRequest> requests) {
    // Claims are short: while Redis is down they end sooner than it comes back.
    if (breaker_.state() != io::CircuitBreaker::State::closed) co_return;
    Runs runs;
    for (const auto& request : requests) {
        in_parts(request.seats, [&](std::span<const SeatId> seats) {
            runs.begin({hex(request.owner)});
            runs.add_claims(request.event, seats);
        });
    }
    if (runs.empty()) co_return;
    co_await client_.eval_all(scripts_.release, runs.all());
}

io::Awaitable<Result<void, io::RedisError>> SeatGate::apply(std::span<const GateUpdate> updates) {
    Runs runs;
    std::optional<EventId> event;
    std::size_t left_in_call = 0;
    const Instant now = clock_.now();
    for (const auto& update : updates) {
        // A hold that has ended is free, and its fact is the newest all the same.
        const bool is_held = update.kind == GateUpdate::Kind::held && update.until > now;
        const bool is_sold = update.kind == GateUpdate::Kind::sold;
        const auto life =
            is_held ? std::min(settings_.fact_time, update.until - now) : settings_.fact_time;
        char kind = 'f';
        if (is_held) kind = 'h';
        if (is_sold) kind = 's';
        const auto entry = entry_of(kind, update);
        for (const auto seat : update.seats) {
            // No call goes beyond one event, or becomes long.
            if (event != update.event || left_in_call == 0) {
                runs.begin({});
                event = update.event;
                left_in_call = kSeatsInCall;
            }
            runs.add_facts(update.event, {&seat, 1});
            runs.add_claims(update.event, {&seat, 1});
            runs.add_word(entry);
            runs.add_word(std::to_string(life.count()));
            --left_in_call;
        }
    }
    Result<void, io::RedisError> result;
    auto left = runs.all();
    while (!left.empty() && result) {
        const auto size = std::min(left.size(), kCallsAtOnce);
        const auto answers = co_await client_.eval_all(scripts_.apply, left.first(size));
        result = first_error(answers);
        left = left.subspan(size);
    }
    co_return result;
}

io::Awaitable<Result<void, io::RedisError>>
SeatGate::vouch(std::span<const GateVouch> vouches, Instant head_read_at) {
    const Millis left = settings_.vouch_time - (clock_.now() - head_read_at);
    if (left <= Millis{0} || vouches.empty()) co_return Result<void, io::RedisError>{};
    const auto life = std::to_string(std::min(left, settings_.vouch_time).count());
    std::vector<std::array<std::string, 2>> entries;
    entries.reserve(vouches.size());
    for (const auto& [event, edition] : vouches)
        entries.push_back({vouch_key(event), hex(edition)});
    std::vector<std::array<std::string_view, 5>> words;
    words.reserve(entries.size());
    for (const auto& [key, edition] : entries)
        words.push_back({"SET", key, edition, "PX", life});
    const std::vector<io::RedisClient::Command> commands{words.begin(), words.end()};
    Result<void, io::RedisError> result;
    for (std::span to_do{commands}; !to_do.empty() && result;) {
        const auto size = std::min(to_do.size(), kCallsAtOnce);
        const auto answers = co_await client_.pipeline(to_do.first(size));
        result = first_error(answers);
        to_do = to_do.subspan(size);
    }
    co_return result;
}

}  // namespace frontrow::store::redis
