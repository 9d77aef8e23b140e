#include "http/handlers/replies.h"

#include "base/ascii.h"
#include "http/answer_memory.h"
#include "http/cursor.h"
#include "http/limits.h"
#include "http/query.h"
#include "identity/access_code.h"
#include "identity/request_mark.h"
#include "io/sha256.h"
#include "wire/requests.h"

#include <algorithm>
#include <utility>

namespace frontrow::http::handlers {
namespace {

/// The route in a normal form: lower case, percent-decoded and without the base path. An id in
/// capitals or an encoded path is the same route.
std::string route_of(const Context& context) {
    const auto& request = context.request;
    const auto asked = context.services.base_path.take_off(request.path).value_or(request.path);
    auto path = decode_percent(asked).value_or(std::string{asked});
    std::ranges::transform(path, path.begin(), [](char c) { return lower_case(c); });
    return std::string{name_of(request.method)} + " " + path;
}

telemetry::ReservationResult result_of(const OutcomeResult& result) {
    using enum telemetry::ReservationResult;
    if (!result) return error;
    if (result->has_value()) return success;
    const auto& refusal = result->error();
    if (refusal.is_by_gate) return lock_failed;
    const bool is_taken = refusal.reason == domain::Reason::seats_unavailable ||
                          refusal.reason == domain::Reason::not_together ||
                          refusal.reason == domain::Reason::sold_out;
    return is_taken ? conflict : refused;
}

}  // namespace

std::optional<std::string_view> key_or_fail(Context& context, std::string_view in_body) {
    const auto key = context.request.header(Header::idempotency_key);
    if (key.empty()) return in_body;
    if (auto wrong = wire::check_idempotency_key(key)) {
        context.fail(invalid_field(std::move(wrong->field), std::move(wrong->message)));
        return std::nullopt;
    }
    if (!in_body.empty() && in_body != key) {
        context.fail(
            invalid_field("idempotency_key", "must be the same as the Idempotency-Key header")
        );
        return std::nullopt;
    }
    return key;
}

std::optional<domain::RequestMark> mark_with_key(Context& context, std::string_view content) {
    const auto key = key_or_fail(context);
    if (!key) return std::nullopt;
    return identity::mark_request(
        context.services.sha, context.principal.sub, route_of(context), *key, content
    );
}

std::string digest_of_content(std::string_view content) {
    io::Sha256 sha;
    sha.update(content);
    const auto digest = sha.finish();
    return {digest.begin(), digest.end()};
}

std::optional<domain::RequestMark>
mark_with_needed_key(Context& context, std::string_view content) {
    if (!context.request.header(Header::idempotency_key).empty())
        return mark_with_key(context, content);
    context.fail(key_required("Send an Idempotency-Key header, so that a retry does nothing twice.")
    );
    return std::nullopt;
}

domain::ReserveSeats
claim_of(Context& context, wire::ReservationRequest&& request, const domain::RequestMark& mark) {
    const auto& services = context.services;
    std::optional<Bits128> access_code;
    if (const auto& code = request.access_code)
        access_code = identity::digest_access_code(services.sha, request.event, *code);
    return {
        .reservation = services.ids.next<ReservationId>(),
        .event = request.event,
        .user = context.principal.sub,
        .seats = std::move(request.seats),
        .items = std::move(request.items),
        .hold = request.hold,
        .request = mark,
        .best = std::move(request.best),
        .wants_alternatives = request.wants_alternatives,
        .access_code = access_code,
    };
}

std::optional<domain::RequestMark>
mark_if_keyed(Context& context, Bits128 own, std::string_view content) {
    if (context.request.header(Header::idempotency_key).empty())
        return domain::RequestMark{.key = own, .content = {}};
    return mark_with_key(context, content);
}

void count_reservation(const Context& context, const OutcomeResult& result) {
    context.services.metrics.reservation(result_of(result));
}

bool take_room_or_fail(Context& context, std::size_t bytes) {
    auto& response = context.response;
    response.share = context.services.answers.take(bytes);
    if (!response.share) context.fail(too_much_to_send());
    return response.share.has_value();
}

bool grow_or_fail(Context& context, std::size_t bytes) {
    auto& response = context.response;
    if (!response.share) return take_room_or_fail(context, bytes);
    const auto held = response.share->bytes();
    const auto needed = response.body.size() + bytes;
    if (!context.services.answers.has_room(needed, held)) {
        context.fail(too_much_to_send());
        return false;
    }
    response.share->resize(std::max(needed, response.body.capacity()));
    return true;
}

std::optional<store::Page> page_or_fail(Context& context, const ListBounds& bounds) {
    const auto query = context.request.query;
    auto limit = query_number(query, "limit", 1, bounds.limit_max, bounds.limit);
    if (context.value_or_fail(limit) == nullptr) return std::nullopt;
    auto offset = query_number(query, "offset", 0, kOffsetMax, 0);
    if (!offset)
        offset.error().fields.front().message += "; the cursor in an answer's Link leads further";
    if (context.value_or_fail(offset) == nullptr) return std::nullopt;
    store::Page page{.limit = *limit, .offset = *offset};
    const auto cursor = query_parameter(query, "cursor");
    if (!cursor) return page;
    page.after = read_cursor(context.services.sha, bounds.list, *cursor);
    if (!page.after) {
        context.fail(invalid_field("cursor", "must be one that an answer's Link gave for this list")
        );
        return std::nullopt;
    }
    if (query_parameter(query, "offset")) {
        context.fail(invalid_field("offset", "must not be given together with a cursor"));
        return std::nullopt;
    }
    return page;
}

void link_next(
    Context& context,
    const ListBounds& bounds,
    const store::Page& page,
    const domain::Place& last,
    std::string_view path,
    std::string_view more
) {
    std::string link{"<"};
    link += context.services.base_path.put_before(path);
    link += "?limit=" + std::to_string(page.limit);
    link += more;
    link += "&cursor=" + write_cursor(context.services.sha, bounds.list, last);
    link += ">; rel=\"next\"";
    context.response.add_header("Link", link);
}

bool tag_answer(Context& context, std::string_view tag) {
    auto& response = context.response;
    response.add_header("ETag", "\"" + std::string{tag} + "\"");
    const auto& request = context.request;
    const bool is_known =
        request.method == Method::get && names_tag(request.header(Header::if_none_match), tag);
    if (is_known) response.status = 304;
    return is_known;
}

Form choose_form(Context& context, std::string_view version) {
    auto& response = context.response;
    Form form{.gzip = accepts_gzip(context.request.header(Header::accept_encoding))};
    form.tag = std::string{version} + (form.gzip ? "-gz" : "");
    response.add_header("Vary", "Accept-Encoding");
    form.is_known = tag_answer(context, form.tag);
    if (form.gzip && !form.is_known) response.add_header("Content-Encoding", "gzip");
    return form;
}

void reply_shared(Context& context, const SharedBodies::Body& body) {
    if (body == nullptr) {
        // Drops the headers of the answer that couldn't be made.
        context.response.start();
        context.fail(too_much_to_send());
    } else {
        context.response.shared_body = {body, &body->text};
    }
}

}  // namespace frontrow::http::handlers
