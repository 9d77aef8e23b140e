#pragma once

#include <span>
#include <string>
#include <string_view>

namespace frontrow::wire {

// Tables that are sent: CSV by RFC 4180.

/// Appends a record with these fields.
void append_csv_record(std::string& out, std::span<const std::string_view> fields);

/// Appends a field, in quotes if it needs them. A text that a spreadsheet would take for a formula
/// gets an apostrophe in front, because anybody can choose their own name or address.
void append_csv_field(std::string& out, std::string_view text);

}  // namespace frontrow::wire
