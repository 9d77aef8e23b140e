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

/// A command as Redis reads it.
std::string written_command(std::span<const std::string_view> words);

/// Makes replies of bytes; no I/O. After an error it is of no more use.
class RedisReader {
public:
    RedisReader();

    void feed(std::string_view bytes);
    /// The next whole reply, nothing if its end hasn't come yet, or what is wrong with the bytes.
    Result<std::optional<RedisReply>, std::string> next();

private:
    struct Free {
        void operator()(redisReader* reader) const;
    };

    std::unique_ptr<redisReader, Free> reader_;
};

}  // namespace frontrow::io
