#include "wire/json_writer.h"

#include "base/check.h"

#include <algorithm>

namespace frontrow::wire {
namespace {

bool needs_escape(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
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
    open('"');
    for (;;) {
        const auto run = std::ranges::find_if(text, needs_escape) - text.begin();
        plain(text.substr(0, static_cast<std::size_t>(run)));
        text.remove_prefix(static_cast<std::size_t>(run));
        if (text.empty()) break;
        escaped(text.front());
        text.remove_prefix(1);
    }
    close('"');
}

void JsonWriter::value(double number) {
    piece([&](char* to) { return std::to_chars(to, to + kNumberMax, number).ptr; });
}

void JsonWriter::value(Instant at) {
    quoted_piece([&](char* to) { return write_rfc3339(to, at); });
}

void JsonWriter::value(bool truth) {
    piece([&](char* to) {
        return std::ranges::copy(std::string_view{truth ? "true" : "false"}, to).out;
    });
}

void JsonWriter::hex(Bits128 bits) {
    quoted_piece([&](char* to) { return write_hex128(to, bits); });
}

void JsonWriter::plain(std::string_view text) {
    if (text.size() > static_cast<std::size_t>(buffer_.data() + buffer_.size() - to_)) flush();
    if (text.size() > buffer_.size()) {
        out_ += text;
        last_ = text.back();
    } else {
        to_ = std::ranges::copy(text, to_).out;
    }
}

void JsonWriter::escaped(char c) {
    constexpr std::string_view hex = "0123456789abcdef";
    switch (c) {
        case '"':
            return plain("\\\"");
        case '\\':
            return plain("\\\\");
        case '\n':
            return plain("\\n");
        case '\r':
            return plain("\\r");
        case '\t':
            return plain("\\t");
        default: {
            const auto code = static_cast<unsigned char>(c);
            const char text[]{'\\', 'u', '0', '0', hex[code >> 4], hex[code & 0xF]};
            plain({text, sizeof text});
        }
    }
}

void JsonWriter::flush() {
    if (to_ == buffer_.data()) return;
    last_ = to_[-1];
    out_.append(buffer_.data(), to_);
    to_ = buffer_.data();
}

}  // namespace frontrow::wire
