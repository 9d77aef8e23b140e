#include "http/plain_request.h"

#include "base/ascii.h"
#include "http/request_parts.h"
#include "http/text.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <system_error>

namespace frontrow::http {
namespace {

// These functions mark characters as base/eight_bytes.h describes.

Eight mark_colons(Eight text) {
    return mark_each(text, ':');
}

/// Marks every character outside the range [`first`, '~'].
template <unsigned char first>
Eight mark_outside(Eight text) {
    return ((text - eight_times(first)) | (text + eight_times(1)) | text) & kHighBits;
}
constexpr auto mark_controls = mark_outside<' '>;
constexpr auto mark_spaces_and_controls = mark_outside<'!'>;

constexpr auto kIsInToken = set_of(
    "!#$%&'*+-.^_`|~0123456789"
    "abcdefghijklmnopqrstuvwxyz"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
);

bool is_token(std::string_view name) {
    return !name.empty() &&
           std::ranges::all_of(name, [](unsigned char c) { return kIsInToken[c]; });
}

/// Reads the bytes once, from front to end. Each step returns false if the bytes aren't plain or
/// end too early.
class Reading {
public:
    Reading(std::string_view bytes, Request& request)
        : at_{bytes.data()},
          end_{at_ + bytes.size()},
          eights_end_{end_ - std::min(bytes.size(), sizeof(Eight) - 1)},
          request_{request} {}

    bool request_line() {
        if (!method() || at_ == end_ || *at_ != '/') return false;
        const auto* const begin = at_;
        at_ = find<mark_spaces_and_controls>(at_);
        set_target(request_, text(begin, at_));
        return take(" HTTP/1.1\r\n");
    }

    bool headers() {
        while (!take("\r\n")) {
            const auto* const name = at_;
            const auto* const colon = find<mark_colons>(at_);
            if (colon == end_) return false;
            const auto* value = colon + 1;
            while (value != end_ && *value == ' ')
                ++value;
            at_ = find<mark_controls>(value);
            auto value_end = at_;
            while (value_end != value && value_end[-1] == ' ')
                --value_end;
            if (!take("\r\n") || !header(text(name, colon), text(value, value_end))) return false;
        }
        return is_host(request_.header(Header::host));
    }

    bool body() {
        if (body_bytes_ > rest()) return false;
        request_.body = {at_, body_bytes_};
        request_.body_bytes = body_bytes_;
        return true;
    }

    /// The number of bytes not read yet.
    std::size_t rest() const { return static_cast<std::size_t>(end_ - at_); }

private:
    static std::string_view text(const char* begin, const char* end) {
        return {begin, static_cast<std::size_t>(end - begin)};
    }

    /// Returns the first marked character, or the end.
    template <Eight mark(Eight)>
    const char* find(const char* from) const {
        for (; from < eights_end_; from += sizeof(Eight)) {
            const Eight marks = mark(eight_at(from));
            if (marks != 0) return from + std::countr_zero(marks) / 8;
        }
        while (from != end_ && (mark(static_cast<unsigned char>(*from)) & 0x80) == 0)
            ++from;
        return from;
    }

    bool take(std::string_view expected) {
        if (!text(at_, end_).starts_with(expected)) return false;
        at_ += expected.size();
        return true;
    }

    bool method() {
        const auto is = [this](Method method) {
            request_.method = method;
            return true;
        };
        if (take("POST ")) return is(Method::post);
        if (take("GET ")) return is(Method::get);
        if (take("PUT ")) return is(Method::put);
        if (take("PATCH ")) return is(Method::patch);
        if (take("DELETE ")) return is(Method::delete_);
        if (take("OPTIONS ")) return is(Method::options);
        if (!take("HEAD ")) return false;
        request_.is_head = true;
        return is(Method::get);
    }

    bool header(std::string_view name, std::string_view value) {
        const auto is = [name](std::string_view lower) { return same_ignoring_case(name, lower); };
        if (const auto known = header_named(name)) {
            const bool is_first = !request_.has(*known);
            request_.header(*known) = value;
            return is_first && *known != Header::expect;
        }
        if (is("content-length")) return content_length(value);
        if (is("connection")) return connection(value);
        return is_token(name) && !is("transfer-encoding") && !is("upgrade") &&
               !is("proxy-connection");
    }

    bool content_length(std::string_view value) {
        const auto* const end = value.data() + value.size();
        const auto [digits_end, error] = std::from_chars(value.data(), end, body_bytes_);
        const bool is_first = !has_length_;
        has_length_ = true;
        return is_first && error == std::errc{} && digits_end == end;
    }

    bool connection(std::string_view value) {
        const bool closes = same_ignoring_case(value, "close");
        request_.keep_alive = request_.keep_alive && !closes;
        return closes || same_ignoring_case(value, "keep-alive");
    }

    const char* at_;
    const char* end_;
    /// Loading eight bytes is safe from any position before this one.
    const char* eights_end_;
    Request& request_;
    std::size_t body_bytes_ = 0;
    bool has_length_ = false;
};

}  // namespace

std::optional<PlainRequest> read_plain_request(std::string_view bytes) {
    std::optional<PlainRequest> plain{std::in_place};
    Reading reading{bytes, plain->request};
    const bool is_plain = reading.request_line() && reading.headers();
    plain->head_bytes = bytes.size() - reading.rest();
    if (!is_plain || !reading.body()) plain.reset();
    return plain;
}

}  // namespace frontrow::http
