#pragma once

#include "wire/json_short.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace frontrow::wire {

/// Appends JSON to a string that the caller owns. The string is complete when the writer is
/// destroyed, and must not be read before. Strings in values must be UTF-8.
///
/// It is our own code, because every reservation is rendered twice, for its buyer and for the
/// journal, and a document tree would cost several times as much. Tests read the output back with
/// Boost.JSON.
///
/// Each value is written with a comma after it. Closing the enclosing object or array removes the
/// last comma. So writing a field needs no check of what came before it.
class JsonWriter {
public:
    explicit JsonWriter(std::string& out);
    ~JsonWriter();
    JsonWriter(const JsonWriter&) = delete;
    JsonWriter& operator=(const JsonWriter&) = delete;

    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }

    void key(Key name) { to_ = put(room_for(kShortMax), name); }
    /// For a field whose name is a text of somebody's choice.
    void key_of(std::string_view text) {
        value(text);
        to_[-1] = ':';
    }

    void value(std::string_view text);
    /// A text of `size` bytes, written by `write(to)`. No byte may need an escape.
    template <class Write>
    void plain_value(std::size_t size, Write write) {
        char* const to = put(room_for(size + 3), '"');
        write(to);
        to_ = put(put(to + size, '"'), ',');
    }
    template <Short Value>
    void value(Value one) {
        to_ = put(room_for(kShortMax), one);
    }

    void field(Key name, std::string_view text) {
        key(name);
        value(text);
    }
    template <Short Value>
    void field(Key name, Value one) {
        to_ = put(put(room_for(2 * kShortMax), name), one);
    }

private:
    void open(char bracket) { to_ = put(room_for(kShortMax), bracket); }
    void close(char bracket) {
        char* const to = room_for(kShortMax);
        to_ = put(put(to[-1] == ',' ? to - 1 : to, bracket), ',');
    }
    /// Returns a place with room for `size` bytes.
    char* room_for(std::size_t size) {
        if (static_cast<std::size_t>(end_ - to_) < size) [[unlikely]]
            make_room(size);
        return to_;
    }
    void make_room(std::size_t size);
    /// Sets the string's size, so that it includes all that was written.
    void hand_over();
    void value_with_escapes(std::string_view text);
    /// Appends the text without escaping it. It may have any length.
    void plain(std::string_view text);
    void escaped(char c);

    std::string& out_;
    /// Where the next byte goes, and the end of the string's capacity.
    char* to_;
    char* end_;
};

}  // namespace frontrow::wire
