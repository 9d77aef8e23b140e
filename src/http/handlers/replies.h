#pragma once

#include "http/context.h"
#include "http/negotiation.h"
#include "http/shared_bodies.h"
#include "io/workers.h"
#include "wire/json_writer.h"
#include "wire/requests.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::http::handlers {

// Shared by several handlers.

using OutcomeResult = Result<domain::Outcome, io::Fault>;

// The access log names what a request concerned; note_subject() records it.

inline void note_subject(Context& context, const domain::Reservation& reservation) {
    context.subject = {
        .event = reservation.event,
        .reservation = reservation.id,
        .amount = reservation.total_amount,
    };
}
inline void note_subject(Context& context, const domain::OrderView& view) {
    context.subject = {
        .event = view.order.event,
        .reservation = view.order.reservation,
        .amount = view.order.amount,
    };
}
inline void note_subject(Context& context, const domain::TicketView& view) {
    context.subject.event = view.event;
    context.subject.reservation = view.id.reservation;
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

/// The entity that an accepted command returned. If the command was refused or failed, answers with
/// the error and returns null.
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

/// The idempotency key from the header, or else from the body (`in_body`); empty if there is
/// neither. If the header's key is malformed or differs from the body's, answers with an error and
/// returns nothing.
std::optional<std::string_view> key_or_fail(Context& context, std::string_view in_body = {});

/// The mark of a request with an idempotency key. `content`: what the request asks for. If the key
/// is wrong, answers with an error and returns nothing.
std::optional<domain::RequestMark> mark_with_key(Context& context, std::string_view content);

/// The same where a key is required.
std::optional<domain::RequestMark> mark_with_needed_key(Context& context, std::string_view content);

/// Marks a request if it has an Idempotency-Key, which is optional here. `content()` is what the
/// request asks for (wire::canonical). If the key is wrong, answers with an error and returns
/// false.
template <class Content>
bool mark_or_fail(Context& context, std::optional<domain::RequestMark>& mark, Content content) {
    if (context.request.header(Header::idempotency_key).empty()) return true;
    mark = mark_with_key(context, content());
    return mark.has_value();
}

/// The mark of a request whose key is optional, for a command that needs a mark. Without a key,
/// `own`, the new id of what the request makes, stands for the key: nobody can ask by it. If the
/// key is wrong, answers with an error and returns nothing.
std::optional<domain::RequestMark>
mark_if_keyed(Context& context, Bits128 own, std::string_view content);

/// A digest of what a request asks for, to be its content where that may be long. May be called on
/// a worker.
std::string digest_of_content(std::string_view content);

/// The command for what a request claims.
domain::ReserveSeats
claim_of(Context& context, wire::ReservationRequest&& request, const domain::RequestMark& mark);

/// Counts the outcome of a ReserveSeats in `reservations_total`.
void count_reservation(const Context& context, const OutcomeResult& result);

/// The entity that was found. If there is none or the store failed, answers with an error and
/// returns null.
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

/// Parameters of a list. `list` is its name: a cursor is valid for one list only.
struct ListBounds {
    std::string_view list;
    std::size_t limit_max = 100;
    /// The limit if the client gives none.
    std::size_t limit = 20;
};

/// The page that the query asks for with `limit` and either `offset` or `cursor`. If one of them is
/// wrong, answers with an error and returns nothing.
std::optional<store::Page> page_or_fail(Context& context, const ListBounds& bounds);

/// The page with one more item. If the store returns that item, there is a next page.
inline store::Page one_more(store::Page page) {
    ++page.limit;
    return page;
}

/// Adds a `Link` header that points to the page after `last`. `path`: the list's path. `more`:
/// further query parameters, each preceded by `&`.
void link_next(
    Context& context,
    const ListBounds& bounds,
    const store::Page& page,
    const domain::Place& last,
    std::string_view path,
    std::string_view more = {}
);

/// Lists of more seats are parsed and rendered on a worker, so that the owner's thread, which runs
/// the handlers, stays free for buyers.
inline constexpr std::size_t kSeatsOnOwnerMax = 500;

/// Likewise, longer bodies of requests are parsed on a worker.
inline constexpr std::size_t kBodyOnOwnerMax = 64 << 10;

/// Reserves memory for an answer of about this many bytes. If there is no room, answers with an
/// error and returns false.
bool take_room_or_fail(Context& context, std::size_t bytes);

/// The same for an answer that grows by about this many bytes, part by part.
bool grow_or_fail(Context& context, std::size_t bytes);

/// Appends to the body with `render(out)`, here or on a worker. If the body is long and the request
/// can still be refused, call take_room_or_fail() before.
template <class Render>
store::Awaitable<void> render_body(Context& context, std::size_t seats, Render render) {
    auto& response = context.response;
    if (seats <= kSeatsOnOwnerMax) {
        render(response.body);
        co_return;
    }
    auto work = [&] {
        std::string out;
        render(out);
        return out;
    };
    response.body = co_await context.services.workers.run(work);
    if (response.share) response.share->resize(response.body.capacity());
}

/// Adds an ETag with `tag` between its quotes. If the request is a GET and the client already has
/// this answer, sets 304 and returns true.
bool tag_answer(Context& context, std::string_view tag);

/// What If-Match lists, each tag read by `read`, which returns nothing for a tag that isn't ours.
/// Nothing if the header is absent or `*`. An empty If-Match lists nothing: its client meant some
/// condition, which no state meets.
template <class Value>
std::optional<std::vector<Value>>
meant_by(const Request& request, std::optional<Value> (*read)(std::string_view tag)) {
    auto tags = request.header(Header::if_match);
    if (!request.has(Header::if_match) || names_any(tags)) return std::nullopt;
    std::optional<std::vector<Value>> meant{std::in_place};
    while (const auto tag = take_tag(tags)) {
        if (const auto value = read(*tag)) meant->push_back(*value);
    }
    return meant;
}

/// Which representation of an answer, plain or compressed, is sent.
struct Form {
    bool gzip = false;
    /// The text between the quotes of the ETag of this form of the answer.
    std::string tag;
    /// The client already has this form; the answer is 304.
    bool is_known = false;
};

/// Chooses a representation that the client accepts, and adds its headers, with a strong ETag made
/// from `version`.
Form choose_form(Context& context, std::string_view version);

/// Answers with a shared body, or with an error if it is null because there was no room to make it.
void reply_shared(Context& context, const SharedBodies::Body& body);

/// Appends a bare JSON array. `append(out, item)` writes each item with the comma before it.
template <class Item, class Append>
void append_list(std::string& out, const std::vector<Item>& items, Append append) {
    out += '[';
    for (const auto& item : items)
        append(out, item);
    out += ']';
}

/// Answers with a bare JSON array.
template <class Item, class Append>
void reply_list(Context& context, const std::vector<Item>& items, Append append) {
    append_list(context.response.body, items, append);
}

}  // namespace frontrow::http::handlers
