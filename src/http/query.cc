#include "http/query.h"

#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>
#include <boost/url/pct_string_view.hpp>

#include <charconv>

namespace frontrow::http {

namespace urls = boost::urls;

std::optional<std::string> decode_percent(std::string_view text) {
    const auto encoded = urls::make_pct_string_view(urls::string_view{text.data(), text.size()});
    if (!encoded) return std::nullopt;
    return encoded->decode();
}

std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
    if (query.empty()) return std::nullopt;
    const auto parameters = urls::parse_query(urls::string_view{query.data(), query.size()});
    if (!parameters) return std::nullopt;
    urls::encoding_opts as_form;
    as_form.space_as_plus = true;
    for (const auto parameter : *parameters) {
        if (parameter.key.decode(as_form) == name) return parameter.value.decode(as_form);
    }
    return std::nullopt;
}

Result<std::size_t, wire::ParseError> query_number(
    std::string_view query,
    std::string_view name,
    std::size_t min,
    std::size_t max,
    std::size_t otherwise
) {
    const auto text = query_parameter(query, name);
    if (!text) return otherwise;
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    const bool valid = error == std::errc{} && end == text->data() + text->size() &&
                       number >= min && number <= max;
    if (valid) return number;
    auto message =
        "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max);
    return std::unexpected(wire::ParseError{{{std::string{name}, std::move(message)}}});
}

}  // namespace frontrow::http
