#include "io/line_writer.h"

#include "support/eventually.h"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace frontrow::io {
namespace {

/// A pipe whose other end the test reads.
class WrittenPipe {
public:
    WrittenPipe() {
        // As in the program: if the reader has gone, a write fails and no signal ends the process.
        std::signal(SIGPIPE, SIG_IGN);
        if (::pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        size_ = ::fcntl(ends_[1], F_SETPIPE_SZ, 4'096);
    }
    ~WrittenPipe() {
        close_reader();
        close_writer();
    }
    WrittenPipe(const WrittenPipe&) = delete;
    WrittenPipe& operator=(const WrittenPipe&) = delete;

    int writer() const { return ends_[1]; }
    std::size_t size() const { return static_cast<std::size_t>(size_); }
    void close_reader() { close_end(0); }
    /// Gives the pipe a reader again.
    void open_reader() {
        const auto pipe = "/proc/self/fd/" + std::to_string(writer());
        ends_[0] = ::open(pipe.c_str(), O_RDONLY | O_CLOEXEC);
        if (ends_[0] < 0) throw std::runtime_error("no reader");
    }
    void close_writer() { close_end(1); }

    /// Waits for a line; returns nothing at the end.
    std::optional<std::string> read_line() {
        for (;;) {
            const auto end = read_.find('\n');
            if (end != std::string::npos) {
                auto line = read_.substr(0, end);
                read_.erase(0, end + 1);
                return line;
            }
            std::array<char, 4'096> bytes;
            const auto length = ::read(ends_[0], bytes.data(), bytes.size());
            if (length <= 0) return std::nullopt;
            read_.append(bytes.data(), static_cast<std::size_t>(length));
        }
    }

private:
    void close_end(std::size_t which) {
        if (ends_[which] >= 0) ::close(ends_[which]);
        ends_[which] = -1;
    }

    std::array<int, 2> ends_{-1, -1};
    int size_ = 0;
    std::string read_;
};

std::string tell_dropped(std::uint64_t lines) {
    return "dropped " + std::to_string(lines) + "\n";
}

constexpr std::size_t kLineLength = 128;

std::string numbered_line(std::size_t number) {
    auto line = std::to_string(number);
    line.append(kLineLength - 1 - line.size(), '.');
    return line + "\n";
}

TEST(LineWriter, writes_lines_in_their_order_and_all_before_it_goes) {
    WrittenPipe pipe;
    {
        LineWriter writer{pipe.writer(), tell_dropped};
        for (const auto* line : {"one\n", "two\n", "three\n"})
            writer.write(line);
        EXPECT_EQ(writer.dropped(), 0);
    }
    pipe.close_writer();
    for (const auto* line : {"one", "two", "three"})
        EXPECT_EQ(pipe.read_line(), line);
    EXPECT_EQ(pipe.read_line(), std::nullopt);
}

/// Every line is either written or counted, and the count is reported.
TEST(LineWriter, drops_what_nobody_reads_and_says_how_much_once_somebody_does) {
    WrittenPipe pipe;
    std::size_t written = 0;
    std::size_t read = 0;
    std::size_t told = 0;
    std::size_t next = 0;
    {
        LineWriter writer{pipe.writer(), tell_dropped};
        while (writer.dropped() < 10)
            writer.write(numbered_line(written++));
        const auto room = pipe.size() + 2 * LineWriter::kWaitingBytesMax;
        EXPECT_LE(written * kLineLength, room + 10 * kLineLength);
        while (told == 0) {
            const auto line = pipe.read_line();
            ASSERT_TRUE(line);
            if (line->starts_with("dropped ")) {
                told = std::stoul(line->substr(8));
            } else {
                EXPECT_GE(std::stoul(*line), next);
                next = std::stoul(*line) + 1;
                ++read;
            }
        }
        EXPECT_EQ(told, writer.dropped());
        EXPECT_EQ(read + told, written);
        writer.write("more\n");
        EXPECT_EQ(pipe.read_line(), "more");
    }
    pipe.close_writer();
    EXPECT_EQ(pipe.read_line(), std::nullopt);
}

TEST(LineWriter, goes_although_nobody_reads) {
    WrittenPipe pipe;
    LineWriter writer{pipe.writer(), tell_dropped};
    while (writer.dropped() == 0)
        writer.write(numbered_line(0));
}

/// The writer's own line about dropped lines isn't counted, though it can't be written either.
TEST(LineWriter, counts_lines_that_cannot_be_written_and_says_how_many_later) {
    WrittenPipe pipe;
    LineWriter writer{pipe.writer(), tell_dropped};
    pipe.close_reader();
    for (std::uint64_t lost = 1; lost <= 3; ++lost) {
        writer.write("lost\n");
        ASSERT_TRUE(test::eventually([&] { return writer.dropped() >= lost; }));
        EXPECT_EQ(writer.dropped(), lost);
    }
    pipe.open_reader();
    writer.write("found\n");
    EXPECT_EQ(pipe.read_line(), "found");
    EXPECT_EQ(pipe.read_line(), "dropped 3");
    EXPECT_EQ(writer.dropped(), 3U);
}

}  // namespace
}  // namespace frontrow::io
