#include "store/engine/journal_feed.h"
#include "store/sqlite/take_snapshot.h"
#include "support/one_machine.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <malloc.h>
#include <sanitizer/allocator_interface.h>

// What a store keeps in memory of a deleted event.

namespace frontrow::test {
namespace {

constexpr std::size_t kSeats = 5'000;
constexpr int kEvents = 40;

/// Allocated and not freed.
std::size_t bytes_in_use() {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return __sanitizer_get_current_allocated_bytes();
#else
    const auto all = mallinfo2();
    return all.uordblks + all.hblkhd;
#endif
}

class DeletedEvents : public testing::Test {
protected:
    void SetUp() override {
        machine_.start();
        at_start_ = bytes_in_use();
        const auto event = open();
        of_an_event_ = bytes_in_use() - at_start_;
        remove(event);
    }

    /// Creates an event and reads its seat map.
    EventId open() {
        const auto event = machine_.open_sale(kSeats);
        EXPECT_EQ(
            run(machine_.io, machine_.store().seat_map(event)).value()->get()->statuses.size(),
            kSeats
        );
        return event;
    }
    void remove(EventId event) {
        EXPECT_TRUE(machine_.execute(machine_.sale.delete_event(event)).value());
    }
    void open_and_remove_many() {
        for (int i = 0; i < kEvents; ++i)
            remove(open());
    }
    /// Forty deleted events leave less in memory than two events need. The newest facts don't
    /// count, because the feed's readers need them.
    void expect_little_is_left() {
        run_ready(machine_.io);
        constexpr auto kNewestFacts = store::engine::JournalFeed::kBytesMax;
        EXPECT_LT(bytes_in_use(), at_start_ + 2 * of_an_event_ + kNewestFacts);
    }

    OneMachine machine_;
    std::size_t at_start_ = 0;
    std::size_t of_an_event_ = 0;
};

TEST_F(DeletedEvents, leave_no_seats_in_memory) {
    open_and_remove_many();
    expect_little_is_left();
    machine_.store().inventory().verify();
}

TEST_F(DeletedEvents, leave_none_over_a_restart_either) {
    open_and_remove_many();
    machine_.restart();
    EXPECT_EQ(machine_.store().started_from(), 1);
    expect_little_is_left();
    machine_.stop();
    ASSERT_TRUE(store::sqlite::take_snapshot(machine_.folder.path()));
    machine_.start();
    EXPECT_GT(machine_.store().started_from(), 1);
    expect_little_is_left();
    machine_.store().inventory().verify();
}

}  // namespace
}  // namespace frontrow::test
