#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ZSTD_CCtx_s;

namespace frontrow::io {

/// Makes zstd frames (RFC 8878), quickly rather than tightly: lines of JSON that are alike shrink
/// to a sixth, some 400 MB of them a second. Each frame says how long its content is, and
/// has a checksum of it. Keeps a megabyte of tables from one to the next. One thread at a time.
class ZstdCompressor {
public:
    ZstdCompressor();

    std::string compress(std::string_view bytes);

private:
    struct Free {
        void operator()(ZSTD_CCtx_s* context) const;
    };

    std::unique_ptr<ZSTD_CCtx_s, Free> context_;
};

/// Whether these bytes begin as a frame does: no text in UTF-8 does.
bool is_zstd_frame(std::string_view bytes);

/// How long the content of this frame is, by what it says itself; nothing where it isn't one or
/// doesn't say. Any thread.
std::optional<std::size_t> zstd_content_bytes(std::string_view frame);

/// The content of one whole frame; nothing where it is damaged, or longer than `bytes_max`. Any
/// thread.
std::optional<std::string> zstd_decompress(std::string_view frame, std::size_t bytes_max);

}  // namespace frontrow::io
