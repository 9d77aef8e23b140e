#include "providers/webhook_stand_in.h"

#include "io/base64.h"
#include "io/hmac.h"

namespace frontrow::test {
namespace {

namespace json = boost::json;

std::string header_of(const std::string& head, const std::string& name) {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

std::string text_at(const json::object& object, const char* field) {
    const auto* value = object.if_contains(field);
    return value == nullptr ? std::string{} : std::string{value->as_string()};
}

}  // namespace

MisbehavingServer::Reply WebhookStandIn::operator()(const Received& received) {
    const auto id = header_of(received.head, "Webhook-Id");
    const auto time = header_of(received.head, "Webhook-Timestamp");
    // Not by the code under test.
    const auto key = io::from_base64(std::string{kSecret}.substr(6)).value();
    const auto right =
        "v1," +
        io::to_base64(io::text_of(io::hmac_sha256(key, id + "." + time + "." + received.body)));
    if (header_of(received.head, "Webhook-Signature") != right)
        mistakes.emplace_back("a wrong signature");
    if (std::chrono::abs(Instant{std::chrono::seconds{std::stoll(time)}} - now_()) >
        std::chrono::seconds{1})
        mistakes.emplace_back("a wrong time");
    const auto message = json::parse(received.body).as_object();
    messages.push_back(message);
    ids.push_back(id);
    auto body = json::serialize(carry_out(message, id));
    if (lost_answers.contains(messages.size()))
        return {.bytes = "", .then = MisbehavingServer::Then::close};
    return {MisbehavingServer::ok(instead.empty() ? body : instead)};
}

json::object WebhookStandIn::carry_out(const json::object& message, const std::string& id) {
    const auto type = text_at(message, "type");
    if (type == "movements") return list(text_at(message, "from"));
    const bool is_refund = type == "refund";
    const auto about = text_at(message, is_refund ? "refund" : "payment");
    const bool moves = is_refund || type == "charge";
    if (moves && id != type + "-" + about) mistakes.push_back("the id " + id);
    const auto known = books.find(about);
    if (known != books.end()) {
        if (type == "abandon" && text_at(known->second, "status") == "pending")
            known->second = {{"status", "declined"}, {"code", "too_late"}};
        return known->second;
    }
    if (!moves) return {{"status", "unknown"}};
    json::object entry{{"reference", "ref-" + about}, {"status", "succeeded"}};
    entry["amount"] = message.at("amount");
    entry["currency"] = message.at("currency");
    const auto token = text_at(message, "token");
    if (token == "no") entry = {{"status", "declined"}, {"code", "no_money"}};
    if (token == "slow") entry["status"] = "pending";
    if (!is_refund && token.empty()) {
        entry["status"] = "pending";
        entry["redirect_url"] = "https://pay.example/" + about;
    }
    return books[about] = entry;
}

/// One movement a page.
json::object WebhookStandIn::list(const std::string& from) const {
    json::object page{{"movements", json::array{}}, {"next", ""}};
    const auto at = from.empty() ? books.begin() : books.find(from);
    if (at == books.end()) return page;
    if (text_at(at->second, "status") == "succeeded") {
        auto movement = at->second;
        movement["type"] = "payment";
        movement["payment"] = at->first;
        page["movements"].as_array().push_back(std::move(movement));
    }
    if (const auto next = std::next(at); next != books.end()) page["next"] = next->first;
    return page;
}

}  // namespace frontrow::test
