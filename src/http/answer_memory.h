#pragma once

#include <cstddef>
#include <optional>
#include <utility>

namespace frontrow::http {

/// Counts the memory of all answers that are being made, wait to be sent, or are kept for others,
/// so that clients that don't read can't fill the server. A body that many share counts once.
///
/// What a socket takes at once is never counted, so the small answers of a sale don't come here.
/// Outlives its shares. One thread.
class AnswerMemory {
public:
    /// Some of the memory, until it goes.
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

        /// To what it really came to, even if that is more than there was room for.
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

    /// Larger answers leave an eighth of the memory to those that aren't.
    static constexpr std::size_t kSmall = 128 << 10;

    explicit AnswerMemory(std::size_t bytes_max) : bytes_max_{bytes_max} {}
    AnswerMemory(const AnswerMemory&) = delete;
    AnswerMemory& operator=(const AnswerMemory&) = delete;

    /// Nothing where there is no room for so much.
    std::optional<Share> take(std::size_t bytes) {
        if (has_room(bytes)) return Share{*this, bytes};
        was_short_ = true;
        return std::nullopt;
    }
    /// Once `freed` bytes of what is taken are given back.
    bool has_room(std::size_t bytes, std::size_t freed = 0) const {
        const auto most = bytes > kSmall ? bytes_max_ - bytes_max_ / 8 : bytes_max_;
        return bytes_ - freed + bytes <= most;
    }

    std::size_t bytes() const { return bytes_; }
    /// take() has refused since this was asked last.
    bool was_short() { return std::exchange(was_short_, false); }

private:
    const std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    bool was_short_ = false;
};

}  // namespace frontrow::http
