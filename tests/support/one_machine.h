#pragma once

#include "store/sqlite/embedded_store.h"
#include "support/faulty_vfs.h"
#include "support/manual_clock.h"
#include "support/run_coroutine.h"
#include "support/sale.h"
#include "support/temp_folder.h"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::test {

/// A disk whose free space the test sets.
class FakeDiskSpace final : public io::DiskSpace {
public:
    std::uint64_t free_bytes(const std::filesystem::path&) const override {
        ++looks;
        return free;
    }

    std::uint64_t free = std::uint64_t{1} << 40;
    mutable int looks = 0;
};

/// A machine with an embedded store on a disk that can be broken. The test's thread owns the store
/// and moves the clock. The store can be stopped and started again on the same folder.
class OneMachine {
public:
    using EmbeddedStore = store::sqlite::EmbeddedStore;

    explicit OneMachine(std::uint64_t seed = 1) : sale{clock, seed} {}
    ~OneMachine() {
        vfs.release_syncs();
        stop();
    }
    OneMachine(const OneMachine&) = delete;
    OneMachine& operator=(const OneMachine&) = delete;

    Result<void, io::Fault> try_start(std::size_t waiting_max = 16'384) {
        auto opened = EmbeddedStore::open(
            {.folder = folder.path(),
             .vfs = vfs.name(),
             .snapshots = snapshots,
             .waiting_max = waiting_max,
             .batch_bytes_max = batch_bytes_max,
             .accept_clock = accept_clock},
            {.owner = io.get_executor(),
             .clock = clock,
             .disk = disk,
             .on_failure = [this](const io::Fault& fault) { failures.push_back(fault); },
             .on_trouble = [this](const io::Fault& fault) { troubles.push_back(fault.what); },
             .on_clock_news = [this](
                                  EmbeddedStore::ClockNews news, Millis ahead
                              ) { clock_news.emplace_back(news, ahead); }}
        );
        if (!opened) return std::unexpected(opened.error());
        store_ = std::move(*opened);
        return {};
    }
    void start(std::size_t waiting_max = 16'384) {
        if (auto started = try_start(waiting_max); !started)
            throw std::runtime_error("the store can't be opened: " + started.error().what);
    }
    void stop() {
        run_ready(io);
        store_.reset();
        run_ready(io);
    }
    void restart() {
        stop();
        start();
    }

    EmbeddedStore& store() { return *store_; }

    /// Runs one command until its answer.
    Result<domain::Outcome, io::Fault> execute(domain::Command command) {
        return run(io, store().execute(std::move(command), sale.trace()));
    }
    Started<Result<domain::Outcome, io::Fault>> start_command(domain::Command command) {
        return test::start(io, store().execute(std::move(command), sale.trace()));
    }
    /// Creates an event with this many seats; it is durable when this returns.
    EventId open_sale(std::size_t seats) {
        auto create = sale.create_event();
        const auto event = create.event;
        auto add = sale.add_seats(event, "A", seats);
        first_seat = add.block->first_id;
        if (!execute(std::move(create)) || !execute(std::move(add)))
            throw std::runtime_error("the sale can't be opened");
        return event;
    }
    SeatId seat(std::uint64_t index) const { return first_seat.plus(index); }

    boost::asio::io_context io;
    ManualClock clock;
    FakeDiskSpace disk;
    TempFolder folder;
    FaultyVfs vfs;
    Sale sale;
    SeatId first_seat;
    std::vector<io::Fault> failures;
    std::vector<std::string> troubles;
    std::vector<std::pair<EmbeddedStore::ClockNews, Millis>> clock_news;
    // The following settings apply from the next start on.

    store::engine::SnapshotTaker::Settings snapshots;
    std::size_t batch_bytes_max = EmbeddedStore::Settings{}.batch_bytes_max;
    bool accept_clock = false;

private:
    std::unique_ptr<EmbeddedStore> store_;
};

}  // namespace frontrow::test
