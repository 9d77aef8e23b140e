#include "crash/journal_history.h"

#include "base/check.h"
#include "domain/decide.h"
#include "domain/evolve.h"
#include "store/sqlite/data_folder.h"
#include "wire/fact_json.h"

#include <fstream>
#include <iterator>

namespace frontrow::test {
namespace {

using store::sqlite::DataFolder;
using store::sqlite::Journal;

constexpr auto kFloor = "Floor";
constexpr Bits128 kCode{7, 7};

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

void write_file(const std::filesystem::path& path, const std::string& bytes) {
    if (bytes.empty()) {
        std::filesystem::remove(path);
        return;
    }
    // Overwrites the old content: ext4 flushes a file that was truncated first, which is slow.
    const std::ofstream made_if_missing{path, std::ios::binary | std::ios::app};
    std::fstream file{path, std::ios::binary | std::ios::in | std::ios::out};
    file << bytes;
    file.close();
    CHECK(file.good());
    std::filesystem::resize_file(path, bytes.size());
}

std::filesystem::path beside_journal(const std::filesystem::path& folder, const char* suffix) {
    return DataFolder::journal_of(folder).string() + suffix;
}

}  // namespace

History::History(std::uint64_t seed) : seed_{seed} {
}

void History::add_batch(std::size_t facts) {
    const auto until = inventory_->last_seq() + facts;
    if (inventory_->last_seq() == 0) {
        auto create = sale_->create_event();
        event_ = create.event;
        record(create);
        auto add = sale_->add_seats(event_, "A", 10);
        for (std::uint64_t i = 0; i < 10; ++i)
            seats_.push_back(add.block->first_id.plus(i));
        record(add);
    }
    while (inventory_->last_seq() < until)
        record(next_command());
    ends_.push_back({.facts_wanted = facts, .seq = inventory_->last_seq(), .length = lines_.size()}
    );
}

void History::record(const domain::Command& command) {
    auto decision = domain::decide_and_raise(*inventory_, command, clock_->now());
    const auto trace = sale_->trace();
    for (auto& body : decision.facts) {
        const domain::Fact fact{
            .seq = inventory_->last_seq() + 1,
            .at = clock_->now(),
            .trace = trace,
            .event = body.event,
            .body = std::move(body.body),
        };
        domain::evolve(*inventory_, fact);
        wire::append_fact(lines_, fact);
        lines_ += '\n';
        if (const auto* held = std::get_if<domain::ReservationHeld>(&fact.body))
            reservations_.push_back(held->reservation);
    }
}

domain::Command History::next_command() {
    clock_->advance(Millis{random_() % 60'000});
    const std::string user = "buyer-" + std::to_string(random_() % 5);
    const auto kind = random_() % 20;
    if (kind >= 9 || reservations_.empty()) return reserve(user);
    const auto reservation = reservations_[random_() % reservations_.size()];
    switch (kind) {
        case 0:
            return domain::ConfirmReservation{reservation, user};
        case 1:
            return domain::ExtendReservation{reservation, user, std::chrono::seconds{30}};
        case 2:
        case 3:
            return domain::CancelReservation{reservation, user};
        case 4:
            return domain::ExpireHolds{5};
        case 5:
            return domain::ChangeReservation{
                .reservation = reservation,
                .user = user,
                .add_seats = {seats_[random_() % seats_.size()]},
                .add_items = {{kFloor, 1}},
            };
        case 6:
        case 7:
            return hold_back(random_() % 2 == 0);
        default:
            auto spec = sale_->spec();
            spec.description = std::string(random_() % 600, 'x') + "\n\"\\ \xE5\xB8\xAD";
            return sale_->update_event(event_, spec);
    }
}

/// Reserves seats, or units of the category, sometimes with a code.
domain::Command History::reserve(const std::string& user) {
    const auto first = random_() % (seats_.size() - 3);
    const auto from = seats_.begin() + static_cast<std::ptrdiff_t>(first);
    const auto to = from + static_cast<std::ptrdiff_t>(1 + random_() % 3);
    const bool wants_units = random_() % 4 == 0;
    auto command =
        sale_->reserve(event_, user, wants_units ? domain::SeatIds{} : domain::SeatIds{from, to});
    if (wants_units) command.items = {{kFloor, static_cast<std::uint32_t>(1 + random_() % 3)}};
    if (random_() % 4 == 0) command.access_code = kCode;
    return command;
}

/// Holds a seat or units back for a while, or adds units to the category.
domain::Command History::hold_back(bool adds_units) {
    const auto by = Sale::organizer();
    const domain::Category floor{kFloor, 3'000, static_cast<std::uint32_t>(20 + random_() % 9)};
    const bool has_floor = !inventory_->plans().find(event_)->categories.get().empty();
    if (!has_floor) return domain::AddCategory{event_, by, floor};
    if (adds_units) return domain::ChangeCategory{event_, by, floor};
    domain::Allocation allocation{
        .name = "Press \"" + std::to_string(random_() % 3) + "\"",
        .until = clock_->now() + std::chrono::minutes{1 + random_() % 20},
        .codes = {kCode},
    };
    if (random_() % 2 == 0) {
        allocation.seats = {seats_[random_() % seats_.size()]};
    } else {
        allocation.category = kFloor;
        allocation.quantity = 4;
    }
    return domain::AddAllocation{event_, by, std::move(allocation)};
}

Result<void, io::Fault> History::append_to(Journal& journal) const {
    const auto before = lines_until(batches() - 1).size();
    return journal.append(ends_.back().seq, std::string_view{lines_}.substr(before));
}

History History::until(std::uint64_t batches) const {
    History again{seed_};
    for (std::uint64_t i = 0; i < batches; ++i)
        again.add_batch(ends_.at(i).facts_wanted);
    return again;
}

std::string_view History::lines_until(std::uint64_t batches) const {
    return std::string_view{lines_}.substr(0, batches == 0 ? 0 : ends_.at(batches - 1).length);
}

CrashImage CrashImage::of(const std::filesystem::path& folder) {
    return {
        .database = read_file(DataFolder::journal_of(folder)),
        .log = read_file(beside_journal(folder, "-wal")),
        .head = read_file(DataFolder::head_of(folder)),
    };
}

void CrashImage::put_into(const std::filesystem::path& folder) const {
    write_file(DataFolder::journal_of(folder), database);
    write_file(beside_journal(folder, "-wal"), log);
    write_file(beside_journal(folder, "-shm"), {});
    write_file(DataFolder::head_of(folder), head);
}

Recovery recover(const std::filesystem::path& folder, const std::string& vfs, bool read_only) {
    Recovery recovery;
    auto journal =
        Journal::open(DataFolder::journal_of(folder), {.read_only = read_only, .vfs = vfs});
    if (!journal) {
        recovery.fault = journal.error();
        return recovery;
    }
    const auto replayed = journal->replay([&](const domain::Fact& fact) {
        wire::append_fact(recovery.lines, fact);
        recovery.lines += '\n';
    });
    if (!replayed) recovery.fault = replayed.error();
    recovery.end = journal->end();
    return recovery;
}

}  // namespace frontrow::test
