#pragma once

#include "wire/contact.h"
#include "wire/holder.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::wire {

// What is kept about one person: an account, or who can be reached at an email address.

/// Whether the record is about this person: it names their account, or `who` is an address and the
/// record has it. Upper and lower case letters of an address are the same.
bool is_about(const ContactRecord& record, std::string_view who);
bool is_about(const HolderRecord& record, std::string_view who);

struct PersonalData {
    /// By the order's id.
    std::vector<std::pair<std::string, ContactRecord>> contacts;
    /// By the ticket's id.
    std::vector<std::pair<std::string, HolderRecord>> holders;
};

void append_personal_data(std::string& out, std::string_view who, const PersonalData& data);
/// How many records were erased.
void append_erasure(std::string& out, std::uint64_t contacts, std::uint64_t holders);

}  // namespace frontrow::wire
