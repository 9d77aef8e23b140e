#include "wire/json_writer.h"

#include "base/check.h"

#include <algorithm>
#include <charconv>

namespace frontrow::wire {
namespace {

bool needs_escape(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void append_escaped(std::string& out, char c) {
    constexpr std::string_view hex = "0123456789abcdef";
    switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            out += "\\u00";
            out += hex[static_cast<unsigned char>(c) >> 4];
            out += hex[static_cast<unsigned char>(c) & 0xF];
    }
}

}  // namespace

void JsonWriter::key(std::string_view name) {
    CHECK(name.size() <= kNumberMax);
    piece([&](char* to) {
        *to++ = '"';
        to = std::ranges::copy(name, to).out;
        *to++ = '"';
        *to++ = ':';
        return to;
    });
}

void JsonWriter::value(std::string_view text) {
    comma();
    out_ += '"';
    std::size_t from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!needs_escape(text[i])) continue;
        out_ += text.substr(from, i - from);
        append_escaped(out_, text[i]);
        from = i + 1;
    }
    out_ += text.substr(from);
    out_ += '"';
}

void JsonWriter::value(double number) {
    piece([&](char* to) { return std::to_chars(to, to + kNumberMax, number).ptr; });
}

void JsonWriter::value(Instant at) {
    quoted_piece([&](char* to) { return write_rfc3339(to, at); });
}

void JsonWriter::value(bool truth) {
    comma();
    out_ += truth ? "true" : "false";
}

void JsonWriter::hex(Bits128 bits) {
    quoted_piece([&](char* to) { return write_hex128(to, bits); });
}

}  // namespace frontrow::wire
