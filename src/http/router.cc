#include "http/router.h"

#include "base/check.h"
#include "http/query.h"

#include <algorithm>

namespace frontrow::http {
namespace {

bool is_part(std::string_view segment) {
    return segment.starts_with('{');
}

/// Takes the segment before the next slash off the path.
std::string_view take_segment(std::string_view& path) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    const auto segment = path.substr(0, end);
    path.remove_prefix(end);
    return segment;
}

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    while (path.starts_with('/'))
        segments.push_back(take_segment(path));
    return segments;
}

bool matches(const std::vector<std::string_view>& segments, std::string_view path) {
    for (const auto segment : segments) {
        if (!path.starts_with('/')) return false;
        const auto asked = take_segment(path);
        if (is_part(segment) ? asked.empty() : asked != segment) return false;
    }
    return path.empty();
}

/// Text that a seat, a user or an event can't have: percent-encoding that doesn't decode, or a NUL.
bool take_parts(
    const std::vector<std::string_view>& segments,
    std::string_view path,
    std::array<std::string, 2>& parts
) {
    std::size_t next = 0;
    for (const auto segment : segments) {
        const auto asked = take_segment(path);
        if (!is_part(segment)) continue;
        auto decoded = decode_percent(asked);
        if (!decoded || decoded->find('\0') != std::string::npos) return false;
        parts[next++] = std::move(*decoded);
    }
    return true;
}

/// `/events/{id}` as dashboards know it: `/events/:id`.
std::string metrics_label(std::string_view pattern) {
    std::string label;
    for (const char c : pattern) {
        if (c == '{') label += ':';
        if (c != '{' && c != '}') label += c;
    }
    return label;
}

}  // namespace

Router::Router(std::span<const Route> routes, telemetry::Metrics& metrics)
    : unrouted_{metrics.route("OTHER", "unknown")} {
    entries_.reserve(routes.size());
    for (const auto& route : routes) {
        auto segments = split(route.pattern);
        CHECK(std::ranges::count_if(segments, is_part) <= 2);
        entries_.push_back(
            {route,
             std::move(segments),
             metrics.route(name_of(route.method), metrics_label(route.pattern))}
        );
    }
}

Router::Match
Router::find(Method method, std::string_view path, std::array<std::string, 2>& parts) {
    Match match;
    for (auto& entry : entries_) {
        if (!matches(entry.segments, path)) continue;
        if (entry.route.method == method) {
            if (!take_parts(entry.segments, path, parts)) return {};
            match.entry = &entry;
            return match;
        }
        if (!match.allowed.empty()) match.allowed += ", ";
        match.allowed += name_of(entry.route.method);
        if (entry.route.method == Method::get) match.allowed += ", HEAD";
    }
    if (!match.allowed.empty()) match.allowed += ", OPTIONS";
    return match;
}

}  // namespace frontrow::http
