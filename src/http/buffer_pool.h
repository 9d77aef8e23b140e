#pragma once

#include "http/text.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::http {

/// Buffers for reading requests and building answers. A connection has buffers only while it has
/// work, so ten thousand idle connections cost none, and the busy ones reuse a few warm ones.
///
/// Larger buffers are kept too: freeing them would fragment the heap, because small objects of the
/// next connection would take their place. One thread.
class BufferPool {
public:
    /// Enough for nearly every whole request.
    static constexpr std::size_t kBytes = 4 << 10;

    /// Returns at least `kBytes` bytes of unspecified content.
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

    /// If `text` has no buffer, gives it one from the pool, with room for a usual answer. Does
    /// nothing if the pool is empty.
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

    /// For an answer that is built and sent without suspending in between.
    std::string& scratch() {
        scratch_.clear();
        return scratch_;
    }

private:
    /// Enough for the requests of a few batches that wait for their commit.
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
