#include "http/handlers/contacts.h"

#include "base/check.h"
#include "http/handlers/side_values.h"
#include "store/side_records.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace frontrow::http::handlers {
namespace {

/// The contact that is kept as `value`. If it can't be read, answers with an error and returns
/// nothing.
std::optional<wire::Contact>
read_or_fail(Context& context, OrderId order, const std::string& value) {
    auto record = wire::parse_contact_record(value);
    if (record) return std::move(record->contact);
    context.fail(problem_of(unreadable_record(
        context.services.log, wire::contact_record_name(order), "a contact can't be read"
    )));
    return std::nullopt;
}

}  // namespace

store::Awaitable<std::optional<std::uint64_t>> keep_contact_or_fail(
    Context& context,
    OrderId order,
    const wire::Contact& contact,
    std::string_view buyer
) {
    if (contact.is_empty()) co_return 0;
    store::SideChange change{
        .name = wire::contact_record_name(order), .value = wire::contact_record(contact, buyer)
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
    co_return read_or_fail(context, order, (*record)->value);
}

store::Awaitable<std::optional<std::vector<wire::Contact>>>
contacts_or_fail(Context& context, const std::vector<OrderId>& orders) {
    std::vector<std::size_t> asked;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < orders.size(); ++i) {
        if (orders[i] == OrderId{}) continue;
        asked.push_back(i);
        names.push_back(wire::contact_record_name(orders[i]));
    }
    auto values = co_await read_side_values(
        context.services.payments.records, wire::kContactRecords, std::move(names)
    );
    if (context.value_or_fail(values) == nullptr) co_return std::nullopt;
    std::vector<wire::Contact> contacts(orders.size());
    for (std::size_t i = 0; i < asked.size(); ++i) {
        if (!(*values)[i]) continue;
        auto contact = read_or_fail(context, orders[asked[i]], *(*values)[i]);
        if (!contact) co_return std::nullopt;
        contacts[asked[i]] = *std::move(contact);
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
