#include "providers/stripe_stand_in.h"

#include <algorithm>
#include <cstdlib>

namespace frontrow::test {
namespace {

namespace json = boost::json;

std::string decoded(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

StripeStandIn::Form form_in(const std::string& text) {
    StripeStandIn::Form form;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('&', at), text.size());
        const auto pair = text.substr(at, end - at);
        const auto equals = pair.find('=');
        form[decoded(pair.substr(0, equals))] = decoded(pair.substr(equals + 1));
        at = end + 1;
    }
    return form;
}

std::string header_in(const std::string& head, const std::string& name) {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

/// The fields "prefix[name]" as an object.
json::object object_of(const StripeStandIn::Form& form, const std::string& prefix) {
    json::object object;
    for (const auto& [name, value] : form) {
        const auto is_inside = name.starts_with(prefix + "[") && name.ends_with("]");
        if (!is_inside) continue;
        const auto inner = name.substr(prefix.size() + 1, name.size() - prefix.size() - 2);
        if (!inner.contains('[')) object[inner] = value;
    }
    return object;
}

std::string text_of(const json::object& object, const char* field) {
    const auto* value = object.if_contains(field);
    return value == nullptr || !value->is_string() ? std::string{}
                                                   : std::string{value->get_string()};
}

}  // namespace

MisbehavingServer::Reply StripeStandIn::operator()(const Received& received) {
    const auto request = parse(received);
    const auto outcome = carry_out(request);
    const auto body = json::serialize(outcome.body);
    if (lost_answers.contains(requests.size()))
        return {.bytes = "", .then = MisbehavingServer::Then::close};
    return {
        "HTTP/1.1 " + std::to_string(outcome.status) +
        " Said\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body
    };
}

StripeStandIn::Request StripeStandIn::parse(const Received& received) {
    const auto& head = received.head;
    const auto first = head.find(' ');
    const auto target = head.substr(first + 1, head.find(' ', first + 1) - first - 1);
    const auto question = target.find('?');
    Request request{
        .method = head.substr(0, first),
        .path = target.substr(0, question),
        .form =
            form_in(question == std::string::npos ? received.body : target.substr(question + 1)),
        .key = header_in(head, "Idempotency-Key"),
    };
    if (header_in(head, "Authorization") != std::string{"Bearer "} + kKey)
        mistakes.emplace_back("no key");
    if (header_in(head, "Stripe-Version").empty()) mistakes.emplace_back("no version");
    if (request.method == "POST" &&
        header_in(head, "Content-Type") != "application/x-www-form-urlencoded")
        mistakes.emplace_back("not a form");
    requests.push_back(request);
    return request;
}

StripeStandIn::Outcome
StripeStandIn::refusal(int status, const std::string& type, const std::string& code) {
    return {status, {{"error", {{"type", type}, {"code", code}}}}};
}

StripeStandIn::Outcome StripeStandIn::carry_out(const Request& request) {
    return request.method == "GET" ? get(request) : once(request);
}

/// Under a key that is known already, the first outcome is repeated.
StripeStandIn::Outcome StripeStandIn::once(const Request& request) {
    if (request.key.empty()) return post_or_break(request);
    const auto known = kept_.find(request.key);
    if (known == kept_.end()) {
        const auto outcome = post_or_break(request);
        kept_[request.key] = {request, outcome};
        return outcome;
    }
    const auto& [first, outcome] = known->second;
    if (first.path == request.path && first.form == request.form) return outcome;
    mistakes.push_back("the key " + request.key + " for another request");
    return refusal(400, "idempotency_error", "");
}

StripeStandIn::Outcome StripeStandIn::post_or_break(const Request& request) {
    if (errors_before.contains(requests.size())) return refusal(500, "api_error", "");
    auto outcome = post(request);
    if (errors_after.contains(requests.size())) return refusal(500, "api_error", "");
    return outcome;
}

StripeStandIn::Outcome StripeStandIn::post(const Request& request) {
    const auto& [method, path, form, key] = request;
    const bool makes = path == "/v1/checkout/sessions" || path == "/v1/payment_intents" ||
                       path == "/v1/refunds" || path.ends_with("/confirm");
    if (makes && key.empty()) mistakes.push_back("no idempotency key for " + path);
    if (path == "/v1/checkout/sessions") return make_session(form);
    if (path == "/v1/payment_intents") return make_intent(form);
    if (path == "/v1/refunds") return make_refund(form);
    const auto end = path.rfind('/');
    const auto begin = path.rfind('/', end - 1) + 1;
    const auto found = objects.find(path.substr(begin, end - begin));
    if (found == objects.end()) return refusal(404, "invalid_request_error", "resource_missing");
    auto& object = found->second;
    const auto action = path.substr(end + 1);
    const auto status = text_of(object, "status");
    if (action == "confirm") return confirm(object, form);
    if (action == "expire") {
        if (status != "open") return refusal(400, "invalid_request_error", "");
        object["status"] = "expired";
        return {200, object};
    }
    if (status == "succeeded" || status == "canceled" || status == "processing")
        return refusal(400, "invalid_request_error", "payment_intent_unexpected_state");
    object["status"] = "canceled";
    return {200, object};
}

StripeStandIn::Outcome StripeStandIn::get(const Request& request) {
    const auto& path = request.path;
    if (path == "/v1/payment_intents") return list("payment_intent", request.form);
    if (path == "/v1/refunds") return list("refund", request.form);
    if (path == "/v1/disputes") return list("dispute", request.form);
    const auto found = objects.find(path.substr(path.rfind('/') + 1));
    if (found == objects.end()) return refusal(404, "invalid_request_error", "resource_missing");
    return {200, expanded(found->second, request.form)};
}

/// With the whole Payment Intent instead of its id, if the question asks for that.
json::object StripeStandIn::expanded(json::object object, const Form& query) const {
    const auto asked = query.find("expand[]");
    if (asked != query.end() && asked->second.ends_with("payment_intent"))
        object["payment_intent"] = objects.at(text_of(object, "payment_intent"));
    return object;
}

StripeStandIn::Outcome StripeStandIn::added(json::object object) {
    const auto id = text_of(object, "id");
    object["created"] = now;
    objects[id] = object;
    return {200, std::move(object)};
}

StripeStandIn::Outcome StripeStandIn::make_session(const Form& form) {
    const auto line = std::string{"line_items[0][price_data]"};
    const auto id = "cs_test_" + std::to_string(++made_);
    return added({
        {"id", id},
        {"object", "checkout.session"},
        {"status", "open"},
        {"payment_status", "unpaid"},
        {"url", "https://checkout.stripe.example/c/" + id},
        {"amount_total", std::stoll(form.at(line + "[unit_amount]"))},
        {"currency", form.at(line + "[currency]")},
        {"payment_intent", nullptr},
        {"metadata", object_of(form, "metadata")},
        {"intent_metadata", object_of(form, "payment_intent_data[metadata]")},
    });
}

void StripeStandIn::pay_on_page(const std::string& id) {
    auto& session = objects.at(id);
    const auto intent = "pi_" + std::to_string(++made_);
    added({
        {"id", intent},
        {"object", "payment_intent"},
        {"status", "succeeded"},
        {"amount_received", session["amount_total"]},
        {"currency", session["currency"]},
        {"metadata", session["intent_metadata"]},
    });
    session["payment_intent"] = intent;
    session["status"] = "complete";
    session["payment_status"] = "paid";
    session["url"] = nullptr;
}

StripeStandIn::Outcome StripeStandIn::make_intent(const Form& form) {
    return added({
        {"id", "pi_" + std::to_string(++made_)},
        {"object", "payment_intent"},
        {"status", "requires_payment_method"},
        {"amount", std::stoll(form.at("amount"))},
        {"amount_received", 0},
        {"currency", form.at("currency")},
        {"last_payment_error", nullptr},
        {"metadata", object_of(form, "metadata")},
    });
}

StripeStandIn::Outcome StripeStandIn::confirm(json::object& intent, const Form& form) {
    if (text_of(intent, "status") == "canceled" || text_of(intent, "status") == "succeeded")
        return refusal(400, "invalid_request_error", "payment_intent_unexpected_state");
    const auto method = form.at("payment_method");
    if (method == "pm_ok") {
        intent["status"] = "succeeded";
        intent["amount_received"] = intent["amount"];
        return {200, intent};
    }
    if (method == "pm_slow") {
        intent["status"] = "processing";
        return {200, intent};
    }
    if (method != "pm_declined" && method != "pm_3ds") {
        auto missing = refusal(404, "invalid_request_error", "resource_missing");
        missing.body["error"].as_object()["param"] = "payment_method";
        return missing;
    }
    auto refused = method == "pm_3ds" ? refusal(402, "card_error", "authentication_required")
                                      : refusal(402, "card_error", "card_declined");
    if (method == "pm_declined")
        refused.body["error"].as_object()["decline_code"] = "insufficient_funds";
    intent["last_payment_error"] = refused.body["error"];
    return refused;
}

StripeStandIn::Outcome StripeStandIn::make_refund(const Form& form) {
    const auto& intent = form.at("payment_intent");
    if (!objects.contains(intent)) return refusal(404, "invalid_request_error", "resource_missing");
    if (!refund_error.empty()) return refusal(400, "invalid_request_error", refund_error);
    auto left = objects.at(intent).at("amount_received").as_int64();
    for (const auto& id : ids("refund"))
        if (text_of(objects.at(id), "payment_intent") == intent)
            left -= objects.at(id).at("amount").as_int64();
    const auto amount = std::stoll(form.at("amount"));
    if (amount > left) return refusal(400, "invalid_request_error", "charge_already_refunded");
    return added({
        {"id", "re_" + std::to_string(++made_)},
        {"object", "refund"},
        {"status", refund_status},
        {"amount", amount},
        {"currency", objects.at(intent).at("currency")},
        {"payment_intent", intent},
        {"metadata", object_of(form, "metadata")},
    });
}

std::vector<std::string> StripeStandIn::ids(const std::string& kind) const {
    std::vector<std::string> found;
    for (const auto& [id, object] : objects)
        if (text_of(object, "object") == kind) found.push_back(id);
    const auto number = [](const std::string& id) {
        return std::stoi(id.substr(id.rfind('_') + 1));
    };
    std::ranges::sort(found, std::ranges::greater{}, number);
    return found;
}

StripeStandIn::Outcome StripeStandIn::list(const std::string& kind, const Form& query) {
    auto all = ids(kind);
    if (const auto of = query.find("payment_intent"); of != query.end()) {
        std::erase_if(all, [&](const auto& id) {
            return text_of(objects.at(id), "payment_intent") != of->second;
        });
    }
    for (const auto* const bound : {"created[gte]", "created[lte]"}) {
        const auto given = query.find(bound);
        if (given == query.end()) continue;
        std::erase_if(all, [&, limit = std::stoll(given->second)](const auto& id) {
            const auto created = objects.at(id).at("created").as_int64();
            return given->first == "created[gte]" ? created < limit : created > limit;
        });
    }
    auto at = all.begin();
    if (const auto after = query.find("starting_after"); after != query.end())
        at = std::ranges::find(all, after->second) + 1;
    json::array data;
    for (; at != all.end() && data.size() < page_size; ++at)
        data.push_back(expanded(objects.at(*at), query));
    return {200, {{"object", "list"}, {"has_more", at != all.end()}, {"data", data}}};
}

}  // namespace frontrow::test
