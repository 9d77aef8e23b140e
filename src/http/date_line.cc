#include "http/date_line.h"

#include <chrono>
#include <cstdio>

namespace frontrow::http {
namespace {

constexpr std::array kWeekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array
    kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

void DateLine::show(Instant now) {
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    if (second == shown_) return;
    shown_ = second;
    render();
}

void DateLine::render() {
    const auto day = std::chrono::floor<std::chrono::days>(shown_);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{shown_ - day};
    std::snprintf(
        text_.data(),
        text_.size(),
        "Date: %s, %02u %s %04d %02d:%02d:%02d GMT\r\n",
        kWeekdays[std::chrono::weekday{day}.c_encoding()],
        static_cast<unsigned>(date.day()),
        kMonths[static_cast<unsigned>(date.month()) - 1],
        static_cast<int>(date.year()),
        static_cast<int>(time.hours().count()),
        static_cast<int>(time.minutes().count()),
        static_cast<int>(time.seconds().count())
    );
}

}  // namespace frontrow::http
