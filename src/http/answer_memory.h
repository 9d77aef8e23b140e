#pragma once

#include <cstddef>
#include <optional>
#include <utility>

namespace frontrow::http {

/// Limits the memory of all answers that are being made, wait to be sent, or are cached, so that
/// clients that don't read can't exhaust the server's memory. A body that several answers share
/// counts once.
///
/// Bytes that a socket accepts at once aren't counted, so the small answers of a sale need no
/// share. Must outlive its shares. One thread.
class AnswerMemory {
public:
    /// A part of the memory, given back on destruction.
    class Share {
    public:
        Share(Share&& other) noexcept
            : memory_{other.memory_}, bytes_{std::exchange(other.bytes_, 0)} {}
        Share& operator=(Share&& other) noexcept {
            std::swap(memory_, other.memory_);
            std::swap(bytes_, other.bytes_);
            return *this;
        }
        ~Share() { resize(0); }

        /// Changes the share to the real size, even if that exceeds the limit.
        void resize(std::size_t bytes) {
            memory_->bytes_ = memory_->bytes_ - bytes_ + bytes;
            bytes_ = bytes;
        }
        std::size_t bytes() const { return bytes_; }

    private:
        friend class AnswerMemory;
        Share(AnswerMemory& memory, std::size_t bytes) : memory_{&memory}, bytes_{bytes} {
            memory_->bytes_ += bytes;
        }

        AnswerMemory* memory_;
        std::size_t bytes_;
    };

    /// Answers larger than this may not use the last eighth of the memory, which is left to smaller
    /// ones.
    static constexpr std::size_t kSmall = 128 << 10;

    explicit AnswerMemory(std::size_t bytes_max) : bytes_max_{bytes_max} {}
    AnswerMemory(const AnswerMemory&) = delete;
    AnswerMemory& operator=(const AnswerMemory&) = delete;

    /// Returns nothing if there is no room for so many bytes.
    std::optional<Share> take(std::size_t bytes) {
        if (has_room(bytes)) return Share{*this, bytes};
        was_short_ = true;
        return std::nullopt;
    }
    /// Whether take() would succeed once `freed` of the bytes in use are given back.
    bool has_room(std::size_t bytes, std::size_t freed = 0) const {
        const auto most = bytes > kSmall ? bytes_max_ - bytes_max_ / 8 : bytes_max_;
        return bytes_ - freed + bytes <= most;
    }

    std::size_t bytes() const { return bytes_; }
    /// Whether take() has refused since the last call of this function.
    bool was_short() { return std::exchange(was_short_, false); }

private:
    const std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    bool was_short_ = false;
};

}  // namespace frontrow::http
