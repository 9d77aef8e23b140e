#include "http/handlers/contacts.h"

#include "base/check.h"
#include "store/side_records.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace frontrow::http::handlers {
namespace {

using store::SideRecord;

/// A page of contacts, in the order of their names.
using Records = std::vector<SideRecord>;

const SideRecord* find_in(const Records& records, const std::string& name) {
    const auto found = std::ranges::lower_bound(records, name, {}, &SideRecord::name);
    return found == records.end() || found->name != name ? nullptr : &*found;
}

/// True if a contact with this name can only be behind the records, or before them.
bool is_outside(const Records& records, const std::string& name) {
    return records.empty() || name < records.front().name || name > records.back().name;
}

/// The record's contact. If it can't be read, answers with an error and returns nothing.
std::optional<wire::Contact> read_or_fail(Context& context, const SideRecord& record) {
    auto contact = wire::parse_contact_record(record.value);
    if (contact) return *std::move(contact);
    context.services.log.error("a side record can't be read", {{"record", record.name}});
    context.fail(problem_of(io::Fault{io::FaultKind::corrupt, "a contact can't be read"}));
    return std::nullopt;
}

}  // namespace

store::Awaitable<std::optional<std::uint64_t>>
keep_contact_or_fail(Context& context, OrderId order, const wire::Contact& contact) {
    if (contact.is_empty()) co_return 0;
    store::SideChange change{
        .name = wire::contact_record_name(order),
        .value = wire::contact_record(contact, context.principal.sub)
    };
    auto changed = co_await context.services.payments.records.change(std::move(change));
    auto* outcome = context.value_or_fail(changed);
    if (outcome == nullptr) co_return std::nullopt;
    // The id is new, and no lease was given, so nothing can refuse the change.
    CHECK(outcome->has_value());
    co_return **outcome;
}

store::Awaitable<void> erase_contact(Context& context, OrderId order, std::uint64_t version) {
    if (version == 0) co_return;
    store::SideChange change{
        .name = wire::contact_record_name(order), .value = std::nullopt, .expected_version = version
    };
    const auto changed = co_await context.services.payments.records.change(std::move(change));
    if (!changed)
        context.services.log.warn(
            "the contact of an order that wasn't placed is left over",
            {{"record", wire::contact_record_name(order)}, {"error", changed.error().what}}
        );
}

store::Awaitable<std::optional<wire::Contact>> contact_or_fail(Context& context, OrderId order) {
    auto found = co_await context.services.payments.records.find(wire::contact_record_name(order));
    const auto* record = context.value_or_fail(found);
    if (record == nullptr) co_return std::nullopt;
    if (!*record) co_return wire::Contact{};
    co_return read_or_fail(context, **record);
}

/// Reads a page of records at a time, from the first order on that the last page doesn't cover. The
/// orders of one event have most of a page to themselves while that event sells.
store::Awaitable<std::optional<std::vector<wire::Contact>>>
contacts_or_fail(Context& context, const std::vector<domain::OrderView>& orders) {
    std::vector<wire::Contact> contacts;
    contacts.reserve(orders.size());
    Records records;
    bool is_to_end = false;
    for (const auto& view : orders) {
        const auto name = wire::contact_record_name(view.order.id);
        const bool is_behind_all = is_to_end && (records.empty() || name > records.back().name);
        if (!is_behind_all && is_outside(records, name)) {
            // The name without its last digit is before the name, and behind all smaller ones.
            auto found = co_await context.services.payments.records.list(
                std::string{wire::kContactRecords}, name.substr(0, name.size() - 1)
            );
            auto* page = context.value_or_fail(found);
            if (page == nullptr) co_return std::nullopt;
            records = std::move(*page);
            is_to_end = records.size() < store::SideRecords::kPage;
        }
        wire::Contact contact;
        if (const auto* record = find_in(records, name)) {
            auto read = read_or_fail(context, *record);
            if (!read) co_return std::nullopt;
            contact = *std::move(read);
        }
        contacts.push_back(std::move(contact));
    }
    co_return contacts;
}

bool is_placed(const OutcomeResult& result, OrderId order) {
    if (!result) return result.error().kind == io::FaultKind::outcome_unknown;
    if (!*result) return false;
    const auto* view = std::get_if<domain::OrderView>(&(*result)->entity);
    return view != nullptr && view->order.id == order;
}

std::optional<domain::RequestMark> mark_with_contact(Context& context, std::string content) {
    content += context.request.header(Header::idempotency_key);
    return mark_with_needed_key(context, content);
}

}  // namespace frontrow::http::handlers
