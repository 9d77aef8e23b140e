#pragma once

#include <string>
#include <vector>

namespace frontrow::wire {

struct FieldError {
    /// As the sender named it, `seats[3].price`; empty where the whole text is meant.
    std::string field;
    /// What would be right.
    std::string message;

    friend bool operator==(const FieldError&, const FieldError&) = default;
};

/// Why a text isn't what it should be; at least one entry.
struct ParseError {
    std::vector<FieldError> fields;

    friend bool operator==(const ParseError&, const ParseError&) = default;
};

}  // namespace frontrow::wire
