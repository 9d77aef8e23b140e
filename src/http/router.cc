#include "http/router.h"

#include "base/check.h"
#include "http/query.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace frontrow::http {
namespace {

bool is_part(std::string_view segment) {
    return segment.starts_with('{');
}

/// What follows the {…} part in a pattern's segment.
std::string_view after_part(std::string_view pattern) {
    return pattern.substr(pattern.find('}') + 1);
}

/// Whether the segment of a path can be that of the pattern, which begins with a {…} part.
bool fits_part(std::string_view asked, std::string_view pattern) {
    if (pattern.ends_with('}')) return !asked.empty();
    const auto rest = after_part(pattern);
    return asked.size() > rest.size() && asked.ends_with(rest);
}

/// Takes the segment up to the next slash from the front of the path.
std::string_view take_segment(std::string_view& path) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    const auto segment = path.substr(0, end);
    path.remove_prefix(end);
    return segment;
}

/// The label in the metrics: `/events/:id` for `/events/{id}`.
std::string metrics_label(std::string_view pattern) {
    std::string label;
    for (const char c : pattern) {
        if (c == '{') label += ':';
        if (c != '{' && c != '}') label += c;
    }
    return label;
}

}  // namespace

std::optional<PathSegments> PathSegments::split(std::string_view path) {
    PathSegments segments;
    while (path.starts_with('/')) {
        if (segments.count_ == kMax) return std::nullopt;
        segments.each_[segments.count_++] = take_segment(path);
    }
    return path.empty() ? std::optional{segments} : std::nullopt;
}

bool PathSegments::decode(std::array<std::string, kMax>& texts) {
    for (std::size_t i = 0; i < count_; ++i) {
        auto decoded = decode_percent(each_[i]);
        if (!decoded || decoded->contains('\0')) return false;
        texts[i] = std::move(*decoded);
        each_[i] = texts[i];
    }
    return true;
}

/// Compares from the end, because most paths begin alike.
bool PathSegments::fit(const PathSegments& pattern) const {
    if (count_ != pattern.count_) return false;
    for (std::size_t i = count_; i-- > 0;) {
        const auto asked = each_[i];
        const auto wanted = pattern.each_[i];
        if (is_part(wanted) ? !fits_part(asked, wanted) : asked != wanted) return false;
    }
    return true;
}

void PathSegments::take_parts(const PathSegments& pattern, PathParts& parts) const {
    std::size_t next = 0;
    for (std::size_t i = 0; i < count_; ++i)
        if (is_part(pattern.each_[i]))
            parts[next++] =
                each_[i].substr(0, each_[i].size() - after_part(pattern.each_[i]).size());
}

std::size_t PathSegments::count_parts() const {
    return static_cast<std::size_t>(std::ranges::count_if(each_, is_part));
}

namespace {

/// Probes have no limits: a load balancer that is refused would take the node out.
std::optional<admission::RequestClass> class_of(const Route& route) {
    using enum admission::RequestClass;
    constexpr std::string_view kProbes[] = {"/health", "/api/v1/health", "/livez", "/readyz"};
    if (std::ranges::find(kProbes, route.pattern) != std::end(kProbes)) return std::nullopt;
    if (route.weight == Weight::hold) return hold;
    if (route.method == Method::get) return route.weight == Weight::heavy ? heavy_read : read;
    if (route.pattern == "/api/v1/sessions") return session;
    if (route.pattern == "/api/v1/payments/notices/{provider}") return notice;
    return route.access == Access::anyone ? anonymous_write : write;
}

}  // namespace

Router::Router(std::span<const Route> routes, telemetry::Metrics& metrics, BasePath base_path)
    : base_path_{std::move(base_path)}, unrouted_{metrics.route("OTHER", "unknown")} {
    entries_.reserve(routes.size());
    for (const auto& route : routes) {
        const auto segments = PathSegments::split(route.pattern);
        CHECK(segments && segments->count_parts() <= std::tuple_size_v<PathParts>);
        entries_.push_back(
            {route,
             *segments,
             class_of(route),
             metrics.route(name_of(route.method), metrics_label(route.pattern))}
        );
    }
}

Router::Match Router::find(Method method, std::string_view path, PathParts& parts) {
    const auto below = base_path_.take_off(path);
    auto asked = PathSegments::split(below.value_or(path));
    if (!asked) return {};
    if (!path.contains('%')) return find(method, *asked, below.has_value(), parts);
    std::array<std::string, PathSegments::kMax> texts;
    return asked->decode(texts) ? find(method, *asked, below.has_value(), parts) : Match{};
}

Router::Match
Router::find(Method method, const PathSegments& asked, bool is_below_base, PathParts& parts) {
    Match match;
    std::string_view pattern;
    for (auto& entry : entries_) {
        if (!is_below_base && !entry.route.is_also_at_root) continue;
        if (!asked.fit(entry.segments)) continue;
        if (!pattern.empty() && entry.route.pattern != pattern) continue;
        pattern = entry.route.pattern;
        if (entry.route.method == method) {
            asked.take_parts(entry.segments, parts);
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
