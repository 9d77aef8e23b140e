#pragma once

#include <string>
#include <vector>

namespace frontrow::wire {

struct FieldError {
    /// As the sender named it, `seats[3].price`; empty where the whole text is meant.
    std::string field;
    /// What would be right.
    std::string message;
};

/// Why a text isn't what it should be; at least one entry.
struct ParseError {
    std::vector<FieldError> fields;
};

}  // namespace frontrow::wire
