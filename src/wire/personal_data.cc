#include "wire/personal_data.h"

#include "base/ascii.h"
#include "wire/fields.h"

#include <algorithm>

namespace frontrow::wire {
namespace {

bool is_address(std::string_view text) {
    return text.contains('@');
}

constexpr auto fold = [](char c) { return lower_case(c); };

bool is_same_address(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, fold, fold);
}

}  // namespace

bool is_about(const ContactRecord& record, std::string_view who) {
    return record.user == who || (is_address(who) && is_same_address(record.contact.email, who));
}

bool is_about(const HolderRecord& record, std::string_view who) {
    if (record.user == who) return true;
    return is_address(who) &&
           std::ranges::any_of(record.details.answers, [&](const HolderAnswer& answer) {
               return is_same_address(answer.text, who);
           });
}

void append_personal_data(std::string& out, std::string_view who, const PersonalData& data) {
    JsonWriter json{out};
    json.begin_object();
    json.field("id", who);
    json.key("orders");
    json.begin_array();
    for (const auto& [order, record] : data.contacts) {
        json.begin_object();
        json.field("order_id", order);
        FieldsWriter fields{json};
        write_contact(fields, record.contact);
        json.end_object();
    }
    json.end_array();
    json.key("tickets");
    json.begin_array();
    for (const auto& [ticket, record] : data.holders) {
        json.begin_object();
        json.field("ticket_id", ticket);
        write_holder_details(json, record.details);
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

void append_erasure(std::string& out, std::uint64_t contacts, std::uint64_t holders) {
    JsonWriter json{out};
    json.begin_object();
    json.field("orders", contacts);
    json.field("tickets", holders);
    json.end_object();
}

}  // namespace frontrow::wire
