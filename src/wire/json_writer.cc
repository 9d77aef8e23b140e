#include "wire/json_writer.h"

#include "base/eight_bytes.h"

#include <algorithm>

namespace frontrow::wire {
namespace {

/// Most documents fit into this, so their string is allocated once.
constexpr std::size_t kFirstRoom = 500;

bool needs_escape(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

bool has_escapes(std::string_view text) {
    return has_any(
        text,
        [](Eight eight) {
            return (mark_below(eight, ' ') | mark_each(eight, '"') | mark_each(eight, '\\')) != 0;
        },
        needs_escape
    );
}

bool is_comma_due_after(char last) {
    return last != '{' && last != '[' && last != ':' && last != '\n';
}

}  // namespace

JsonWriter::JsonWriter(std::string& out) : out_{out}, to_{out.data() + out.size()}, end_{to_} {
    make_room(kFirstRoom);
    if (!out.empty() && is_comma_due_after(out.back())) to_ = put(to_, ',');
}

JsonWriter::~JsonWriter() {
    if (to_ != out_.data() && to_[-1] == ',') --to_;
    hand_over();
}

void JsonWriter::value(std::string_view text) {
    if (has_escapes(text)) return value_with_escapes(text);
    char* const to = put(room_for(text.size() + 3), '"');
    to_ = put(put(to + text.copy(to, text.size()), '"'), ',');
}

void JsonWriter::value_with_escapes(std::string_view text) {
    to_ = put(room_for(1), '"');
    while (!text.empty()) {
        const auto run = std::ranges::find_if(text, needs_escape) - text.begin();
        plain(text.substr(0, static_cast<std::size_t>(run)));
        text.remove_prefix(static_cast<std::size_t>(run));
        if (text.empty()) break;
        escaped(text.front());
        text.remove_prefix(1);
    }
    to_ = put(put(room_for(2), '"'), ',');
}

void JsonWriter::plain(std::string_view text) {
    char* const to = room_for(text.size());
    to_ = to + text.copy(to, text.size());
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

void JsonWriter::make_room(std::size_t size) {
    hand_over();
    out_.reserve(out_.size() + size);
    to_ = out_.data() + out_.size();
    end_ = out_.data() + out_.capacity();
}

void JsonWriter::hand_over() {
    const auto size = static_cast<std::size_t>(to_ - out_.data());
    out_.resize_and_overwrite(size, [size](char*, std::size_t) { return size; });
}

}  // namespace frontrow::wire
