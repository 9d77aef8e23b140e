#pragma once

#include "base/result.h"
#include "io/redis/redis_reply.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct redisReader;

namespace frontrow::io {

/// Encodes a command in Redis's protocol.
std::string written_command(std::span<const std::string_view> words);

/// Decodes bytes into replies; no I/O. Unusable after an error.
class RedisReader {
public:
    RedisReader();

    void feed(std::string_view bytes);
    /// Returns the next complete reply, nothing if it isn't complete yet, or what is wrong with the
    /// bytes.
    Result<std::optional<RedisReply>, std::string> next();

private:
    struct Free {
        void operator()(redisReader* reader) const;
    };

    std::unique_ptr<redisReader, Free> reader_;
};

}  // namespace frontrow::io
