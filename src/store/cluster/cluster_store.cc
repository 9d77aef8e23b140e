#include "store/cluster/cluster_store.h"

#include "base/check.h"
#include "domain/command_traits.h"
#include "io/backoff.h"
#include "io/workers.h"
#include "io/zstd.h"
#include "store/cluster/replay.h"
#include "store/engine/journal_figures.h"
#include "store/engine/snapshot.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <variant>

namespace frontrow::store::cluster {
namespace {

using io::Fault;
using io::FaultKind;
using io::use_awaitable;

constexpr std::chrono::milliseconds kRetryMin{50};
constexpr std::chrono::milliseconds kRetryMax{1'000};
constexpr std::size_t kLapsedInRead = 2'000;
constexpr std::chrono::milliseconds kSnapshotTick{100};

Fault not_begun() {
    return {FaultKind::unavailable, "the database hasn't been reached yet"};
}

}  // namespace

ClusterStore::ClusterStore(Settings settings, Ports ports, std::unique_ptr<RemoteJournal> journal)
    : StateStore{ports.owner, std::make_unique<domain::Inventory>(StateLog::Digests::on), ports.on_trouble},
      settings_{std::move(settings)},
      ports_{std::move(ports)},
      journal_{std::move(journal)},
      timer_{ports_.owner},
      tasks_{ports_.owner, [](const std::exception_ptr& error) { std::rethrow_exception(error); }},
      self_{std::make_shared<ClusterStore*>(this)} {
    if (settings_.gate) {
        claims_.emplace(
            *settings_.gate,
            SeatClaims::Ports{
                .owner = ports_.owner,
                .clock = ports_.clock,
                .random = ports_.random,
                .on_connection = ports_.on_gate,
            }
        );
    }
    tasks_.spawn(start());
}

ClusterStore::~ClusterStore() = default;

Awaitable<void> ClusterStore::start() {
    io::Backoff backoff{kRetryMin, kRetryMax};
    while (!is_closing_) {
        const auto first = co_await find_beginning();
        if (is_closing_) co_return;
        if (first) {
            ports_.on_contact({});
            co_return begin(*first);
        }
        if (first.error().kind == FaultKind::unusable) co_return ports_.on_failure(first.error());
        ports_.on_contact(std::unexpected(first.error()));
        timer_.expires_after(backoff.after_failure(ports_.random.next()));
        co_await timer_.async_wait(boost::asio::as_tuple(use_awaitable));
    }
}

Awaitable<Result<Head, Fault>> ClusterStore::find_beginning() {
    const auto opened = co_await journal_->open();
    if (!opened) co_return std::unexpected(opened.error());
    if (settings_.cache) {
        for (const auto& file : engine::list_snapshots(settings_.cache->folder)) {
            const auto head = co_await begin_with_snapshot(file);
            if (!head) co_return std::unexpected(head.error());
            if (*head) co_return **head;
        }
    }
    co_return co_await find_batch(0);
}

/// Starts from this snapshot if it matches the journal, and returns the batch at which it was
/// taken. Returns nothing if the snapshot can't be used; a fault if the journal can't be asked.
Awaitable<Result<std::optional<Head>, Fault>> ClusterStore::begin_with_snapshot(
    const std::filesystem::path& file
) {
    io::Workers workers{owner(), 1};
    const auto read = [&] { return read_beginning(file); };
    auto beginning = co_await workers.run(read);
    Result<void, Fault> stands;
    std::optional<Head> head;
    if (beginning) {
        const auto there = co_await find_batch(beginning->end.batch);
        if (!there && there.error().kind != FaultKind::corrupt)
            co_return std::unexpected(there.error());
        if (there) head = *there;
        stands = there ? check_stands(*beginning, *there) : std::unexpected(there.error());
    } else {
        stands = std::unexpected(beginning.error());
    }
    if (!stands) {
        ports_.on_snapshot_trouble({FaultKind::corrupt, file.string() + ": " + stands.error().what}
        );
        co_return std::nullopt;
    }
    begin_with(std::move(beginning->state));
    generation_ = beginning->generation;
    journal_bytes_ = beginning->bytes;
    read_from_ = beginning->end.last_seq + 1;
    co_return head;
}

Awaitable<Result<Head, Fault>> ClusterStore::find_batch(std::uint64_t first_seq) {
    if (is_closing_) co_return std::unexpected(not_begun());
    using Answer = Result<SharedJournal::Following, Fault>;
    const auto found = co_await boost::asio::async_initiate<decltype(use_awaitable)&, void(Answer)>(
        [&](auto handler) { journal_->look(first_seq, std::move(handler)); }, use_awaitable
    );
    if (!found) co_return std::unexpected(found.error());
    if (found->batches.empty() || found->batches.front().head.first_seq != first_seq) {
        co_return std::unexpected(
            Fault{FaultKind::corrupt, "the journal has no batch " + std::to_string(first_seq)}
        );
    }
    co_return found->batches.front().head;
}

void ClusterStore::begin(const Head& head) {
    node_ = std::make_unique<Node>(
        settings_.node,
        Node::Ports{
            .journal = *journal_,
            .clock = ports_.clock,
            .random = ports_.random,
            .wake_at = [this](Node::Time at) { wake_at(at); },
            .next_turn =
                [this] {
                    boost::asio::post(owner(), [weak = std::weak_ptr{self_}] {
                        if (const auto self = weak.lock()) (*self)->node_->turn();
                    });
                },
            .on_failure = ports_.on_failure,
            .on_news = [this](Node::News news) { tell(news); },
            .on_batch = [this](
                            const Batch& batch, std::vector<domain::Fact> facts
                        ) { take(batch, std::move(facts)); },
            .on_proof = [this] { journal_feed().tell(); },
        },
        state(),
        head
    );
    // The journal returned this head from look(), so the facts up to it may be delivered.
    journal_feed().begin(end_of(head), journal_->facts());
    node_->start();
    if (!settings_.cache) return;
    snapshots_.emplace(
        settings_.cache->snapshots,
        engine::SnapshotTaker::Begun{
            .folder = settings_.cache->folder, .generation = generation_, .bytes = journal_bytes_
        },
        ports_.on_snapshot_trouble
    );
    ticker_ = std::make_unique<io::Ticker>(owner(), kSnapshotTick, [this] {
        if (node_->is_ready()) snapshots_->look(journal_bytes_);
    });
}

void ClusterStore::take(const Batch& batch, std::vector<domain::Fact> facts) {
    journal_bytes_ += batch.frame.size();
    for (const auto& fact : facts) {
        const auto traits = domain::traits_of(fact.body);
        if (traits.ends_event) {
            forget_seat_map(fact.event);
            if (claims_) claims_->forget(fact.event);
        }
        if (claims_ && traits.given_up != nullptr && node_->has_written(batch.head))
            give_back_claim(*traits.given_up, fact.at);
    }
    const auto lines = io::zstd_content_bytes(batch.frame).value_or(batch.frame.size());
    journal_feed().add(
        std::make_shared<const std::vector<domain::Fact>>(std::move(facts)),
        end_of(batch.head),
        lines
    );
}

/// Gives back the claim of a cancelled reservation: its seats are free, but the gate refuses them
/// until the claim expires.
void ClusterStore::give_back_claim(ReservationId given_up, Instant at) {
    const auto* const row = state().reservations().find(given_up, at);
    CHECK(row != nullptr);
    if (row->created_at + claims_->claim_time() < at) return;
    const auto reservation = state().entity(*row, at);
    const auto& request = state().requests().at(row->request)->mark;
    claims_->give_back(reservation.event, reservation.seats, request.key);
}

void ClusterStore::wake_at(Node::Time at) {
    const auto [wish, is_new] = wakes_.insert(at);
    if (is_new && wish == wakes_.begin()) set_timer();
}

void ClusterStore::set_timer() {
    const auto at = *wakes_.begin();
    const auto wait = at - ports_.clock.read().since_boot;
    timer_.expires_after(std::max(wait, Node::Time{0}));
    timer_.async_wait([weak = std::weak_ptr{self_}, at](const boost::system::error_code& error) {
        const auto self = weak.lock();
        // An error means that the timer was set again for an earlier time. If this wait had already
        // ended by then, it wasn't cancelled, and a second wait for the same time may exist. Only
        // the first of the two finds the time in wakes_.
        if (error || !self || (*self)->wakes_.erase(at) == 0) return;
        if (!(*self)->wakes_.empty()) (*self)->set_timer();
        (*self)->node_->wake(at);
    });
}

void ClusterStore::tell(Node::News news) {
    switch (news) {
        case Node::News::clock_corrected:
            return ports_.on_trouble(
                {FaultKind::unavailable,
                 "the database's clock was set or stood still; this node follows it"}
            );
        case Node::News::contact_lost:
            return ports_.on_contact(std::unexpected(node_->contact_lost_by()));
        case Node::News::contact_made:
            return ports_.on_contact({});
        case Node::News::caught_up:
            if (ports_.on_read) ports_.on_read(state().last_seq(), read_from_);
            return;
    }
}

Awaitable<void> ClusterStore::close() {
    is_closing_ = true;
    journal_feed().close();
    if (node_ != nullptr) {
        co_await boost::asio::async_initiate<decltype(use_awaitable)&, void()>(
            [this](auto handler) { node_->close(std::move(handler)); }, use_awaitable
        );
    }
    self_.reset();
    timer_.cancel();
    ticker_.reset();
    if (snapshots_ && node_->is_at_boundary())
        snapshots_->finish(state(), end_of(node_->head()), journal_bytes_);
    if (claims_) co_await claims_->close();
    // Waits for the tasks before it closes the journal: start() may be waiting for an answer, which
    // a closed journal never gives.
    co_await tasks_.wait();
    co_await journal_->close();
}

Awaitable<ClusterStore::Outcome> ClusterStore::execute(domain::Command command, TraceId trace) {
    const auto* const contended = domain::traits_of(command).contended;
    if (claims_ && contended != nullptr && depends_on_rivals(command))
        return decide_behind_gate(*contended, trace);
    return decide(std::move(command), trace);
}

Awaitable<ClusterStore::Outcome> ClusterStore::decide(domain::Command command, TraceId trace) {
    if (node_ == nullptr) co_return std::unexpected(not_begun());
    if (auto fault = node_->refusal()) co_return std::unexpected(std::move(*fault));
    co_return co_await boost::asio::async_initiate<decltype(use_awaitable)&, void(Outcome)>(
        [&](auto handler) { node_->execute(std::move(command), trace, std::move(handler)); },
        use_awaitable
    );
}

/// True if the outcome depends on whether other buyers take the seats. If it doesn't, a claim would
/// only keep the seats from others. Uses the present state, including decisions that aren't durable
/// yet: a guess is enough for the gate.
bool ClusterStore::depends_on_rivals(const domain::Command& command) {
    if (node_ == nullptr) return false;
    const auto guess = domain::decide(state(), command, now()).outcome;
    return guess ? !guess->replayed : guess.error().reason == domain::Reason::seats_unavailable;
}

Awaitable<ClusterStore::Outcome>
ClusterStore::decide_behind_gate(domain::ReserveSeats command, TraceId trace) {
    const auto event = command.event;
    const auto owner = command.request.key;
    const auto seats = command.seats;
    SeatClaims::Entry entry;
    if (claims_->is_contested(event)) {
        const auto hold = command.hold.value_or(state().plans().find(event)->event.spec.hold);
        entry = co_await claims_->enter(event, seats, owner, hold);
    }
    if (entry.refusal) co_return domain::Outcome{std::unexpected(std::move(*entry.refusal))};
    auto outcome = co_await decide(std::move(command), trace);
    claims_->settle(event, seats, owner, entry, outcome);
    co_return outcome;
}

void ClusterStore::measure(telemetry::Figures& figures) {
    StateStore::measure(figures);
    if (node_ != nullptr) measure_node(figures);
    if (claims_) claims_->measure(figures);
}

void ClusterStore::measure_node(telemetry::Figures& figures) {
    const auto& counts = node_->counts();
    engine::measure(
        figures,
        {.commands = counts.commands,
         .decisions = counts.decisions,
         .won = counts.wins,
         .lost = counts.losses,
         .last_seq = node_->head().last_seq}
    );
    const auto number = [](std::uint64_t count) { return static_cast<double>(count); };
    figures.count("journal_looks_total", "Looks at where the journal ends.", number(counts.looks));
    figures.count(
        "journal_batches_learned_total", "Batches of other nodes.", number(counts.learned)
    );
    figures.count(
        "journal_places_held_total",
        "Places that the journal was asked to hold, after two losses in a row.",
        number(counts.holds)
    );
    figures.gauge(
        "journal_writers",
        "Nodes that take turns: those that wrote in the last second, this one included.",
        number(node_->writers())
    );
    figures.gauge("journal_ready", "1 while this node hears from the journal.", is_ready() ? 1 : 0);
}

Awaitable<std::optional<Fault>> ClusterStore::until_readable() {
    if (node_ == nullptr) co_return not_begun();
    co_return co_await boost::asio::
        async_initiate<decltype(use_awaitable)&, void(std::optional<Fault>)>(
            [this](auto handler) { node_->read(std::move(handler)); }, use_awaitable
        );
}

/// Reads run at a boundary, where the whole state is durable.
Awaitable<std::optional<Fault>> ClusterStore::until_tellable(std::uint64_t) {
    co_return std::nullopt;
}

/// Lapses only holds that expired by the head's time: when another node's batch is applied here,
/// each hold must be as it was on the node that decided the batch. Each read checks for later
/// expiries itself.
bool ClusterStore::lapse_some(Instant) {
    state().lapse(node_->head().at, kLapsedInRead);
    return true;
}

bool ClusterStore::is_ready() const {
    return node_ != nullptr && node_->is_ready();
}

Instant ClusterStore::now() {
    return node_ == nullptr ? ports_.clock.now() : node_->now();
}

}  // namespace frontrow::store::cluster
