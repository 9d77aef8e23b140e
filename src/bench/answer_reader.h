#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace frontrow::bench {

/// A server's answer. It points into the reader's buffer and is valid until the next answer.
struct Answer {
    unsigned status = 0;
    std::string_view head;
    std::string_view body;

    /// The part of the body that a complaint quotes.
    std::string excerpt() const { return std::string{body.substr(0, 300)}; }
};

/// Finds the end of an HTTP answer in a stream of bytes; does no I/O. It reads the status and the
/// length and skips the rest: if it parsed answers as carefully as a browser, the load generator
/// would measure itself. So an answer must have a Content-Length, and must not be pipelined.
class AnswerReader {
public:
    enum class State : std::uint8_t { more, whole, broken };

    /// The buffer for the next read.
    std::span<char> space();
    /// Takes the bytes that were read into space().
    State took(std::size_t bytes);
    /// The answer, once the state is `whole`.
    Answer answer() const;
    /// Discards the answer and starts the next one.
    void begin() { size_ = head_size_ = body_size_ = 0; }

private:
    bool read_head();

    std::string buffer_;
    std::size_t size_ = 0;
    /// 0 until the head is complete.
    std::size_t head_size_ = 0;
    std::size_t body_size_ = 0;
    unsigned status_ = 0;
};

}  // namespace frontrow::bench
