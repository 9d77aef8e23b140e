#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <zlib.h>

namespace frontrow::test {

/// Returns the uncompressed content. Throws if `file` isn't a gzip file or is truncated.
inline std::string gunzip(std::string_view file) {
    if (file.size() < 18) throw std::runtime_error{"no gzip file"};
    std::size_t size = 0;  // RFC 1952: its last four bytes, the lowest first.
    for (std::size_t i = 0; i < 4; ++i)
        size |= std::size_t{static_cast<unsigned char>(file[file.size() - 4 + i])} << (8 * i);
    std::string out(size, '\0');
    z_stream stream{};
    if (inflateInit2(&stream, 15 + 16) != Z_OK) throw std::runtime_error{"zlib can't begin"};
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(file.data()));
    stream.avail_in = static_cast<uInt>(file.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const auto end = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if (end != Z_STREAM_END || stream.avail_in != 0) throw std::runtime_error{"no gzip file"};
    return out;
}

}  // namespace frontrow::test
