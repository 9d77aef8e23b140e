#include "base/instant.h"

#include <array>
#include <cstring>

namespace frontrow {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// Consumes fixed fields from the front of a text. After the first field that doesn't match, `ok`
/// stays false.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_{text} {}

    int digits(std::size_t count) {
        int value = 0;
        for (std::size_t i = 0; i < count; ++i)
            value = value * 10 + digit();
        return value;
    }

    void expect(std::string_view choices) { take(choices); }

    char take(std::string_view choices) {
        if (rest_.empty() || choices.find(rest_.front()) == std::string_view::npos) return fail();
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    /// Parses an optional fraction (`.` and at least one digit), in milliseconds.
    int fraction_ms() {
        if (rest_.empty() || rest_.front() != '.') return 0;
        rest_.remove_prefix(1);
        int value = 0;
        int scale = 100;
        do {
            value += digit() * scale;
            scale /= 10;
        } while (ok_ && !rest_.empty() && is_digit(rest_.front()));
        return value;
    }

    bool ok() const { return ok_; }
    bool done() const { return ok_ && rest_.empty(); }

private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }

    int digit() {
        if (rest_.empty() || !is_digit(rest_.front())) return fail() - '0';
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c - '0';
    }

    char fail() {
        ok_ = false;
        return '0';
    }

    std::string_view rest_;
    bool ok_ = true;
};

constexpr auto kPairs = [] {
    std::array<std::array<char, 2>, 100> pairs{};
    for (std::size_t i = 0; i < pairs.size(); ++i)
        pairs[i] = {static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10)};
    return pairs;
}();

/// Writes two digits, followed by `next`.
char* write_pair(char* to, unsigned value, char next) {
    std::memcpy(to, kPairs[value].data(), 2);
    to[2] = next;
    return to + 3;
}

}  // namespace

std::optional<Instant> parse_rfc3339(std::string_view text) {
    Scanner in{text};
    const int year = in.digits(4);
    in.expect("-");
    const int month = in.digits(2);
    in.expect("-");
    const int day = in.digits(2);
    in.expect("Tt ");
    const int hour = in.digits(2);
    in.expect(":");
    const int minute = in.digits(2);
    in.expect(":");
    const int second = in.digits(2);
    const int ms = in.fraction_ms();
    int offset_minutes = 0;
    if (const char zone = in.take("Zz+-"); zone == '+' || zone == '-') {
        const int offset_hours = in.digits(2);
        in.expect(":");
        const int rest = in.digits(2);
        if (offset_hours > 23 || rest > 59) return std::nullopt;
        offset_minutes = (offset_hours * 60 + rest) * (zone == '-' ? -1 : 1);
    }
    const std::chrono::year_month_day date{
        std::chrono::year{year},
        std::chrono::month{static_cast<unsigned>(month)},
        std::chrono::day{static_cast<unsigned>(day)}
    };
    // A leap second (:60) counts as the second that follows it, as on most clocks.
    if (!in.done() || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    const Instant at = std::chrono::sys_days{date} + hours{hour} +
                       minutes{minute - offset_minutes} + seconds{second} + Millis{ms};
    const bool in_range = at >= kFirstInstant && at <= kLastInstant;
    return in_range ? std::optional{at} : std::nullopt;
}

char* write_rfc3339(char* to, Instant at) {
    const auto day = std::chrono::floor<days>(at);
    const std::chrono::year_month_day date{day};
    const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
    const auto ms = static_cast<unsigned>((at - day).count());
    const auto second = ms / 1'000;
    const auto minute = second / 60;
    const auto hour = minute / 60;
    std::memcpy(to, kPairs[year / 100].data(), 2);
    to = write_pair(to + 2, year % 100, '-');
    to = write_pair(to, static_cast<unsigned>(date.month()), '-');
    to = write_pair(to, static_cast<unsigned>(date.day()), 'T');
    to = write_pair(to, hour, ':');
    to = write_pair(to, minute % 60, ':');
    to = write_pair(to, second % 60, '.');
    *to = static_cast<char>('0' + ms % 1'000 / 100);
    return write_pair(to + 1, ms % 100, 'Z');
}

void append_rfc3339(std::string& out, Instant at) {
    std::array<char, 24> text;
    write_rfc3339(text.data(), at);
    out.append(text.data(), text.size());
}

std::string to_rfc3339(Instant at) {
    std::string out;
    append_rfc3339(out, at);
    return out;
}

}  // namespace frontrow
