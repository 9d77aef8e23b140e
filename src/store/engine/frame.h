#pragma once

#include "base/result.h"
#include "domain/facts.h"
#include "io/fault.h"
#include "io/zstd.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::store::engine {

// The encoding of a batch in every journal: its facts as lines of JSON (wire/fact_json.h), in one
// zstd frame. docs/journal.md describes it.

/// Encodes frames, and reuses its buffers. One thread at a time.
class FrameWriter {
public:
    std::string write(std::span<const domain::Fact> facts);

private:
    std::string lines_;
    io::ZstdCompressor compressor_;
};

using TakeFact = std::function<void(domain::Fact&&)>;

/// Parses the lines and passes each fact to `take`, in order. The facts must be numbered without
/// gaps from `first_seq` on. Faults: corrupt.
Result<void, io::Fault>
read_lines(std::string_view lines, std::uint64_t first_seq, const TakeFact& take);

/// Decodes a frame whose facts must be numbered without gaps from `first_seq` on. Faults: corrupt.
Result<std::vector<domain::Fact>, io::Fault>
read_frame(std::string_view frame, std::uint64_t first_seq);

}  // namespace frontrow::store::engine
