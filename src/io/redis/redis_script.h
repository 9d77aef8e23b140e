#pragma once

#include <span>
#include <string>
#include <string_view>

namespace frontrow::io {

/// A Lua script and its SHA-1. Once Redis has loaded the script, the SHA-1 suffices to run it.
class RedisScript {
public:
    explicit RedisScript(std::string source);

    const std::string& source() const { return source_; }
    /// SHA-1 of the source, 40 hexadecimal digits.
    const std::string& sha1() const { return sha1_; }

private:
    std::string source_;
    std::string sha1_;
};

/// One run of a script. The keys and arguments must stay valid until the run is answered.
struct RedisRun {
    std::span<const std::string_view> keys;
    std::span<const std::string_view> args;
};

}  // namespace frontrow::io
