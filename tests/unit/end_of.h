#pragma once

#include "support/reader_connection.h"

#include <gtest/gtest.h>

#include <string_view>

namespace frontrow::test {

/// The step that ends the reading of the text. It must be the same whether the text is sent at once
/// or byte by byte.
inline http::RequestReader::Step end_of(std::string_view text, const http::Limits& limits = {}) {
    ReaderConnection at_once{limits};
    at_once.read(text, {});
    ReaderConnection byte_by_byte{limits};
    byte_by_byte.read_byte_by_byte(text);
    EXPECT_EQ(at_once.last, byte_by_byte.last) << text.substr(0, 200);
    return at_once.last;
}

}  // namespace frontrow::test
