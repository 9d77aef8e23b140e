#pragma once

#include "base/id.h"
#include "base/instant.h"

#include <concepts>
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
        if constexpr (std::signed_integral<Integer>) {
            write_signed(number);
        } else {
            write_unsigned(number);
        }
    }
    template <class Kind>
    void value(Id<Kind> id) {
        write_uuid(id.bits());
    }
    void hex(Bits128 bits);

    template <class Value>
    void field(std::string_view name, const Value& one) {
        key(name);
        value(one);
    }

private:
    void comma() {
        if (const char last = out_.empty() ? '{' : out_.back();
            last != '{' && last != '[' && last != ':' && last != '\n')
            out_ += ',';
    }
    void open(char bracket) {
        comma();
        out_ += bracket;
    }
    void write_signed(std::int64_t number);
    void write_unsigned(std::uint64_t number);
    void write_uuid(Bits128 bits);

    std::string& out_;
};

}  // namespace frontrow::wire
