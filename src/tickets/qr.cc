#include "tickets/qr.h"

#include "base/check.h"

#include <cstdint>
#include <memory>
#include <png.h>
#include <qrencode.h>
#include <vector>

namespace frontrow::tickets {
namespace {

constexpr unsigned kMargin = 4;

struct FreeQr {
    void operator()(QRcode* code) const { QRcode_free(code); }
};

class QrCode {
public:
    explicit QrCode(std::string_view text)
        : code_{QRcode_encodeString(std::string{text}.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1)} {
        CHECK(code_ != nullptr);
    }

    unsigned size() const { return static_cast<unsigned>(code_->width); }
    /// The number of modules from one end of the margin to the other.
    unsigned whole_size() const { return size() + 2 * kMargin; }
    bool is_dark(unsigned x, unsigned y) const { return (code_->data[y * size() + x] & 1U) != 0; }
    /// The end of the run of equal modules that begins at `x`.
    unsigned run_end(unsigned x, unsigned y) const {
        unsigned end = x + 1;
        while (end < size() && is_dark(end, y) == is_dark(x, y))
            ++end;
        return end;
    }

private:
    std::unique_ptr<QRcode, FreeQr> code_;
};

/// libpng calls this only for a call that it can't understand: a bug.
[[noreturn]] void stop_at_error(png_structp, png_const_charp) {
    check_failed("libpng can write the picture", __FILE__, __LINE__);
}

void append_bytes(png_structp png, png_bytep bytes, png_size_t size) {
    auto& out = *static_cast<std::string*>(png_get_io_ptr(png));
    out.append(reinterpret_cast<const char*>(bytes), size);
}

/// One row of pixels, eight a byte, the leftmost in the highest bit; 1 is white.
std::vector<std::uint8_t> pixels_of(const QrCode& code, unsigned y, unsigned scale) {
    const auto width = code.whole_size() * scale;
    std::vector<std::uint8_t> row((width + 7) / 8, 0xff);
    for (unsigned x = 0; x < code.size() * scale; ++x) {
        const auto at = x + kMargin * scale;
        if (code.is_dark(x / scale, y))
            row[at / 8] &= static_cast<std::uint8_t>(~(0x80U >> at % 8));
    }
    return row;
}

}  // namespace

std::string qr_svg(std::string_view text, unsigned scale) {
    CHECK(scale >= 1 && scale <= kQrScaleMax);
    const QrCode code{text};
    const auto modules = std::to_string(code.whole_size());
    const auto pixels = std::to_string(code.whole_size() * scale);
    std::string svg = R"(<svg xmlns="http://www.w3.org/2000/svg" width=")" + pixels +
                      R"(" height=")" + pixels + R"(" viewBox="0 0 )" + modules + " " + modules +
                      R"(" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h)" + modules +
                      "v" + modules + R"(H0z"/><path d=")";
    for (unsigned y = 0; y < code.size(); ++y) {
        for (unsigned x = 0; x < code.size(); x = code.run_end(x, y)) {
            if (!code.is_dark(x, y)) continue;
            const auto length = std::to_string(code.run_end(x, y) - x);
            svg += "M" + std::to_string(x + kMargin) + " " + std::to_string(y + kMargin) + "h" +
                   length + "v1h-" + length + "z";
        }
    }
    return svg + R"("/></svg>)" + "\n";
}

std::string qr_png(std::string_view text, unsigned scale) {
    CHECK(scale >= 1 && scale <= kQrScaleMax);
    const QrCode code{text};
    const auto pixels = code.whole_size() * scale;
    std::string out;
    auto* png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, stop_at_error, nullptr);
    CHECK(png != nullptr);
    auto* info = png_create_info_struct(png);
    CHECK(info != nullptr);
    png_set_write_fn(png, &out, append_bytes, nullptr);
    png_set_IHDR(
        png,
        info,
        pixels,
        pixels,
        1,
        PNG_COLOR_TYPE_GRAY,
        PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT,
        PNG_FILTER_TYPE_DEFAULT
    );
    png_write_info(png, info);
    const std::vector<std::uint8_t> margin((pixels + 7) / 8, 0xff);
    const auto write_rows = [&](const std::vector<std::uint8_t>& row, unsigned count) {
        for (unsigned i = 0; i < count; ++i)
            png_write_row(png, row.data());
    };
    write_rows(margin, kMargin * scale);
    for (unsigned y = 0; y < code.size(); ++y)
        write_rows(pixels_of(code, y, scale), scale);
    write_rows(margin, kMargin * scale);
    png_write_end(png, nullptr);
    png_destroy_write_struct(&png, &info);
    return out;
}

}  // namespace frontrow::tickets
