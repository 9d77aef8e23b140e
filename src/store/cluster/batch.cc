#include "store/cluster/batch.h"

#include "store/engine/frame.h"

#include <string_view>

namespace frontrow::store::cluster {
namespace {

void add_number(std::string& bytes, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes += static_cast<char>(number >> shift & 0xFF);
}

void add_bits(std::string& bytes, Bits128 bits) {
    add_number(bytes, bits.hi);
    add_number(bytes, bits.lo);
}

io::Fault broken_chain(const Head& head, const std::string& why) {
    return {
        io::FaultKind::corrupt, "the batch of fact " + std::to_string(head.first_seq) + ": " + why
    };
}

}  // namespace

Result<std::vector<domain::Fact>, io::Fault>
read_following(const Head& before, const Batch& batch) {
    const auto& head = batch.head;
    const bool follows = head.first_seq == before.last_seq + 1 && head.last_seq >= head.first_seq &&
                         head.at >= before.at && head.hash == hash_of(batch, before.hash);
    if (!follows)
        return std::unexpected(broken_chain(head, "it doesn't follow the previous batch"));
    auto facts = engine::read_frame(batch.frame, head.first_seq);
    if (!facts) return std::unexpected(broken_chain(head, facts.error().what));
    if (head.first_seq + facts->size() != head.last_seq + 1)
        return std::unexpected(broken_chain(head, "its facts don't match its numbers"));
    return facts;
}

// All fields but the frame have a fixed length, so the encoding is unambiguous.
io::Sha256Digest hash_of(const Batch& batch, const io::Sha256Digest& before) {
    const auto& head = batch.head;
    std::string bytes;
    add_number(bytes, head.first_seq);
    add_number(bytes, head.last_seq);
    add_number(bytes, static_cast<std::uint64_t>(head.at.time_since_epoch().count()));
    add_bits(bytes, head.writer);
    add_number(bytes, head.n);
    add_bits(bytes, head.state);
    io::Sha256 sha;
    sha.update(before);
    sha.update(bytes);
    sha.update(batch.frame);
    return sha.finish();
}

}  // namespace frontrow::store::cluster
