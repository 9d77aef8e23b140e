#pragma once

#include "http/context.h"
#include "http/shared_bodies.h"
#include "wire/json_writer.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::http::handlers {

// What several handlers say and ask.

using OutcomeResult = Result<domain::Outcome, io::Fault>;

// What a request came to is what its line in the access log names.

inline void note_subject(Context& context, const domain::Reservation& reservation) {
    context.subject = {
        .event = reservation.event,
        .reservation = reservation.id,
        .amount = reservation.total_amount,
    };
}
inline void note_subject(Context& context, const domain::Event& event) {
    context.subject.event = event.id;
}
inline void note_subject(Context& context, const domain::SeatView& seat) {
    context.subject.event = seat.event;
}
template <class Other>
void note_subject(Context&, const Other&) {
}

/// The thing that an accepted command came to; nothing, and answered, where it was refused or
/// failed.
template <class Entity>
Entity* entity_or_fail(Context& context, OutcomeResult& result) {
    auto* outcome = context.value_or_fail(result);
    auto* accepted = outcome == nullptr ? nullptr : context.value_or_fail(*outcome);
    if (accepted == nullptr) return nullptr;
    if (accepted->replayed) context.response.add_header("Idempotency-Replayed", "true");
    auto& entity = domain::entity_of<Entity>(*accepted);
    note_subject(context, entity);
    return &entity;
}

/// The Idempotency-Key of the header, or else the one `in_body`; empty where there is neither, and
/// nothing, and answered, where it's wrong or they are two.
std::optional<std::string_view> key_or_fail(Context& context, std::string_view in_body = {});

/// The mark of a request under a key that asked for `content`; nothing, and answered, where the key
/// is wrong.
std::optional<domain::RequestMark> mark_with_key(Context& context, std::string_view content);

/// Marks a request that has an Idempotency-Key, which it need not. `content()` is what it asks for
/// (wire::canonical). False, and answered, where the key is wrong.
template <class Content>
bool mark_or_fail(Context& context, std::optional<domain::RequestMark>& mark, Content content) {
    if (context.request.header(Header::idempotency_key).empty()) return true;
    mark = mark_with_key(context, content());
    return mark.has_value();
}

/// The thing that was looked for; nothing, and answered, where it isn't there or the store failed.
template <class Entity>
Entity* found_or_fail(
    Context& context,
    Result<std::optional<Entity>, io::Fault>& result,
    std::string_view what
) {
    auto* found = context.value_or_fail(result);
    if (found == nullptr) return nullptr;
    if (!*found) {
        context.fail(not_found("There is no such " + std::string{what} + "."));
        return nullptr;
    }
    note_subject(context, **found);
    return &**found;
}

/// What every list understands. `list` names it: a cursor is good for one list.
struct ListBounds {
    std::string_view list;
    std::size_t limit_max = 100;
    /// Where no limit is given.
    std::size_t limit = 20;
};

/// The part of a list that is asked for with `limit` and either `offset` or `cursor`; nothing, and
/// answered, where one of them is wrong.
std::optional<store::Page> page_or_fail(Context& context, const ListBounds& bounds);

/// The page with one thing more: where that comes, there is a next page.
inline store::Page one_more(store::Page page) {
    ++page.limit;
    return page;
}

/// Adds the `Link` to the page behind `last`: `path` with `more` parameters of its own, each with a
/// `&` before it.
void link_next(
    Context& context,
    const ListBounds& bounds,
    const store::Page& page,
    const domain::Place& last,
    std::string_view path,
    std::string_view more = {}
);

/// Longer lists are parsed and rendered off the owner, which has buyers waiting.
inline constexpr std::size_t kSeatsOnOwnerMax = 500;

/// Gives the answer its ETag, with this between its quotes. True where the client asked with GET,
/// has this answer already, and was answered 304.
bool tag_answer(Context& context, std::string_view tag);

/// Which form of an answer that comes plain and compressed.
struct Form {
    bool gzip = false;
    /// What stands between the quotes of its ETag.
    std::string tag;
    /// The client has it already and was answered 304.
    bool is_known = false;
};

/// Chooses what the client takes and gives the answer its headers, with a strong ETag made of the
/// `version`.
Form choose_form(Context& context, std::string_view version);

/// Answers with a body that others are sent, too; refuses where there was no room to make it.
void reply_shared(Context& context, const SharedBodies::Body& body);

/// A bare JSON array, each item written by `append(out, item)`, which sets its own comma.
template <class Item, class Append>
void reply_list(Context& context, const std::vector<Item>& items, Append append) {
    auto& out = context.response.body;
    out += '[';
    for (const auto& item : items)
        append(out, item);
    out += ']';
}

}  // namespace frontrow::http::handlers
