#pragma once

#include "wire/json_short.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace frontrow::wire {

/// Appends JSON to a string the caller owns, which has it all when the writer goes, and is not to
/// be looked at before. Written here because every reservation is rendered twice, for its buyer and
/// for the journal, and a document tree would cost several times as much; what is written is
/// checked by reading it back with Boost.JSON in the tests.
///
/// Each value is written with a comma behind it, and the end of what it stands in takes the last
/// one back: so a field needs no look at what was before it. Strings must be UTF-8.
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

    void value(std::string_view text);
    /// A text of so many bytes, none of which needs an escape, written by `write(to)`.
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
    /// Where up to `size` bytes may be written.
    char* room_for(std::size_t size) {
        if (static_cast<std::size_t>(end_ - to_) < size) [[unlikely]]
            make_room(size);
        return to_;
    }
    void make_room(std::size_t size);
    /// Makes what has been written the string's.
    void hand_over();
    void value_with_escapes(std::string_view text);
    /// As it is, and however long.
    void plain(std::string_view text);
    void escaped(char c);

    std::string& out_;
    /// Where the next byte goes, and the end of the string's memory.
    char* to_;
    char* end_;
};

}  // namespace frontrow::wire
