#pragma once

#include "domain/inventory.h"
#include "io/awaitable.h"
#include "io/carried_time.h"
#include "io/clock.h"
#include "io/disk_space.h"
#include "io/ticker.h"
#include "store/embedded/coming.h"
#include "store/embedded/committer.h"
#include "store/embedded/data_folder.h"
#include "store/embedded/recovery.h"
#include "store/embedded/snapshot_taker.h"
#include "store/seat_maps.h"
#include "store/store.h"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace frontrow::store::embedded {

/// The store of one machine. The thread of `owner` holds the whole inventory and decides every
/// command the moment it arrives; the batch of facts that formed meanwhile is written by the
/// Committer, and only then are its answers released. Nothing is locked.
///
/// On any journal error nothing more is decided: what waits is answered outcome_unknown and
/// `on_failure` is called once, so that the process can end; the restart takes the journal as the
/// truth. A file of the journal that was removed or replaced is such an error, and so is a log that
/// can't be moved into the database.
///
/// While the disk is stalled (a batch has been under way for two seconds) the store isn't ready,
/// and what would take on more is refused as overloaded. What ends or frees a hold is decided when
/// it arrives, as ever, and waits: a buyer who came in time keeps the seats.
class EmbeddedStore final : public Store {
public:
    struct Settings {
        std::filesystem::path folder;
        /// The name of an SQLite VFS; tests break the disk there.
        std::string vfs = {};
        /// What takes snapshots, and when. The folder is told to it with --data-dir.
        SnapshotTaker::Settings snapshots = {};
        /// Requests waiting for the disk beyond which more are refused as overloaded.
        std::size_t waiting_max = 16'384;
        /// What the facts of one batch may take as lines, by a generous estimate; a command that
        /// would make it more is refused as overloaded.
        std::size_t batch_bytes_max = Journal::kFactsBytesMax / 10 * 9;
        /// Below this much free disk no new hold, event or seat is taken on; what ends or frees one
        /// is.
        std::uint64_t disk_reserve = 64 << 20;
        /// Starts although the wall clock is far behind the newest fact.
        bool accept_clock = false;
    };

    /// What is to be said of the wall clock.
    enum class ClockNews { long_after_newest_fact, disagrees, agrees_again };

    /// All outlive the store. `on_failure` is called on the owner's thread.
    struct Ports {
        io::Executor owner;
        const io::Clock& clock;
        const io::DiskSpace& disk;
        std::function<void(const io::Fault&)> on_failure;
        /// Told when a snapshot couldn't be used or taken: the next start takes longer, nothing
        /// else. May be empty.
        std::function<void(const io::Fault&)> on_trouble = {};
        /// With how far the wall clock is ahead of the newest fact, or else of the store's time.
        /// May be empty.
        std::function<void(ClockNews, Millis)> on_clock_news = {};
    };

    /// Locks the folder and goes along the journal, from a snapshot where there is one that fits.
    /// Time goes on from the newest fact or from the wall clock, whichever is later. Faults:
    /// in_use, corrupt, unavailable (also where the wall clock is behind the newest fact by more
    /// than CarriedTime::kAgreement, unless that is accepted).
    static Result<std::unique_ptr<EmbeddedStore>, io::Fault> open(Settings settings, Ports ports);
    /// On the owner's thread, when nobody waits any more.
    ~EmbeddedStore() override;

    /// Leaves a snapshot behind, if a start would have much to read without it and the one that
    /// this store began with wasn't of the last generation.
    Awaitable<void> close() override;
    Awaitable<Result<domain::Outcome, io::Fault>> execute(domain::Command command, TraceId trace)
        override;
    Awaitable<Result<std::optional<domain::Event>, io::Fault>> find_event(EventId id) override;
    Awaitable<Result<std::vector<domain::Event>, io::Fault>> list_events(Page page) override;
    Awaitable<Result<std::optional<domain::SeatView>, io::Fault>> find_seat(SeatId id) override;
    Awaitable<Result<std::optional<domain::SeatList>, io::Fault>>
    list_seats(EventId event, bool only_available, Page page) override;
    Awaitable<Result<std::optional<domain::SeatCounts>, io::Fault>> count_seats(EventId event
    ) override;
    Awaitable<Result<std::optional<SeatMaps::Map>, io::Fault>> seat_map(EventId event) override;
    Awaitable<Result<std::optional<domain::Reservation>, io::Fault>>
    find_reservation(ReservationId id, std::string user) override;
    Awaitable<Result<std::vector<domain::Reservation>, io::Fault>>
    list_reservations(std::string user, Page page) override;
    Awaitable<Result<std::vector<domain::ApiKey>, io::Fault>> list_api_keys(Page page) override;
    const domain::ApiKey* find_api_key(const domain::ApiKeyDigest& digest) const override;

    ReservationCounts count_reservations() const override;
    std::optional<ClockState> clock() override;
    bool is_ready() const override { return !failed_ && !is_stalled(); }
    Instant now() override { return time_.at(ports_.clock.read()); }

    const domain::Inventory& inventory() const { return inventory_; }
    /// Whether the journal had no head, so that nothing proves that its end is whole.
    bool head_was_missing() const { return head_was_missing_; }
    /// The number of the first fact that the start had to read.
    std::uint64_t started_from() const { return started_from_; }

private:
    /// A list's first seats, which is what everybody asks for when a sale opens.
    struct FirstSeats {
        EventId event;
        bool only_available = false;
        std::size_t limit = 0;
        std::size_t offset = 0;

        friend auto operator<=>(const FirstSeats&, const FirstSeats&) = default;
    };

    /// Resumed with true when durable, with false when nobody can know.
    using Waiter = std::move_only_function<void(bool)>;

    EmbeddedStore(Settings settings, Ports ports, DataFolder folder);
    Result<void, io::Fault> begin_time(const domain::Inventory& recovered);
    void
    begin(Recovered recovered, Journal journal, JournalHead head, io::SqliteDatabase log_mover);

    std::optional<io::Fault> refuse_work() const;
    /// Refuses new claims only.
    std::optional<io::Fault> refuse_more() const;
    bool is_stalled() const;
    std::uint64_t record(std::vector<domain::NewFact> facts, Instant at, TraceId trace);
    bool is_durable(std::uint64_t seq) const { return seq <= durable_seq_; }
    /// In the batch that is forming, and not in one before it.
    bool is_forming(std::uint64_t seq) const { return seq > std::max(durable_seq_, writing_seq_); }
    Awaitable<bool> durable(std::uint64_t seq);
    /// Nothing once everything up to `seq` may be told.
    Awaitable<std::optional<io::Fault>> until_tellable(std::uint64_t seq);
    /// Makes facts of holds that have run out, a bounded number; each batch that was written brings
    /// the next.
    void sweep();
    /// Has the inventory count a bounded number of holds that have run out as free; false while
    /// more are left. After that a read costs the same however many there were.
    bool lapse_some(Instant at);
    /// All of them, some in each turn of the loop. Returns the instant of the last.
    Awaitable<Instant> lapse_the_rest();
    /// Before the event is deleted, so that nobody waits while its seats are freed.
    void let_seats_go(EventId event);
    void schedule_write();
    void wait_a_turn();
    void on_turn();
    void write_next_batch();
    std::uint64_t last_seq_of(EventId event) const;
    /// As it stands with the batch that is forming.
    void answer_coming();
    std::optional<domain::SeatList>
    list_at(Instant at, EventId event, bool only_available, const Page& page) const;
    std::optional<SeatMaps::Map> map_at(Instant at, EventId event);
    void on_written(Result<void, io::Fault> written);
    void fail(const io::Fault& fault);
    void note_trouble(const io::Fault& fault) const {
        if (ports_.on_trouble) ports_.on_trouble(fault);
    }
    void tick();
    void look_after();
    void watch_clock();

    Settings settings_;
    Ports ports_;
    DataFolder folder_;
    domain::Inventory inventory_;
    SeatMaps seat_maps_;
    // What is asked about events that the forming batch changes: it may change them a hundred times
    // yet, and who asks must wait for its end anyway.
    Coming<EventId, SeatMaps::Map> coming_seat_maps_;
    Coming<FirstSeats, domain::SeatList> coming_seats_;
    io::CarriedTime time_;
    bool is_clock_alarmed_ = false;
    std::uint64_t started_from_ = 0;
    bool head_was_missing_ = false;
    /// Of the snapshot that it began with.
    unsigned generation_ = 0;

    /// The batch that is forming, and who waits for it.
    std::vector<domain::Fact> forming_;
    /// What its facts take as lines, at most; a sweep's few are left out.
    std::size_t forming_bytes_ = 0;
    std::vector<Waiter> forming_waiters_;
    /// Who waits for the batch that is being written.
    std::vector<Waiter> writing_waiters_;
    std::uint64_t writing_seq_ = 0;
    std::uint64_t durable_seq_ = 0;
    bool writing_ = false;
    /// Ticks since the batch that is being written was submitted.
    int ticks_of_batch_ = 0;
    bool write_is_posted_ = false;
    /// How long the forming batch has waited for others, in turns of the loop.
    struct {
        std::size_t facts = 0;
        int quiet_turns = 0;
        int turns = 0;
    } waited_;
    bool failed_ = false;
    bool is_closing_ = false;
    bool disk_is_low_ = false;

    /// Posted work holds a weak reference, so that what was queued when the store goes does
    /// nothing.
    std::shared_ptr<EmbeddedStore*> self_;
    std::unique_ptr<Committer> committer_;
    std::unique_ptr<SnapshotTaker> snapshots_;
    std::unique_ptr<io::Ticker> ticker_;
};

}  // namespace frontrow::store::embedded
