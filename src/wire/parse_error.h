#pragma once

#include <string>
#include <vector>

namespace frontrow::wire {

struct FieldError {
    /// The field's path as the sender wrote it, like `seats[3].price`. Empty if the error is about
    /// the whole text.
    std::string field;
    /// Describes a valid value: "must be 1 to 255 characters long".
    std::string message;

    friend bool operator==(const FieldError&, const FieldError&) = default;
};

/// All that is wrong with a text: at least one entry.
struct ParseError {
    std::vector<FieldError> fields;

    friend bool operator==(const ParseError&, const ParseError&) = default;
};

}  // namespace frontrow::wire
