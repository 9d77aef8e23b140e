#include "io/gzip.h"

#include "base/check.h"

#include <zlib.h>

namespace frontrow::io {
namespace {

constexpr int kGzip = 15 + 16;
constexpr int kMemory = 8;

}  // namespace

std::string gzip(std::string_view bytes) {
    z_stream stream{};
    CHECK(
        deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzip, kMemory, Z_DEFAULT_STRATEGY) == Z_OK
    );
    std::string out(deflateBound(&stream, bytes.size()), '\0');
    // zlib's interface has no const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

}  // namespace frontrow::io
