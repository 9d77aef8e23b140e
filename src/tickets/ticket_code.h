#pragma once

#include "base/bits128.h"
#include "base/instant.h"
#include "base/result.h"
#include "io/ed25519.h"
#include "tickets/ticket_keys.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::tickets {

using io::ed25519::Signature;
using io::ed25519::VerifyingKey;

// A ticket's code is a text that proves, without a network, that Frontrow issued the ticket. It is
// "FR1", followed by these bytes in base32 (base32.h):
//
//   1     the version, 1
//   4     the key's id: the first bytes of the SHA-256 of its public part
//   16    the event's id
//   16    the reservation's id
//   4     the ticket's number within the reservation
//   4     its issue
//   5     when the event starts, in seconds since 1970
//   1, n  the place: its length in bytes, and n bytes of UTF-8
//   1, n  the gate: the same
//   64    the Ed25519 signature of "frontrow ticket 1", a zero byte and all bytes above
//
// Numbers have their most significant byte first. tools/verify_ticket.py reads codes, too. A code
// that was issued once must be readable for ever.
//
// The text has only characters for which a QR code has a compact mode, and at most 400 of them. A
// usual one has 215, and its QR code 49 modules a side. Typed, it may have 1,000 bytes, for blanks
// and hyphens.

/// What a code says of a ticket.
struct CodeContents {
    Bits128 event;
    Bits128 reservation;
    std::uint32_t number = 0;
    std::uint32_t issue = 0;
    /// A code has the second.
    Instant starts_at;
    /// What the ticket admits to, for people.
    std::string place;
    std::string gate;

    friend bool operator==(const CodeContents&, const CodeContents&) = default;
};

inline constexpr std::size_t kPlaceBytesMax = 100;
inline constexpr std::size_t kGateBytesMax = 32;

enum class CodeFlaw : std::uint8_t {
    /// The text isn't a code, or not a whole one.
    not_a_code,
    /// The verifier doesn't have the key that the code names.
    unknown_key,
    /// The signature isn't of that key and these contents.
    forged,
};

/// A sentence for the person who shows or scans the code.
std::string_view sentence_of(CodeFlaw flaw);

/// Makes codes. Any thread. A code takes 40 µs, which is more than a whole reservation: let a
/// thread other than the one that sells make many.
class CodeSigner {
public:
    explicit CodeSigner(const PrivateKey& key);

    /// The id of the key that signs.
    KeyId key_id() const { return id_; }
    /// `place` and `gate` must be UTF-8; what is too long is cut at the end of a character. The
    /// same contents always get the same code.
    std::string sign(const CodeContents& contents) const;

private:
    SigningKey key_;
    KeyId id_;
};

/// Reads codes, and says which ones are genuine. Any thread. A code takes 100 µs.
class CodeVerifier {
public:
    /// `keys`: all that ever signed.
    explicit CodeVerifier(std::span<const PublicKey> keys);

    /// Ignores case, blanks, line ends and hyphens, as if a person had typed the code.
    Result<CodeContents, CodeFlaw> verify(std::string_view text) const;

private:
    struct Known {
        KeyId id;
        VerifyingKey key;
    };

    std::vector<Known> keys_;
};

}  // namespace frontrow::tickets
