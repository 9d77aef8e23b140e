#include "io/file_lock.h"

#include "support/temp_folder.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>

namespace frontrow::io {
namespace {

using namespace std::chrono_literals;

class FileLocks : public testing::Test {
protected:
    test::TempFolder folder;
    std::filesystem::path file = folder.path() / "lock";
    FileLock mine = FileLock::open(file).value();
    FileLock others = FileLock::open(file).value();
};

TEST_F(FileLocks, are_one_holders_at_a_time) {
    std::optional<FileLock::Held> held{mine.take(0ms).value()};
    const auto refused = others.take(20ms);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, FaultKind::in_use);
    held.reset();
    EXPECT_TRUE(others.take(0ms));
    EXPECT_TRUE(mine.take(0ms));
}

TEST_F(FileLocks, are_waited_for) {
    std::optional<FileLock::Held> held{mine.take(0ms).value()};
    std::thread holder{[&] {
        std::this_thread::sleep_for(20ms);
        held.reset();
    }};
    EXPECT_TRUE(others.take(60s));
    holder.join();
}

TEST_F(FileLocks, are_in_a_file_of_their_users_alone) {
    using std::filesystem::perms;
    EXPECT_EQ(std::filesystem::status(file).permissions(), perms::owner_read | perms::owner_write);
    EXPECT_FALSE(FileLock::open(folder.path() / "nowhere" / "lock"));
}

}  // namespace
}  // namespace frontrow::io
