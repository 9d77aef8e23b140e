#pragma once

#include "base/result.h"
#include "domain/event.h"
#include "wire/json_writer.h"
#include "wire/parse_error.h"

#include <string>
#include <string_view>
#include <vector>

namespace frontrow::wire {

/// The answer to the question with this label.
struct HolderAnswer {
    std::string label;
    std::string text;

    friend bool operator==(const HolderAnswer&, const HolderAnswer&) = default;
};

/// What an event asked about the person who will use a ticket. It is personal data, so it is in no
/// fact: it is kept in a side record of the ticket, which can be erased.
struct HolderDetails {
    /// Empty if unknown.
    std::string name;
    /// At most one for each label. No text is empty.
    std::vector<HolderAnswer> answers;

    bool is_empty() const { return name.empty() && answers.empty(); }
    /// Null if the question isn't answered.
    const HolderAnswer* answer_to(std::string_view label) const;

    friend bool operator==(const HolderDetails&, const HolderDetails&) = default;
};

/// What is required and missing: `name`, then the labels of questions in their order.
std::vector<std::string_view> missing(const domain::Asks& asks, const HolderDetails& details);

Result<HolderDetails, ParseError> parse_holder_request(std::string_view body);

/// The fields of the details that there are, written into the open object.
void write_holder_details(JsonWriter& json, const HolderDetails& details);

/// The form in which the details are kept. It names the account that had the ticket, so that all
/// that is kept about a person can be found and erased, and nobody else's ticket shows it.
struct HolderRecord {
    std::string user;
    HolderDetails details;
};
std::string holder_record(const HolderDetails& details, std::string_view user);
Result<HolderRecord, ParseError> parse_holder_record(std::string_view record);

}  // namespace frontrow::wire
