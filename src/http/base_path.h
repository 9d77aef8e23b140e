#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace frontrow::http {

/// Below which path of its host all of a server lies, for a proxy that sends here what it gets
/// below that: empty, or like `/shop` (config::check_base_path). Routes and handlers know paths
/// without it; what a client is told begins with it.
class BasePath {
public:
    BasePath() = default;
    explicit BasePath(std::string path) : path_{std::move(path)} {}

    bool is_empty() const { return path_.empty(); }
    std::string_view text() const { return path_; }

    /// The rest of an asked path that lies below it; nothing for any other.
    std::optional<std::string_view> take_off(std::string_view asked) const {
        if (path_.empty()) return asked;
        if (!asked.starts_with(path_)) return std::nullopt;
        const auto rest = asked.substr(path_.size());
        if (rest.empty()) return "/";
        return rest.starts_with('/') ? std::optional{rest} : std::nullopt;
    }

    /// One of our paths as a client asks for it.
    std::string put_before(std::string_view path) const { return path_ + std::string{path}; }

private:
    std::string path_;
};

}  // namespace frontrow::http
