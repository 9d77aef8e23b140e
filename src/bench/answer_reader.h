#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace frontrow::bench {

/// What a server said; it lies in the reader's buffer until the next answer.
struct Answer {
    unsigned status = 0;
    std::string_view head;
    std::string_view body;

    /// As much of the body as a complaint shows.
    std::string excerpt() const { return std::string{body.substr(0, 300)}; }
};

/// Finds the end of an HTTP answer in bytes as they come: a machine without I/O. It knows the
/// status and the length and skips the rest, because a load generator that reads its answers as
/// carefully as a browser would measure itself. So an answer must have a Content-Length, and come
/// alone.
class AnswerReader {
public:
    enum class State : std::uint8_t { more, whole, broken };

    /// Where the next bytes are to go.
    std::span<char> space();
    /// So many have come.
    State took(std::size_t bytes);
    /// Once it's whole.
    Answer answer() const;
    /// Forgets it.
    void begin() { size_ = head_size_ = body_size_ = 0; }

private:
    bool read_head();

    std::string buffer_;
    std::size_t size_ = 0;
    /// 0 until the head is there.
    std::size_t head_size_ = 0;
    std::size_t body_size_ = 0;
    unsigned status_ = 0;
};

}  // namespace frontrow::bench
