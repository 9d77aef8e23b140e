#pragma once

#include "domain/order.h"
#include "wire/contact.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace frontrow::wire {

// An event's orders as a table for the organiser: CSV by RFC 4180, with a record for each order.

/// Approximate size of a record.
inline constexpr std::size_t kOrderRecordBytes = 256;

/// The record that names the columns.
void append_order_columns(std::string& out);
void append_order_record(std::string& out, const domain::OrderView& view, const Contact& contact);

}  // namespace frontrow::wire
