#pragma once

#include "http/text.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::http {

/// The memory that requests are read into and answers are put together in. A connection has some of
/// it while it has something to do with it, and none while it is idle: so ten thousand idle
/// connections cost no buffers, and few busy ones use the same few, warm ones again and again.
/// Larger ones are used again, too: freed, they would leave holes that the next connection's small
/// objects break up. One thread.
class BufferPool {
public:
    /// As many bytes as nearly every request has in all.
    static constexpr std::size_t kBytes = 4 << 10;

    /// At least `kBytes` bytes, of any content.
    std::vector<char> take() {
        if (buffers_.empty()) return std::vector<char>(kBytes);
        auto buffer = std::move(buffers_.back());
        buffers_.pop_back();
        kept_ -= buffer.size();
        return buffer;
    }
    void give_back(std::vector<char>&& buffer) {
        if (buffer.size() >= kBytes && keeps(buffer.size())) buffers_.push_back(std::move(buffer));
        buffer = std::vector<char>{};
    }

    /// Gives room for a usual answer to a text that has none.
    void lend(std::string& text) {
        if (has_room(text) || texts_.empty()) return;
        text = std::move(texts_.back());
        texts_.pop_back();
        kept_ -= text.capacity();
    }
    void give_back(std::string&& text) {
        if (has_room(text) && keeps(text.capacity())) {
            text.clear();
            texts_.push_back(std::move(text));
        }
        free_memory(text);
    }

    /// For what is put together and sent without a pause in between.
    std::string& scratch() {
        scratch_.clear();
        return scratch_;
    }

private:
    /// What the requests of some batches need that wait for their commit.
    static constexpr std::size_t kKeptMax = 4 << 20;
    static constexpr std::size_t kOneMax = 128 << 10;

    static bool has_room(const std::string& text) {
        return text.capacity() > std::string{}.capacity();
    }
    bool keeps(std::size_t bytes) {
        if (bytes > kOneMax || kept_ + bytes > kKeptMax) return false;
        kept_ += bytes;
        return true;
    }

    std::vector<std::vector<char>> buffers_;
    std::vector<std::string> texts_;
    std::size_t kept_ = 0;
    std::string scratch_;
};

}  // namespace frontrow::http
