#include "base/some.h"
#include "domain/ticket.h"
#include "wire/each_object.h"
#include "wire/fields.h"

#include <boost/json.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// How people get in to an event: its gates, and what it asks.

namespace frontrow::wire {

using namespace domain;

namespace {

/// Of a gate, and of a section or category that it lists.
constexpr TextBounds kGateName{1, kGateCharactersMax, TextKind::label};
constexpr std::size_t kGatesMax = 50;
/// The most sections and categories that all gates together may list.
constexpr std::size_t kGatesListedMax = 500;
constexpr TextBounds kQuestionLabel{1, 200, TextKind::label};
constexpr std::size_t kQuestionsMax = 5;
constexpr TextBounds kTerms{0, 2'000, TextKind::prose};

template <class Fields, Some<Gate> OneGate>
void describe(Fields& fields, OneGate& gate) {
    auto& [name, sections, categories] = gate;
    fields("name", name, kGateName);
    fields.unless_empty("sections", sections, kGateName);
    fields.unless_empty("categories", categories, kGateName);
}

template <class Fields, Some<Question> OneQuestion>
void describe(Fields& fields, OneQuestion& question) {
    auto& [label, required] = question;
    fields("label", label, kQuestionLabel);
    fields.flag("required", required);
}

bool has_twice(std::vector<std::string_view> names) {
    std::ranges::sort(names);
    return std::ranges::adjacent_find(names) != names.end();
}

void check_gates(ObjectReader& in, std::span<const Gate> gates) {
    std::vector<std::string_view> names;
    std::vector<std::string_view> sections;
    std::vector<std::string_view> categories;
    for (const auto& gate : gates) {
        names.push_back(gate.name);
        sections.insert(sections.end(), gate.sections.begin(), gate.sections.end());
        categories.insert(categories.end(), gate.categories.begin(), gate.categories.end());
    }
    if (gates.size() > kGatesMax)
        return in.complain("gates", "must hold at most " + std::to_string(kGatesMax) + " gates");
    if (sections.size() + categories.size() > kGatesListedMax) {
        return in.complain(
            "gates",
            "must list at most " + std::to_string(kGatesListedMax) +
                " sections and categories in all"
        );
    }
    if (has_twice(std::move(names))) in.complain("gates", "must give each gate a name of its own");
    if (has_twice(std::move(sections)) || has_twice(std::move(categories)))
        in.complain("gates", "must list each section and each category once");
}

void check_questions(ObjectReader& in, std::span<const Question> questions) {
    if (questions.size() > kQuestionsMax) {
        return in.complain(
            "questions", "must hold at most " + std::to_string(kQuestionsMax) + " questions"
        );
    }
    std::vector<std::string_view> labels;
    for (const auto& question : questions)
        labels.push_back(question.label);
    if (has_twice(std::move(labels)))
        in.complain("questions", "must give each question a label of its own");
}

template <class One>
void write_list(JsonWriter& json, FieldsWriter& fields, Key name, std::span<const One> all) {
    if (all.empty()) return;
    json.key(name);
    json.begin_array();
    for (const auto& one : all) {
        json.begin_object();
        describe(fields, one);
        json.end_object();
    }
    json.end_array();
}

template <class One>
std::vector<One> read_list(ObjectReader& in, std::string_view name) {
    std::vector<One> read;
    if (!in.has(name)) return read;
    each_object(in, name, [&](ObjectReader& one) {
        FieldsReader fields{one};
        describe(fields, read.emplace_back());
    });
    return read;
}

AsksDetails read_asks(ObjectReader& in) {
    FieldsReader fields{in};
    AsksDetails asks;
    fields.flag("holder_name", asks.holder_name);
    asks.questions = read_list<Question>(in, "questions");
    fields.unless_empty("terms", asks.terms, kTerms);
    if (in.origin() == Origin::request) check_questions(in, asks.questions);
    return asks;
}

}  // namespace

void FieldsWriter::all_of(const Admission& admission) {
    write_list(json_, *this, "gates", admission.gates());
    const auto asks = admission.asks();
    if (asks.empty()) return;
    json_.key("asks");
    json_.begin_object();
    flag("holder_name", asks.holder_name());
    write_list(json_, *this, "questions", asks.questions());
    unless_empty("terms", asks.all->terms);
    json_.end_object();
}

void FieldsReader::all_of(Admission& admission) {
    AdmissionDetails read{.gates = read_list<Gate>(in_, "gates")};
    if (in_.origin() == Origin::request) check_gates(in_, read.gates);
    if (const auto* const object = in_.has("asks") ? in_.object("asks") : nullptr) {
        const auto prefix = in_.place_of("asks") + ".";
        auto inside = in_.inside(prefix, *object);
        read.asks = read_asks(inside);
    }
    admission = Admission::of(std::move(read));
}

}  // namespace frontrow::wire
