#include "support/read_qr.h"
#include "support/temp_folder.h"
#include "tickets/qr.h"
#include "tickets/ticket_code.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <png.h>
#include <string>
#include <vector>

namespace frontrow::tickets {
namespace {

/// A picture's pixels, row by row; true is black.
struct Picture {
    unsigned side = 0;
    std::vector<bool> pixels;

    bool operator==(const Picture&) const = default;
};

std::string any_code(std::size_t place_length) {
    PrivateKey key{};
    key[0] = 1;
    return CodeSigner{key}.sign({
        .event = {1, 2},
        .reservation = {3, 4},
        .number = 5,
        .issue = 1,
        .starts_at = Instant{std::chrono::seconds{1'900'000'000}},
        .place = std::string(place_length, 'x'),
        .gate = "North",
    });
}

/// Reads a PNG with libpng's own reader, as eight bits a pixel.
Picture read_png(const std::string& png) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    EXPECT_NE(png_image_begin_read_from_memory(&image, png.data(), png.size()), 0);
    EXPECT_EQ(image.width, image.height);
    image.format = PNG_FORMAT_GRAY;
    std::vector<unsigned char> bytes(PNG_IMAGE_SIZE(image));
    EXPECT_NE(png_image_finish_read(&image, nullptr, bytes.data(), 0, nullptr), 0);
    Picture picture{.side = image.width, .pixels = {}};
    for (const auto byte : bytes) {
        EXPECT_TRUE(byte == 0 || byte == 255);
        picture.pixels.push_back(byte == 0);
    }
    return picture;
}

/// Draws an SVG of qr_svg() with one pixel a module.
Picture draw_svg(const std::string& svg) {
    const auto number_behind = [&](const std::string& text) {
        return static_cast<unsigned>(std::strtoul(&svg[svg.find(text) + text.size()], nullptr, 10));
    };
    Picture picture{.side = number_behind("viewBox=\"0 0 "), .pixels = {}};
    picture.pixels.resize(std::size_t{picture.side} * picture.side);
    const char* at = &svg[svg.rfind(" d=\"") + 4];
    for (unsigned x = 0, y = 0, length = 0, back = 0; *at == 'M';) {
        int size = 0;
        EXPECT_EQ(std::sscanf(at, "M%u %uh%uv1h-%uz%n", &x, &y, &length, &back, &size), 4) << at;
        EXPECT_EQ(length, back);
        for (unsigned i = 0; i < length; ++i)
            picture.pixels.at(y * picture.side + x + i) = true;
        at += size;
    }
    EXPECT_EQ(std::string{at}, "\"/></svg>\n");
    return picture;
}

Picture scaled(const Picture& small, unsigned scale) {
    Picture large{.side = small.side * scale, .pixels = {}};
    for (unsigned y = 0; y < large.side; ++y) {
        for (unsigned x = 0; x < large.side; ++x)
            large.pixels.push_back(small.pixels[y / scale * small.side + x / scale]);
    }
    return large;
}

class QrCodes : public testing::TestWithParam<std::size_t> {};

TEST_P(QrCodes, are_read_by_another_program) {
    const test::TempFolder folder;
    const auto file = folder.path() / "code.png";
    const auto code = any_code(GetParam());
    for (const unsigned scale : {2U, 5U}) {
        std::ofstream{file, std::ios::binary} << qr_png(code, scale);
        EXPECT_EQ(test::read_qr(file), code);
    }
}

TEST_P(QrCodes, are_the_same_as_png_and_as_svg) {
    const auto code = any_code(GetParam());
    const auto drawn = draw_svg(qr_svg(code, 3));
    EXPECT_EQ(read_png(qr_png(code, 1)), drawn);
    EXPECT_EQ(read_png(qr_png(code, 3)), scaled(drawn, 3));
    EXPECT_EQ(read_png(qr_png(code, kQrScaleMax)).side, drawn.side * kQrScaleMax);
}

TEST_P(QrCodes, have_a_white_margin_of_four_modules) {
    const auto drawn = draw_svg(qr_svg(any_code(GetParam()), 1));
    const auto is_black = [&](unsigned x, unsigned y) { return drawn.pixels[y * drawn.side + x]; };
    for (unsigned i = 0; i < drawn.side; ++i) {
        for (unsigned margin = 0; margin < 4; ++margin) {
            const auto end = drawn.side - 1 - margin;
            EXPECT_FALSE(
                is_black(i, margin) || is_black(margin, i) || is_black(i, end) || is_black(end, i)
            );
        }
    }
    // The corners of the pattern that a scanner looks for.
    EXPECT_TRUE(is_black(4, 4) && is_black(drawn.side - 5, 4) && is_black(4, drawn.side - 5));
}

INSTANTIATE_TEST_SUITE_P(OfLengths, QrCodes, testing::Values(0, 11, 40, 100));

TEST(QrCode, uses_the_mode_for_capital_letters_and_digits) {
    // 215 characters fit into 49 modules a side in this mode only.
    const auto code = any_code(11);
    ASSERT_EQ(code.size(), 215);
    EXPECT_EQ(draw_svg(qr_svg(code, 1)).side, 49 + 2 * 4);
}

TEST(QrCode, has_a_svg_of_the_size_that_was_asked_for) {
    const auto svg = qr_svg(any_code(11), 10);
    EXPECT_TRUE(
        svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"570\" "
                        "height=\"570\" viewBox=\"0 0 57 57\"")
    ) << svg;
}

}  // namespace
}  // namespace frontrow::tickets
