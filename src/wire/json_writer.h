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

/// Appends JSON to a string the caller owns. Written here because rendering is a third of a
/// reservation's cost and a document tree would double it; what is written is checked by reading it
/// back with Boost.JSON in the tests.
///
/// Whether a comma is due is seen from the last character, so the writer has no state of its own.
/// Strings must be UTF-8.
class JsonWriter {
public:
    explicit JsonWriter(std::string& out) : out_{out} {}

    void begin_object() { open('{'); }
    void end_object() { out_ += '}'; }
    void begin_array() { open('['); }
    void end_array() { out_ += ']'; }

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
    /// No key of ours and no number is longer.
    static constexpr std::size_t kNumberMax = 32;
    static constexpr std::size_t kPieceMax = 48;

    bool is_comma_due() const {
        const char last = out_.empty() ? '{' : out_.back();
        return last != '{' && last != '[' && last != ':' && last != '\n';
    }
    void comma() {
        if (is_comma_due()) out_ += ',';
    }
    /// Appends a short piece at once, after a comma where one is due: `write(to)` writes it and
    /// returns its end.
    template <class Write>
    void piece(Write write) {
        std::array<char, kPieceMax> text;
        char* to = text.data();
        if (is_comma_due()) *to++ = ',';
        out_.append(text.data(), write(to));
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
        comma();
        out_ += bracket;
    }
    std::string& out_;
};

}  // namespace frontrow::wire
