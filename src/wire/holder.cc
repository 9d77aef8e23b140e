#include "wire/holder.h"

#include "wire/each_object.h"
#include "wire/fields.h"
#include "wire/parse_object.h"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace frontrow::wire {
namespace {

constexpr TextBounds kName{1, 200, TextKind::name};
constexpr TextBounds kLabel{1, 200, TextKind::label};
constexpr TextBounds kAnswer{1, 500, TextKind::name};

HolderDetails read_details(ObjectReader& in) {
    HolderDetails details;
    details.name = in.optional_text("name", kName).value_or("");
    if (!in.has("answers")) return details;
    each_object(in, "answers", [&](ObjectReader& one) {
        auto label = one.text("label", kLabel);
        if (details.answer_to(label) != nullptr && one.has_good("label"))
            one.complain("label", "must be another one in each answer");
        details.answers.push_back({std::move(label), one.text("text", kAnswer)});
    });
    return details;
}

}  // namespace

const HolderAnswer* HolderDetails::answer_to(std::string_view label) const {
    const auto found = std::ranges::find(answers, label, &HolderAnswer::label);
    return found == answers.end() ? nullptr : &*found;
}

std::vector<std::string_view> missing(const domain::Asks& asks, const HolderDetails& details) {
    std::vector<std::string_view> all;
    if (asks.holder_name() && details.name.empty()) all.emplace_back("name");
    for (const auto& question : asks.questions())
        if (question.required && details.answer_to(question.label) == nullptr)
            all.emplace_back(question.label);
    return all;
}

Result<HolderDetails, ParseError> parse_holder_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) { return read_details(in); });
}

void write_holder_details(JsonWriter& json, const HolderDetails& details) {
    FieldsWriter fields{json};
    fields.unless_empty("name", details.name);
    if (details.answers.empty()) return;
    json.key("answers");
    json.begin_array();
    for (const auto& [label, text] : details.answers) {
        json.begin_object();
        fields("label", label);
        fields("text", text);
        json.end_object();
    }
    json.end_array();
}

std::string holder_record(const HolderDetails& details, std::string_view user) {
    std::string out;
    {
        JsonWriter json{out};
        json.begin_object();
        json.field("user_id", user);
        write_holder_details(json, details);
        json.end_object();
    }
    return out;
}

Result<HolderRecord, ParseError> parse_holder_record(std::string_view record) {
    return parse_record(record, [](ObjectReader& in) {
        HolderRecord read;
        read.user = in.sub("user_id");
        read.details = read_details(in);
        return read;
    });
}

}  // namespace frontrow::wire
