#include "io/redis/redis_reader.h"

#include "base/check.h"

#include <hiredis/hiredis.h>
#include <hiredis/read.h>

#include <utility>
#include <vector>

namespace frontrow::io {
namespace {

/// A longer list is treated as a protocol error before memory is allocated for it.
constexpr int kListItemsMax = 1'000'000;

/// The place for the next value that hiredis decodes: in the list that contains the value, or a new
/// reply.
RedisReply* place_of(const redisReadTask* task) {
    if (task->parent == nullptr) return new RedisReply;
    auto& list = *static_cast<RedisReply*>(task->parent->obj);
    return &list.items[static_cast<std::size_t>(task->idx)];
}

void* make_text(const redisReadTask* task, char* text, std::size_t size) {
    auto* reply = place_of(task);
    const bool is_error = task->type == REDIS_REPLY_ERROR;
    reply->kind = is_error ? RedisReply::Kind::error : RedisReply::Kind::text;
    reply->text.assign(text, size);
    return reply;
}

void* make_list(const redisReadTask* task, int size) {
    if (size > kListItemsMax) return nullptr;
    auto* reply = place_of(task);
    reply->kind = RedisReply::Kind::list;
    reply->items.resize(static_cast<std::size_t>(size));
    return reply;
}

void* make_integer(const redisReadTask* task, long long value) {
    auto* reply = place_of(task);
    reply->kind = RedisReply::Kind::integer;
    reply->integer = value;
    return reply;
}

void* make_nothing(const redisReadTask* task) {
    return place_of(task);
}

/// hiredis calls this only for a whole reply, never for an element of a list.
void free_reply(void* reply) {
    delete static_cast<RedisReply*>(reply);
}

redisReplyObjectFunctions functions{make_text, make_list, make_integer, make_nothing, free_reply};

}  // namespace

std::string written_command(std::span<const std::string_view> words) {
    std::vector<const char*> starts;
    std::vector<std::size_t> sizes;
    starts.reserve(words.size());
    sizes.reserve(words.size());
    for (const auto word : words) {
        starts.push_back(word.empty() ? "" : word.data());
        sizes.push_back(word.size());
    }
    char* text = nullptr;
    const auto size =
        redisFormatCommandArgv(&text, static_cast<int>(words.size()), starts.data(), sizes.data());
    CHECK(size > 0);
    std::string written{text, static_cast<std::size_t>(size)};
    redisFreeCommand(text);
    return written;
}

RedisReader::RedisReader() : reader_{redisReaderCreateWithFunctions(&functions)} {
    CHECK(reader_ != nullptr);
}

void RedisReader::Free::operator()(redisReader* reader) const {
    redisReaderFree(reader);
}

void RedisReader::feed(std::string_view bytes) {
    // If this fails, next() returns the error.
    (void)redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
}

Result<std::optional<RedisReply>, std::string> RedisReader::next() {
    void* made = nullptr;
    if (redisReaderGetReply(reader_.get(), &made) != REDIS_OK)
        return std::unexpected(std::string{reader_->errstr});
    if (made == nullptr) return std::nullopt;
    const std::unique_ptr<RedisReply> reply{static_cast<RedisReply*>(made)};
    return std::move(*reply);
}

}  // namespace frontrow::io
