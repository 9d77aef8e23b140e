#include "domain/command_traits.h"
#include "wire/fact_fields.h"
#include "wire/fact_json.h"
#include "wire/plain_fact.h"

#include <boost/json.hpp>

#include <array>

namespace frontrow::wire {
namespace {

using namespace domain;

std::unexpected<ParseError> not_a_fact(std::string message) {
    return std::unexpected(ParseError{{FieldError{"", std::move(message)}}});
}

}  // namespace

Result<Fact, ParseError> parse_fact(std::string_view line) {
    if (auto fact = read_plain_fact(line)) return std::move(*fact);
    std::array<unsigned char, 4096> memory;
    boost::json::monotonic_resource resource{memory.data(), memory.size()};
    boost::system::error_code error;
    const auto document = boost::json::parse(line, error, &resource);
    if (error || !document.is_object()) return not_a_fact("isn't a JSON object");

    Complaints complaints;
    ObjectReader in{document.get_object(), "", complaints, Origin::history};
    FieldsReader fields{in};
    Fact fact;
    std::string type;
    fields("seq", fact.seq);
    fields("type", type);
    fields("at", fact.at);
    fields("trace_id", fact.trace.bits);
    if (const auto* data = in.object("data")) {
        auto body = in.inside("data.", *data);
        FieldsReader of_body{body};
        if (!read_kind(type, of_body, fact.body))
            in.complain("type", "is unknown to this version of Frontrow: " + type);
    }
    if (const auto* raised = std::get_if<FormatRaised>(&fact.body);
        raised != nullptr && (raised->format == 0 || raised->format > kNewestFormat)) {
        in.complain(
            "data.format",
            "is " + std::to_string(raised->format) + ", and this version of Frontrow knows " +
                std::to_string(kNewestFormat) + ": a newer one has raised it"
        );
    }
    if (traits_of(fact.body).is_about_event) fields("event_id", fact.event);
    if (!complaints.none()) return std::unexpected(complaints.take());
    return fact;
}

}  // namespace frontrow::wire
