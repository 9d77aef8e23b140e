#pragma once

#include "base/id.h"
#include "base/result.h"
#include "wire/object_reader.h"
#include "wire/parse_error.h"

#include <optional>
#include <string>
#include <string_view>

namespace frontrow::wire {

class FieldsWriter;

/// How to reach the buyer of an order. It is personal data, so it is in no fact: it is kept in a
/// side record of the order, which can be erased.
struct Contact {
    /// Empty if unknown.
    std::string email;
    /// A language tag by BCP 47; empty if unknown.
    std::string locale;

    bool is_empty() const { return email.empty() && locale.empty(); }
    friend bool operator==(const Contact&, const Contact&) = default;
};

/// Reads `email` and `locale` of a request, both of which may be absent.
Contact read_contact(ObjectReader& in);

/// The names of the side records of contacts begin with this.
inline constexpr std::string_view kContactRecords = "contact/";
/// The name of the side record of an order's contact.
std::string contact_record_name(OrderId order);
/// The order whose contact has this name; nothing if it is the name of something else.
std::optional<OrderId> order_of_contact(std::string_view name);

/// The fields of the contact that there are, written into the open object.
void write_contact(FieldsWriter& fields, const Contact& contact);

/// The form in which a contact is kept. It names the account whose contact it is, so that all that
/// is kept about a person can be found and erased.
struct ContactRecord {
    /// Empty if the buyer has no account: the box office sold.
    std::string user;
    Contact contact;
};
std::string contact_record(const Contact& contact, std::string_view user);
Result<ContactRecord, ParseError> parse_contact_record(std::string_view record);

}  // namespace frontrow::wire
