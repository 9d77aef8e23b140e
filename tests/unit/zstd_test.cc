#include "io/zstd.h"

#include <gtest/gtest.h>

namespace frontrow::io {
namespace {

constexpr std::size_t kPlenty = 1 << 20;

TEST(Zstd, gives_back_what_it_was_given) {
    ZstdCompressor compressor;
    for (const auto& bytes :
         {std::string{}, std::string{"a"}, std::string(500'000, 'x'), std::string("a\0b\n\xFF", 5)
         }) {
        const auto frame = compressor.compress(bytes);
        EXPECT_EQ(zstd_content_bytes(frame), bytes.size());
        EXPECT_EQ(zstd_decompress(frame, kPlenty), bytes);
        EXPECT_EQ(ZstdCompressor{}.compress(bytes), frame) << "it depends on what came before";
    }
    EXPECT_LT(compressor.compress(std::string(500'000, 'x')).size(), 1'000U);
}

TEST(Zstd, takes_no_more_room_than_it_may) {
    const auto frame = ZstdCompressor{}.compress(std::string(1'000, 'x'));
    EXPECT_TRUE(zstd_decompress(frame, 1'000));
    EXPECT_FALSE(zstd_decompress(frame, 999));
    // A frame of a few bytes that claims a content of 2^62 bytes.
    EXPECT_FALSE(
        zstd_decompress(std::string{"\x28\xB5\x2F\xFD\xE0\0\0\0\0\0\0\0\x40\1\0\0", 16}, kPlenty)
    );
}

TEST(Zstd, tells_a_frame_from_a_text) {
    EXPECT_TRUE(is_zstd_frame(ZstdCompressor{}.compress("")));
    EXPECT_FALSE(is_zstd_frame(""));
    EXPECT_FALSE(is_zstd_frame("{\"seq\":1}"));
    EXPECT_FALSE(is_zstd_frame("\x28\xB5\x2F"));
}

TEST(Zstd, gives_back_nothing_else_whatever_byte_was_changed) {
    const std::string text = "a reservation, and another reservation, and a third reservation";
    const auto frame = ZstdCompressor{}.compress(text);
    for (std::size_t i = 0; i < frame.size(); ++i) {
        auto changed = frame;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_EQ(zstd_decompress(changed, kPlenty).value_or(text), text) << i;
    }
}

TEST(Zstd, takes_a_part_of_a_frame_for_none) {
    const auto frame = ZstdCompressor{}.compress("a reservation, and another reservation");
    for (std::size_t length = 0; length < frame.size(); ++length)
        EXPECT_FALSE(zstd_decompress(frame.substr(0, length), kPlenty)) << length;
    EXPECT_FALSE(zstd_decompress(frame + frame, kPlenty));
    EXPECT_FALSE(zstd_decompress("{\"seq\":1}", kPlenty));
    EXPECT_FALSE(zstd_content_bytes("{\"seq\":1}"));
}

}  // namespace
}  // namespace frontrow::io
