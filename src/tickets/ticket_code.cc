#include "tickets/ticket_code.h"

#include "base/check.h"
#include "base/utf8.h"
#include "tickets/base32.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

namespace frontrow::tickets {
namespace {

constexpr std::string_view kMark = "FR1";
constexpr std::uint8_t kVersion = 1;
/// Signed as well, so that a signature for another purpose can't pass for a ticket's.
constexpr std::string_view kPurpose{"frontrow ticket 1\0", 18};
constexpr std::size_t kSecondsBytes = 5;
/// In bytes, with blanks and hyphens. As much as a request may have.
constexpr std::size_t kTypedMax = 1'000;

void append_number(std::string& out, std::uint64_t number, std::size_t bytes) {
    while (bytes-- > 0)
        out += static_cast<char>(number >> 8 * bytes & 255);
}

void append_id(std::string& out, Bits128 id) {
    append_number(out, id.hi, sizeof id.hi);
    append_number(out, id.lo, sizeof id.lo);
}

bool is_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

void append_text(std::string& out, std::string_view text, std::size_t bytes_max) {
    CHECK(is_utf8(text));
    auto size = std::min(text.size(), bytes_max);
    while (size < text.size() && is_continuation(text[size]))
        --size;
    append_number(out, size, 1);
    out += text.substr(0, size);
}

/// The bytes before the signature.
std::string body_of(const CodeContents& contents, KeyId key) {
    CHECK(contents.starts_at >= kFirstInstant && contents.starts_at <= kLastInstant);
    const auto starts = std::chrono::floor<std::chrono::seconds>(contents.starts_at);
    std::string body;
    append_number(body, kVersion, 1);
    body.append(key.bytes.begin(), key.bytes.end());
    append_id(body, contents.event);
    append_id(body, contents.reservation);
    append_number(body, contents.number, sizeof contents.number);
    append_number(body, contents.issue, sizeof contents.issue);
    append_number(
        body, static_cast<std::uint64_t>(starts.time_since_epoch().count()), kSecondsBytes
    );
    append_text(body, contents.place, kPlaceBytesMax);
    append_text(body, contents.gate, kGateBytesMax);
    return body;
}

std::string message_of(std::string_view body) {
    std::string message{kPurpose};
    message += body;
    return message;
}

/// Takes bytes from the front of a code. Once there are too few, it gives zeros and is_short().
class CodeReader {
public:
    explicit CodeReader(std::string_view bytes) : left_{bytes} {}

    bool is_short() const { return is_short_; }
    std::size_t left() const { return left_.size(); }

    std::string_view take(std::size_t size) {
        is_short_ |= left_.size() < size;
        if (is_short_) return {};
        const auto taken = left_.substr(0, size);
        left_.remove_prefix(size);
        return taken;
    }
    std::uint64_t number(std::size_t bytes) {
        std::uint64_t number = 0;
        for (const char byte : take(bytes))
            number = number << 8 | static_cast<std::uint8_t>(byte);
        return number;
    }
    Bits128 id() {
        const auto hi = number(sizeof(std::uint64_t));
        return {hi, number(sizeof(std::uint64_t))};
    }
    template <std::size_t size>
    std::array<std::uint8_t, size> bytes() {
        std::array<std::uint8_t, size> out{};
        std::ranges::copy(take(size), out.begin());
        return out;
    }

private:
    std::string_view left_;
    bool is_short_ = false;
};

/// A code whose signature hasn't been checked.
struct ReadCode {
    KeyId key;
    CodeContents contents;
    std::string_view body;
    Signature signature{};
};

bool is_good_text(std::string_view text, std::size_t bytes_max) {
    return text.size() <= bytes_max && is_utf8(text);
}

/// Returns nothing if the bytes don't have the form of a code.
std::optional<ReadCode> read_code(std::string_view bytes) {
    CodeReader in{bytes};
    ReadCode code;
    if (in.number(1) != kVersion) return std::nullopt;
    code.key.bytes = in.bytes<sizeof code.key.bytes>();
    code.contents.event = in.id();
    code.contents.reservation = in.id();
    code.contents.number = static_cast<std::uint32_t>(in.number(sizeof code.contents.number));
    code.contents.issue = static_cast<std::uint32_t>(in.number(sizeof code.contents.issue));
    const std::chrono::seconds starts{in.number(kSecondsBytes)};
    code.contents.starts_at = Instant{starts};
    code.contents.place = in.take(in.number(1));
    code.contents.gate = in.take(in.number(1));
    code.body = bytes.substr(0, bytes.size() - in.left());
    code.signature = in.bytes<sizeof code.signature>();
    const bool is_good = !in.is_short() && in.left() == 0 &&
                         code.contents.starts_at <= kLastInstant &&
                         is_good_text(code.contents.place, kPlaceBytesMax) &&
                         is_good_text(code.contents.gate, kGateBytesMax);
    return is_good ? std::optional{std::move(code)} : std::nullopt;
}

/// The text as CodeSigner writes it, in capital letters and without a blank or a hyphen.
std::string without_typing(std::string_view text) {
    constexpr std::string_view kIgnored = " -\t\r\n";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (kIgnored.contains(c)) continue;
        out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return out;
}

}  // namespace

std::string_view sentence_of(CodeFlaw flaw) {
    switch (flaw) {
        case CodeFlaw::not_a_code:
            return "This isn't a whole ticket code: one begins with FR1, followed by the letters A "
                   "to Z and the digits 2 to 7.";
        case CodeFlaw::unknown_key:
            return "The ticket code is signed with a key that isn't known here.";
        case CodeFlaw::forged:
            return "The ticket code is forged or damaged: its signature doesn't fit.";
    }
}

CodeSigner::CodeSigner(const PrivateKey& key) : key_{key}, id_{id_of(key_.public_key())} {
}

std::string CodeSigner::sign(const CodeContents& contents) const {
    auto bytes = body_of(contents, id_);
    const auto signature = key_.sign(message_of(bytes));
    bytes.append(signature.begin(), signature.end());
    std::string code{kMark};
    append_base32(code, bytes);
    return code;
}

CodeVerifier::CodeVerifier(std::span<const PublicKey> keys) {
    for (const auto& key : keys)
        keys_.push_back({id_of(key), VerifyingKey{key}});
}

Result<CodeContents, CodeFlaw> CodeVerifier::verify(std::string_view text) const {
    if (text.size() > kTypedMax) return std::unexpected(CodeFlaw::not_a_code);
    const auto typed = without_typing(text);
    if (!typed.starts_with(kMark)) return std::unexpected(CodeFlaw::not_a_code);
    const auto bytes = read_base32(std::string_view{typed}.substr(kMark.size()));
    auto code = bytes ? read_code(*bytes) : std::nullopt;
    if (!code) return std::unexpected(CodeFlaw::not_a_code);
    const auto known = std::ranges::find(keys_, code->key, &Known::id);
    if (known == keys_.end()) return std::unexpected(CodeFlaw::unknown_key);
    if (!known->key.verify(message_of(code->body), code->signature))
        return std::unexpected(CodeFlaw::forged);
    return std::move(code->contents);
}

}  // namespace frontrow::tickets
