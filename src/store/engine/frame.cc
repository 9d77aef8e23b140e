#include "store/engine/frame.h"

#include "wire/fact_json.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace frontrow::store::engine {
namespace {

using io::Fault;
using io::FaultKind;

/// If the text buffer grows beyond this, it is freed after the batch.
constexpr std::size_t kLinesKept = 4 << 20;
/// No batch is longer than this, so a frame that states more is damaged.
constexpr std::size_t kLinesMax = 1'000'000'000;

}  // namespace

std::string FrameWriter::write(std::span<const domain::Fact> facts) {
    lines_.clear();
    for (const auto& fact : facts) {
        wire::append_fact(lines_, fact);
        lines_ += '\n';
    }
    auto frame = compressor_.compress(lines_);
    if (lines_.capacity() > kLinesKept) lines_ = {};
    return frame;
}

Result<void, Fault>
read_lines(std::string_view lines, std::uint64_t first_seq, const TakeFact& take) {
    for (auto seq = first_seq; !lines.empty(); ++seq) {
        const auto line_end = std::min(lines.find('\n'), lines.size() - 1);
        auto fact = wire::parse_fact(lines.substr(0, line_end));
        if (!fact) {
            const auto& why = fact.error().fields.front();
            return std::unexpected(Fault{
                FaultKind::corrupt,
                "fact " + std::to_string(seq) + ": " + why.field + " " + why.message
            });
        }
        if (fact->seq != seq)
            return std::unexpected(Fault{FaultKind::corrupt, "its facts are out of order"});
        take(std::move(*fact));
        lines.remove_prefix(line_end + 1);
    }
    return {};
}

Result<std::vector<domain::Fact>, Fault>
read_frame(std::string_view frame, std::uint64_t first_seq) {
    const auto lines = io::zstd_decompress(frame, kLinesMax);
    if (!lines)
        return std::unexpected(Fault{FaultKind::corrupt, "its facts can't be decompressed"});
    std::vector<domain::Fact> facts;
    auto read = read_lines(*lines, first_seq, [&](domain::Fact&& fact) {
        facts.push_back(std::move(fact));
    });
    if (!read) return std::unexpected(std::move(read.error()));
    return facts;
}

}  // namespace frontrow::store::engine
