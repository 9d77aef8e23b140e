#pragma once

#include "base/id.h"
#include "base/instant.h"

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::wire {

/// Appends JSON to a string the caller owns, which has it all when the writer goes. Written here
/// because rendering is a third of a reservation's cost and a document tree would double it; what
/// is written is checked by reading it back with Boost.JSON in the tests.
///
/// Whether a comma is due is seen from the last character, so the writer has no state of its own.
/// Strings must be UTF-8.
class JsonWriter {
public:
    explicit JsonWriter(std::string& out) : out_{out}, last_{out.empty() ? '{' : out.back()} {}
    ~JsonWriter() { flush(); }
    JsonWriter(const JsonWriter&) = delete;
    JsonWriter& operator=(const JsonWriter&) = delete;

    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }

    /// `name` is written as it is: one of ours, nothing to escape.
    void key(std::string_view name);

    void value(std::string_view text);
    void value(const char* text) { value(std::string_view{text}); }
    void value(double number);
    void value(Instant at);
    void value(bool truth);
    template <std::integral Integer>
        requires(!std::same_as<Integer, bool>)
    void value(Integer number) {
        piece([&](char* to) { return std::to_chars(to, to + kNumberMax, number).ptr; });
    }
    template <class Kind>
    void value(Id<Kind> id) {
        quoted_piece([&](char* to) { return write_uuid(to, id.bits()); });
    }
    void hex(Bits128 bits);

    template <class Value>
    void field(std::string_view name, const Value& one) {
        key(name);
        value(one);
    }

private:
    /// No key of ours, no id and no number is longer, with its quotes and a comma.
    static constexpr std::size_t kPieceMax = 48;
    static constexpr std::size_t kNumberMax = 32;

    bool is_comma_due() const {
        const char last = to_ == buffer_.data() ? last_ : to_[-1];
        return last != '{' && last != '[' && last != ':' && last != '\n';
    }
    /// Writes a short piece, after a comma where one is due: `write(to)` writes it and returns its
    /// end.
    template <class Write>
    void piece(Write write) {
        if (to_ + kPieceMax > buffer_.data() + buffer_.size()) flush();
        if (is_comma_due()) *to_++ = ',';
        to_ = write(to_);
    }
    template <class Write>
    void quoted_piece(Write write) {
        piece([&](char* to) {
            *to++ = '"';
            to = write(to);
            *to++ = '"';
            return to;
        });
    }
    void open(char bracket) {
        piece([&](char* to) {
            *to++ = bracket;
            return to;
        });
    }
    void close(char bracket) { plain({&bracket, 1}); }
    /// As it is, and however long.
    void plain(std::string_view text);
    void escaped(char c);
    void flush();

    std::string& out_;
    /// The last character that was flushed, or what stood before the first.
    char last_;
    std::array<char, 512> buffer_;
    char* to_ = buffer_.data();
};

}  // namespace frontrow::wire
