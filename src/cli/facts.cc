#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/fact_source.h"
#include "cli/side_record.h"
#include "cli/stop_signals.h"
#include "cli/store_name.h"
#include "config/options.h"
#include "io/run_to_end.h"
#include "store/engine/polled_feed.h"
#include "store/feed_cursor.h"
#include "wire/fact_json.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

namespace frontrow::cli {
namespace {

using io::Awaitable;
using io::Fault;
using io::FaultKind;
using store::FeedPosition;
using Ended = Result<void, Fault>;

constexpr auto kNoEnd = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kFactsAtOnce = 1'000;

constexpr int kLastPatienceMs = 1'000;

/// A signal has asked the command to end.
volatile std::sig_atomic_t is_ending = 0;

/// The first signal ends the command cleanly. If SIGINT or SIGTERM comes a second time, it ends the
/// command at once; a second SIGHUP changes nothing. There is no SA_RESTART, so a signal also
/// interrupts a write that waits for its reader.
void end_on_signals() {
    struct sigaction action{};
    action.sa_handler = [](int) { is_ending = 1; };
    sigemptyset(&action.sa_mask);
    for (const int signal : stop_signals()) {
        action.sa_flags = signal == SIGHUP ? 0 : static_cast<int>(SA_RESETHAND);
        sigaction(signal, &action, nullptr);
    }
}

/// After a signal: whether the reader takes more output within kLastPatienceMs.
bool takes_more() {
    pollfd out{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
    return ::poll(&out, 1, kLastPatienceMs) == 1 && (out.revents & POLLOUT) != 0;
}

/// Returns false if the reader is gone, or if it doesn't read and a signal has come. A reader that
/// keeps reading gets whole lines.
Result<bool, Fault> write_out(std::string_view text) {
    while (!text.empty()) {
        const bool is_last = is_ending != 0;
        if (is_last && !takes_more()) return false;
        // A pipe that is ready takes at least PIPE_BUF bytes without blocking.
        const auto piece = text.substr(0, is_last ? PIPE_BUF : text.size());
        const auto written = ::write(STDOUT_FILENO, piece.data(), piece.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EPIPE) {
            return false;
        } else if (errno != EINTR) {
            return std::unexpected(Fault{
                FaultKind::unavailable,
                std::string{"can't write to standard output: "} + std::strerror(errno)
            });
        }
    }
    return true;
}

/// The progress of the output.
struct Printing {
    FeedPosition at;
    /// The last fact to print.
    std::uint64_t last = kNoEnd;
    std::uint64_t left = kNoEnd;

    bool is_done() const { return left == 0 || at.seq >= last; }

    /// Returns the lines of the next facts, and moves `at` past them.
    std::string lines_of(const std::vector<store::FeedBatch>& batches) {
        std::string lines;
        for (const auto& batch : batches) {
            for (const auto& fact : batch.behind(at.seq)) {
                if (is_done()) return lines;
                at = batch.at(fact);
                --left;
                wire::append_told_fact(lines, fact, at.to_string());
                lines += '\n';
            }
        }
        return lines;
    }
};

Fault gone(const FeedPosition& place) {
    return {
        FaultKind::unavailable,
        "the journal has another past than the one in which fact " + place.to_string() +
            " was told; begin anew with --after"
    };
}

Awaitable<Ended> move_cursor(store::FeedCursor& cursor, FeedPosition to) {
    const auto moved = co_await cursor.move(to);
    if (!moved) co_return std::unexpected(moved.error());
    if (*moved) co_return Ended{};
    co_return std::unexpected(
        Fault{FaultKind::unavailable, "another reader has moved the cursor meanwhile"}
    );
}

/// `cursor` may be null.
Awaitable<Ended> print_lines(store::Feed& feed, Printing printing, store::FeedCursor* cursor) {
    for (;;) {
        const auto from = printing.at;
        const auto found = co_await feed.after(from, std::min(printing.left, kFactsAtOnce));
        if (!found) co_return std::unexpected(found.error());
        if (!*found) co_return std::unexpected(gone(from));
        const auto lines = printing.lines_of(**found);
        const auto is_written = write_out(lines);
        if (!is_written) co_return std::unexpected(is_written.error());
        if (!*is_written) co_return Ended{};
        if (cursor != nullptr && printing.at != from) {
            const auto moved = co_await move_cursor(*cursor, printing.at);
            if (!moved) co_return moved;
        }
        if (printing.is_done() || is_ending != 0) co_return Ended{};
        if (!lines.empty()) continue;
        const auto waited = co_await feed.until_beyond(from.seq, store::engine::PolledFeed::kPace);
        if (!waited) co_return waited;
    }
}

Awaitable<Ended> print_behind_cursor(
    store::Feed& feed,
    Printing printing,
    std::optional<FeedPosition> after,
    store::SideRecords& records,
    std::string name
) {
    store::FeedCursor cursor{records, name};
    const auto stands = co_await cursor.read();
    if (!stands) co_return std::unexpected(stands.error());
    printing.at = after.value_or(*stands);
    co_return co_await print_lines(feed, printing, &cursor);
}

Awaitable<Ended> print_facts(
    store::Feed& feed,
    io::Executor executor,
    const config::FactsSettings& settings,
    std::optional<FeedPosition> after
) {
    // Read the head first: without a journal, this fails before anything is created for a cursor.
    const auto head = co_await feed.head();
    if (!head) co_return std::unexpected(head.error());
    const Printing printing{
        .at = after.value_or(FeedPosition{}),
        .last = settings.follow ? kNoEnd : head->seq,
        .left = settings.limit.value_or(kNoEnd),
    };
    if (settings.cursor.empty()) co_return co_await print_lines(feed, printing, nullptr);
    const auto records = open_records(executor, settings.store);
    if (!records) co_return std::unexpected(records.error());
    auto ended = co_await print_behind_cursor(feed, printing, after, **records, settings.cursor);
    co_await (*records)->close();
    co_return ended;
}

Awaitable<Ended> read_and_print(
    io::Executor executor,
    const config::FactsSettings& settings,
    std::optional<FeedPosition> after
) {
    const auto reader = make_fact_reader(executor, settings.store);
    store::engine::PolledFeed feed{executor, *reader};
    auto ended = co_await print_facts(feed, executor, settings, after);
    co_await reader->close();
    co_return ended;
}

int facts(const config::FactsSettings& settings) {
    std::optional<FeedPosition> after;
    if (!settings.after.empty()) {
        after = FeedPosition::parse(settings.after);
        if (!after) return misused("facts", "--after takes 0, or the seq or the id of a fact");
    }
    const TextBounds bounds{.min = 0, .max = store::FeedCursor::kNameMax};
    if (find_flaw(settings.cursor, bounds, TextLines::one)) {
        return misused(
            "facts",
            "--cursor takes a name in one line, of " + std::to_string(bounds.max) +
                " characters at most"
        );
    }
    say_store("facts", settings.store);
    if (const auto why = why_no_journal(settings.store); !why.empty()) return failed("facts", why);
    end_on_signals();
    boost::asio::io_context context{1};
    const auto ended =
        io::run_to_end(context, read_and_print(context.get_executor(), settings, after));
    return ended ? kDone : failed("facts", ended.error().what);
}

}  // namespace

void add_facts(CLI::App& app, int& exit_code) {
    auto settings = std::make_shared<config::FactsSettings>();
    auto* command =
        app.add_subcommand("facts", "Print what has become true, a line of JSON for each fact");
    command->footer(
        "Works beside a running server, up to its newest durable fact; with --follow it goes on.\n"
        "A cursor is moved once the lines before it are written, so the next run continues there\n"
        "and prints again what was lost in between. docs/feed.md describes a line."
    );
    config::add_options(*command, *settings);
    command->callback([settings, &exit_code] { exit_code = facts(*settings); });
}

}  // namespace frontrow::cli
