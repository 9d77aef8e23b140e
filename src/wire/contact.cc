#include "wire/contact.h"

#include "wire/fields.h"
#include "wire/json_writer.h"
#include "wire/parse_object.h"

#include <boost/json.hpp>

#include <algorithm>

namespace frontrow::wire {
namespace {

/// The longest address that mail servers must accept (RFC 5321).
constexpr TextBounds kEmail{3, 254};
constexpr TextBounds kLocale{2, 35};
constexpr std::size_t kSubtagMax = 8;

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_letter_or_digit(char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
}

/// Whether the text has the form of an address. Whether it can be reached, only a mail tells.
bool looks_like_email(std::string_view text) {
    const auto at = text.find('@');
    const bool has_blank = std::ranges::any_of(text, [](unsigned char c) {
        return c <= ' ' || c == 0x7f || c == ',' || c == ';' || c == '<' || c == '>';
    });
    return !has_blank && at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
           text.find('@', at + 1) == std::string_view::npos;
}

/// Whether the text has the form of a language tag: subtags of up to eight letters and digits, the
/// first of letters alone.
bool looks_like_locale(std::string_view text) {
    bool is_first = true;
    while (true) {
        const auto end = std::min(text.find('-'), text.size());
        const auto subtag = text.substr(0, end);
        const bool is_good = !subtag.empty() && subtag.size() <= kSubtagMax &&
                             std::ranges::all_of(subtag, is_first ? is_letter : is_letter_or_digit);
        if (!is_good || (is_first && subtag.size() < 2)) return false;
        if (end == text.size()) return true;
        text.remove_prefix(end + 1);
        is_first = false;
    }
}

}  // namespace

std::string contact_record_name(OrderId order) {
    return std::string{kContactRecords} + order.to_string();
}

std::optional<OrderId> order_of_contact(std::string_view name) {
    if (!name.starts_with(kContactRecords)) return std::nullopt;
    return OrderId::parse(name.substr(kContactRecords.size()));
}

Contact read_contact(ObjectReader& in) {
    Contact contact;
    if (auto email = in.optional_text("email", kEmail)) contact.email = *std::move(email);
    if (in.has_good("email") && !looks_like_email(contact.email))
        in.complain("email", "must be an email address like alice@example.org");
    if (auto locale = in.optional_text("locale", kLocale)) contact.locale = *std::move(locale);
    if (in.has_good("locale") && !looks_like_locale(contact.locale))
        in.complain("locale", "must be a language tag by BCP 47, like ja or en-GB");
    return contact;
}

void write_contact(FieldsWriter& fields, const Contact& contact) {
    fields.unless_empty("email", contact.email);
    fields.unless_empty("locale", contact.locale);
}

std::string contact_record(const Contact& contact, std::string_view user) {
    std::string out;
    {
        JsonWriter json{out};
        json.begin_object();
        if (!user.empty()) json.field("user_id", user);
        FieldsWriter fields{json};
        write_contact(fields, contact);
        json.end_object();
    }
    return out;
}

Result<ContactRecord, ParseError> parse_contact_record(std::string_view record) {
    return parse_record(record, [](ObjectReader& in) {
        FieldsReader fields{in};
        ContactRecord read;
        fields.optional_sub("user_id", read.user);
        fields.unless_empty("email", read.contact.email);
        fields.unless_empty("locale", read.contact.locale);
        return read;
    });
}

}  // namespace frontrow::wire
