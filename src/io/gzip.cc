#include "io/gzip.h"

#include "base/check.h"

#include <libdeflate.h>
#include <memory>

namespace frontrow::io {
namespace {

constexpr int kQuickest = 1;

using Compressor = std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)>;

}  // namespace

std::string gzip(std::string_view bytes) {
    // Each thread keeps a compressor, because its tables take a third of a megabyte.
    thread_local const Compressor compressor{
        libdeflate_alloc_compressor(kQuickest), &libdeflate_free_compressor
    };
    CHECK(compressor != nullptr);
    std::string file;
    file.resize_and_overwrite(
        libdeflate_gzip_compress_bound(compressor.get(), bytes.size()),
        [&](char* to, std::size_t room) {
            return libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(), to, room);
        }
    );
    // The file would be empty only if the buffer was too small.
    CHECK(!file.empty());
    // The buffer has room for the worst case, ten times the usual size.
    file.shrink_to_fit();
    return file;
}

}  // namespace frontrow::io
