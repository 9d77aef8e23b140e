#include "wire/personal_data.h"

#include "domain/subject.h"
#include "http/handlers/contacts.h"
#include "http/handlers/handlers.h"
#include "http/handlers/holders.h"
#include "http/handlers/replies.h"
#include "http/handlers/side_values.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

// All that is kept about one person, for an admin who was asked for it.

namespace frontrow::http::handlers {
namespace {

using wire::PersonalData;

/// Reads a record of this kind. A record that can't be read is a fault: nobody knows whom it is
/// about.
template <class Record>
Result<Record, io::Fault> read_or_fault(
    Result<Record, wire::ParseError> (*parse)(std::string_view),
    const store::SideRecord& record
) {
    auto read = parse(record.value);
    if (read) return *std::move(read);
    return std::unexpected(
        io::Fault{io::FaultKind::corrupt, "the side record " + record.name + " can't be read"}
    );
}

/// Adds each record about this person whose name begins with the prefix.
template <class Record>
Awaitable<Result<void, io::Fault>> collect(
    store::SideRecords& records,
    std::string_view prefix,
    Result<Record, wire::ParseError> (*parse)(std::string_view),
    const std::string& who,
    std::vector<std::pair<std::string, Record>>& found
) {
    auto take = [&](const store::SideRecord& one) -> Result<void, io::Fault> {
        auto record = read_or_fault(parse, one);
        if (!record) return std::unexpected(std::move(record.error()));
        if (is_about(*record, who))
            found.emplace_back(one.name.substr(prefix.size()), *std::move(record));
        return {};
    };
    co_return co_await walk_side_records(records, prefix, take);
}

/// All that is kept about the person whom the path names. If it can't be read, answers with an
/// error and returns nothing.
Awaitable<std::optional<PersonalData>> personal_data_or_fail(Context& context) {
    const auto& services = context.services;
    const auto& who = context.path_parts[0];
    // An address is no longer than an account's id may be.
    if (!domain::is_valid_sub(who)) {
        context.fail(invalid_field("id", std::string{domain::kSubRule}));
        co_return std::nullopt;
    }
    auto& records = services.payments.records;
    PersonalData data;
    auto done = co_await collect(
        records, wire::kContactRecords, wire::parse_contact_record, who, data.contacts
    );
    if (done)
        done = co_await collect(records, kHolders, wire::parse_holder_record, who, data.holders);
    if (done) co_return data;
    services.log.error("a person's data can't be read", {{"error", done.error().what}});
    context.fail(problem_of(done.error()));
    co_return std::nullopt;
}

/// Erases the records with these names, as far as they still are about this person. If one can't be
/// erased, answers with an error and returns false.
template <class Record>
Awaitable<bool> erase_or_fail(
    Context& context,
    std::string_view prefix,
    Result<Record, wire::ParseError> (*parse)(std::string_view),
    const std::vector<std::pair<std::string, Record>>& found
) {
    const auto& who = context.path_parts[0];
    SideRewrite next = [&](const std::optional<std::string>& value) -> std::optional<std::string> {
        if (!value) return value;
        const auto record = parse(*value);
        return record && !is_about(*record, who) ? value : std::nullopt;
    };
    for (const auto& [name, record] : found) {
        const auto done = co_await rewrite_side_value(
            context.services.payments.records, std::string{prefix} + name, next
        );
        if (done) continue;
        context.fail(problem_of(done.error()));
        co_return false;
    }
    co_return true;
}

}  // namespace

Awaitable<void> get_personal_data(Context& context) {
    const auto data = co_await personal_data_or_fail(context);
    if (!data) co_return;
    wire::append_personal_data(context.response.body, context.path_parts[0], *data);
}

Awaitable<void> erase_personal_data(Context& context) {
    const auto data = co_await personal_data_or_fail(context);
    if (!data) co_return;
    const bool is_done =
        co_await erase_or_fail(
            context, wire::kContactRecords, wire::parse_contact_record, data->contacts
        ) &&
        co_await erase_or_fail(context, kHolders, wire::parse_holder_record, data->holders);
    if (!is_done) co_return;
    wire::append_erasure(context.response.body, data->contacts.size(), data->holders.size());
}

}  // namespace frontrow::http::handlers
