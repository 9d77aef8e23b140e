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
    // A third of a megabyte of tables: a thread keeps its own.
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
    // Nothing would be that it didn't fit.
    CHECK(!file.empty());
    // It was given room for the worst case, ten times as much.
    file.shrink_to_fit();
    return file;
}

}  // namespace frontrow::io
