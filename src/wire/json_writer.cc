#include "wire/json_writer.h"

#include <array>
#include <charconv>

namespace frontrow::wire {
namespace {

template <class Number>
void append_number(std::string& out, Number number) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

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
    comma();
    out_ += '"';
    out_ += name;
    out_ += "\":";
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
    comma();
    append_number(out_, number);
}

void JsonWriter::value(Instant at) {
    comma();
    out_ += '"';
    append_rfc3339(out_, at);
    out_ += '"';
}

void JsonWriter::value(bool truth) {
    comma();
    out_ += truth ? "true" : "false";
}

void JsonWriter::hex(Bits128 bits) {
    comma();
    out_ += '"';
    append_hex128(out_, bits);
    out_ += '"';
}

void JsonWriter::write_signed(std::int64_t number) {
    comma();
    append_number(out_, number);
}

void JsonWriter::write_unsigned(std::uint64_t number) {
    comma();
    append_number(out_, number);
}

void JsonWriter::write_uuid(Bits128 bits) {
    comma();
    out_ += '"';
    append_uuid(out_, bits);
    out_ += '"';
}

}  // namespace frontrow::wire
