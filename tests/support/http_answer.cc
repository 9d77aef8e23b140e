#include "support/http_answer.h"

#include "support/gunzip.h"

#include <boost/json.hpp>

#include <utility>

namespace frontrow::test {

std::string HttpAnswer::header(const std::string& lower_name) const {
    const auto found = headers.find(lower_name);
    return found == headers.end() ? std::string{} : found->second;
}

std::string HttpAnswer::text(std::string_view field) const {
    const auto* object = json.if_object();
    const auto* value = object == nullptr ? nullptr : object->if_contains(field);
    return value != nullptr && value->is_string()
               ? std::string{std::string_view{value->get_string()}}
               : std::string{};
}

std::int64_t HttpAnswer::number(std::string_view field) const {
    const auto* object = json.if_object();
    const auto* value = object == nullptr ? nullptr : object->if_contains(field);
    return value != nullptr && value->is_int64() ? value->get_int64() : -1;
}

std::string HttpAnswer::code() const {
    return text("code");
}

HttpAnswer
make_http_answer(unsigned status, std::map<std::string, std::string> headers, std::string body) {
    HttpAnswer answer{
        .status = status, .headers = std::move(headers), .body = std::move(body), .json = {}
    };
    boost::system::error_code not_json;
    const bool is_packed = !answer.body.empty() && answer.header("content-encoding") == "gzip";
    auto value = boost::json::parse(is_packed ? gunzip(answer.body) : answer.body, not_json);
    if (!not_json) answer.json = std::move(value);
    return answer;
}

std::string as_replayed(std::string body) {
    const auto begin = body.find("\"expires_in_ms\":");
    if (begin != std::string::npos) body.erase(begin, body.find(',', begin) + 1 - begin);
    return body;
}

}  // namespace frontrow::test
