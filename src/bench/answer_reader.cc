#include "bench/answer_reader.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <strings.h>

namespace frontrow::bench {
namespace {

constexpr std::size_t kSpaceMin = 4'096;
/// The answer to a bulk call for 100,000 seats has 25 MB.
constexpr std::size_t kAnswerMax = std::size_t{1} << 28;
constexpr std::string_view kLength = "content-length:";
constexpr std::string_view kVersion = "HTTP/1.1 ";

template <class Number>
std::optional<Number> number_at(std::string_view text) {
    Number number{};
    const auto* end = text.data() + text.size();
    return std::from_chars(text.data(), end, number).ec == std::errc{} ? std::optional{number}
                                                                       : std::nullopt;
}

std::optional<std::size_t> length_in(std::string_view head) {
    for (auto line = head.find('\n'); line != std::string_view::npos;
         line = head.find('\n', line)) {
        const auto field = head.substr(++line);
        if (field.size() <= kLength.size()) break;
        if (strncasecmp(field.data(), kLength.data(), kLength.size()) != 0) continue;
        const auto value = field.substr(kLength.size());
        return number_at<std::size_t>(
            value.substr(std::min(value.find_first_not_of(' '), value.size()))
        );
    }
    return std::nullopt;
}

}  // namespace

std::span<char> AnswerReader::space() {
    if (buffer_.size() - size_ < kSpaceMin)
        buffer_.resize(std::max(2 * buffer_.size(), 2 * kSpaceMin));
    return {buffer_.data() + size_, buffer_.size() - size_};
}

AnswerReader::State AnswerReader::took(std::size_t bytes) {
    size_ += bytes;
    if (head_size_ == 0 && !read_head()) return State::broken;
    if (head_size_ == 0 || size_ < head_size_ + body_size_) {
        return size_ > kAnswerMax ? State::broken : State::more;
    }
    return size_ == head_size_ + body_size_ ? State::whole : State::broken;
}

/// Returns false if the head is invalid. A head that is only incomplete doesn't count as invalid.
bool AnswerReader::read_head() {
    const std::string_view all{buffer_.data(), size_};
    const void* end = memmem(all.data(), all.size(), "\r\n\r\n", 4);
    if (end == nullptr) return true;
    const auto head =
        all.substr(0, static_cast<std::size_t>(static_cast<const char*>(end) - all.data()) + 4);
    const auto status = number_at<unsigned>(head.substr(std::min(kVersion.size(), head.size())));
    const auto length = length_in(head);
    if (!head.starts_with(kVersion) || !status || *status > 599 || !length) return false;
    status_ = *status;
    head_size_ = head.size();
    body_size_ = *length;
    return true;
}

Answer AnswerReader::answer() const {
    const std::string_view all{buffer_.data(), size_};
    return {status_, all.substr(0, head_size_), all.substr(head_size_)};
}

}  // namespace frontrow::bench
