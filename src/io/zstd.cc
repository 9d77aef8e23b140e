#include "io/zstd.h"

#include "base/check.h"

#include <zstd.h>

namespace frontrow::io {
namespace {

constexpr int kQuick = 1;

using Decompressor = std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)>;

}  // namespace

void ZstdCompressor::Free::operator()(ZSTD_CCtx_s* context) const {
    ZSTD_freeCCtx(context);
}

ZstdCompressor::ZstdCompressor() : context_{ZSTD_createCCtx()} {
    CHECK(context_ != nullptr);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kQuick);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
}

std::string ZstdCompressor::compress(std::string_view bytes) {
    std::string frame;
    frame.resize_and_overwrite(ZSTD_compressBound(bytes.size()), [&](char* to, std::size_t room) {
        const auto length = ZSTD_compress2(context_.get(), to, room, bytes.data(), bytes.size());
        // The buffer has room for the worst case, so an error would mean that memory ran out.
        CHECK(ZSTD_isError(length) == 0);
        return length;
    });
    return frame;
}

bool is_zstd_frame(std::string_view bytes) {
    return bytes.starts_with("\x28\xB5\x2F\xFD");
}

std::optional<std::size_t> zstd_content_bytes(std::string_view frame) {
    const auto length = ZSTD_getFrameContentSize(frame.data(), frame.size());
    if (length == ZSTD_CONTENTSIZE_UNKNOWN || length == ZSTD_CONTENTSIZE_ERROR) return std::nullopt;
    return length;
}

std::optional<std::string> zstd_decompress(std::string_view frame, std::size_t bytes_max) {
    const auto length = zstd_content_bytes(frame);
    if (!length || *length > bytes_max) return std::nullopt;
    // Each thread keeps a decompressor, because its tables take a hundred kilobytes.
    thread_local const Decompressor context{ZSTD_createDCtx(), &ZSTD_freeDCtx};
    CHECK(context != nullptr);
    std::string bytes;
    bool is_whole = false;
    bytes.resize_and_overwrite(*length, [&](char* to, std::size_t room) {
        const auto written =
            ZSTD_decompressDCtx(context.get(), to, room, frame.data(), frame.size());
        is_whole = ZSTD_isError(written) == 0 && written == room;
        return is_whole ? room : 0;
    });
    if (!is_whole) return std::nullopt;
    return bytes;
}

}  // namespace frontrow::io
