#include "bench/progress.h"

#include "bench/words.h"

namespace frontrow::bench {

void Progress::say(const std::string& line) {
    std::fprintf(to_, "%s\n", line.c_str());
    std::fflush(to_);
}

void Progress::begin(const std::string& who) {
    gathered_ = {};
    lines_ = 0;
    if (!is_terminal_) return say("load on " + who);
    say("\033[1m" + who + "\033[0m");
    say("\033[2m  time   requests/s        p50        p99  answers\033[0m");
}

void Progress::slice(const Slice& slice) {
    gathered_.tally.add(slice.tally);
    gathered_.end = slice.end;
    // Slices end a little late, so most of a second counts as one.
    if (gathered_.end - gathered_.begin >= std::chrono::milliseconds{950}) second();
}

void Progress::end() {
    if (gathered_.tally.answered() > 0 &&
        (lines_ == 0 || gathered_.end - gathered_.begin >= std::chrono::milliseconds{500}))
        second();
}

void Progress::second() {
    const auto& tally = gathered_.tally;
    const auto latency = tally.latency();
    const double seconds = std::chrono::duration<double>(gathered_.end - gathered_.begin).count();
    const auto rate =
        in_words(static_cast<std::uint64_t>(static_cast<double>(tally.answered()) / seconds));
    const auto p50 = in_words(latency.percentile(0.5));
    const auto p99 = in_words(latency.percentile(0.99));
    const double time = std::chrono::duration<double>(gathered_.end).count();
    if (is_terminal_) {
        say(fmt::format(
            "{:5.1f}s \033[1m{:>12}\033[0m {:>10} {:>10}  \033[2m{}\033[0m",
            time,
            rate,
            p50,
            p99,
            in_words(tally.answers, "  ")
        ));
    } else {
        say(fmt::format(
            "{:.1f} s: {} requests/s, p50 {}, p99 {}; {}",
            time,
            rate,
            p50,
            p99,
            in_words(tally.answers, ", ")
        ));
    }
    const auto end = gathered_.end;
    gathered_ = {};
    gathered_.begin = gathered_.end = end;
    ++lines_;
}

}  // namespace frontrow::bench
