#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace frontrow::http {

/// The path under which a proxy publishes this server: empty, or like `/shop`
/// (config::check_base_path). The proxy forwards requests below that path unchanged. Routes and
/// handlers use paths without it; paths in answers begin with it.
///
/// A requested path must begin with the base path exactly as it is written. If a part of it is
/// percent-encoded (`/%73hop`), the path counts as outside; only the rest may be encoded.
class BasePath {
public:
    BasePath() = default;
    explicit BasePath(std::string path) : path_{std::move(path)} {}

    bool is_empty() const { return path_.empty(); }
    std::string_view text() const { return path_; }

    /// Returns the requested path without the base path; nothing if it isn't below the base path.
    std::optional<std::string_view> take_off(std::string_view asked) const {
        if (path_.empty()) return asked;
        if (!asked.starts_with(path_)) return std::nullopt;
        const auto rest = asked.substr(path_.size());
        if (rest.empty()) return "/";
        return rest.starts_with('/') ? std::optional{rest} : std::nullopt;
    }

    /// Returns one of our paths as a client must request it.
    std::string put_before(std::string_view path) const { return path_ + std::string{path}; }

private:
    std::string path_;
};

}  // namespace frontrow::http
