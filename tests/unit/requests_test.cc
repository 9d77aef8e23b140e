#include "wire/requests.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::wire {
namespace {

namespace json = boost::json;
using namespace std::string_literals;
using namespace std::string_view_literals;
using testing::ElementsAre;

constexpr auto kEventId = "0192a4b8-1f3c-7def-8abc-0123456789ab";
constexpr auto kSeatId = "0192a4b8-1f3c-7def-9abc-0123456789ab";

const json::object kEvent{
    {"name", "First night"},
    {"start_at", "2026-12-24T19:00:00+09:00"},
    {"end_at", "2026-12-24T22:00:00+09:00"},
    {"total_seats", 100},
};
const json::object kSeat{{"seat_number", "A-1"}, {"price", 5'000}};
const json::object kRun{{"prefix", "A"}, {"count", 3}, {"price", 5'000}};
const json::object kReservation{{"event_id", kEventId}, {"seat_ids", json::array{kSeatId}}};
const json::object kExtension{{"seconds", 60}};
const json::object kSaleAction{{"action", "pause"}};
const json::object kApiKey{{"name", "Box office"}, {"role", "organizer"}};
const json::object kMember{{"sub", "otto"}, {"role", "organizer"}};
const json::object kCategory{{"name", "Standing"}, {"price", 5'000}, {"total_stock", 300}};
const json::object kCategoryTerms{{"price", 5'000}, {"total_stock", 300}};
const json::object kItem{{"category", "Standing"}, {"quantity", 2}};
const json::object kBest{{"quantity", 4}};

/// The fields with errors; none if the body is valid.
template <class T>
std::vector<std::string> fields_of(const Result<T, ParseError>& parsed) {
    std::vector<std::string> fields;
    if (parsed) return fields;
    for (const auto& error : parsed.error().fields) {
        EXPECT_FALSE(error.message.empty());
        fields.push_back(error.field);
    }
    EXPECT_FALSE(fields.empty());
    return fields;
}

using Complained = std::vector<std::string> (*)(std::string_view);

std::vector<std::string> event(std::string_view body) {
    return fields_of(parse_event_request(body));
}
std::vector<std::string> seat(std::string_view body) {
    return fields_of(parse_seat_request(body));
}
std::vector<std::string> bulk(std::string_view body) {
    return fields_of(parse_bulk_seats_request(body));
}
std::vector<std::string> reservation(std::string_view body) {
    return fields_of(parse_reservation_request(body));
}
std::vector<std::string> extension(std::string_view body) {
    return fields_of(parse_request<ExtensionRequest>(body));
}
std::vector<std::string> sale_action(std::string_view body) {
    return fields_of(parse_request<domain::SaleAction>(body));
}
std::vector<std::string> api_key(std::string_view body) {
    return fields_of(parse_request<ApiKeyRequest>(body));
}

std::vector<std::string> member(std::string_view body) {
    return fields_of(parse_request<MemberRequest>(body));
}
std::vector<std::string> category(std::string_view body) {
    return fields_of(parse_request<domain::Category>(body));
}
std::vector<std::string> category_terms(std::string_view body) {
    return fields_of(parse_request<CategoryTerms>(body));
}
/// Parses an item as the only one of a reservation. Names its fields without their list.
std::vector<std::string> item(std::string_view body) {
    const auto event = R"({"event_id":")" + std::string{kEventId} + "\",";
    auto fields = reservation(event + R"("items":[)" + std::string{body} + "]}");
    for (auto& field : fields)
        if (field.starts_with("items[0].")) field.erase(0, 9);
    return fields;
}

/// Parses the wish for the best seats in a reservation of nothing else. Names its fields without
/// its own name.
std::vector<std::string> best(std::string_view body) {
    const auto event = R"({"event_id":")" + std::string{kEventId} + "\",";
    auto fields = reservation(event + R"("best_available":)" + std::string{body} + "}");
    for (auto& field : fields)
        if (field.starts_with("best_available.")) field.erase(0, 15);
    return fields;
}

const struct {
    Complained parse;
    const json::object& good;
} kAllRequests[] = {
    {event, kEvent},
    {seat, kSeat},
    {bulk, kRun},
    {reservation, kReservation},
    {extension, kExtension},
    {sale_action, kSaleAction},
    {api_key, kApiKey},
    {member, kMember},
    {category, kCategory},
    {category_terms, kCategoryTerms},
};

std::string text_of(json::object good, std::string_view field, const json::value& value) {
    good[field] = value;
    return json::serialize(good);
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += text;
    return out;
}

json::value long_text(std::string_view character, std::size_t length) {
    return json::value(json::string(repeated(character, length)));
}

json::array same_items(const json::value& item, std::size_t count) {
    json::array items;
    for (std::size_t i = 0; i < count; ++i)
        items.push_back(item);
    return items;
}

struct Edges {
    Complained parse;
    const json::object& good;
    std::string_view field;
    std::vector<json::value> accepted;
    std::vector<json::value> refused;
};

void expect_edges(const std::vector<Edges>& table) {
    for (const auto& row : table) {
        for (const auto& value : row.accepted) {
            const auto body = text_of(row.good, row.field, value);
            EXPECT_THAT(row.parse(body), ElementsAre()) << body.substr(0, 300);
        }
        for (const auto& value : row.refused) {
            const auto body = text_of(row.good, row.field, value);
            const auto fields = row.parse(body);
            EXPECT_THAT(fields, testing::Each(std::string{row.field})) << body.substr(0, 300);
            EXPECT_FALSE(fields.empty()) << body.substr(0, 300);
        }
    }
}

/// Values that are never a valid integer.
std::vector<json::value> no_integers(std::vector<json::value> with) {
    with.insert(
        with.end(),
        {"7", 7.5, 1e300, true, json::array{}, json::object{}, std::uint64_t(-1), INT64_MIN}
    );
    return with;
}

/// Values that are never a valid text, nor a valid name.
std::vector<json::value> no_texts(std::vector<json::value> with) {
    with.insert(
        with.end(),
        {7, true, json::array{"A"}, json::object{}, json::string("a\0b", 3), "a\x1b", "a\x7f", "\b"}
    );
    return with;
}

TEST(Requests, bound_every_number) {
    expect_edges({
        {event, kEvent, "total_seats", {1, 10'000'000}, no_integers({0, -1, 10'000'001})},
        {event, kEvent, "hold_seconds", {1, 3'600}, no_integers({0, 3'601})},
        {event, kEvent, "max_seats_per_reservation", {1, 100}, no_integers({0, 101})},
        {event, kEvent, "max_seats_per_user", {1, 100'000}, no_integers({0, 100'001})},
        {seat, kSeat, "price", {0, 1'000'000'000'000}, no_integers({-1, 1'000'000'000'001})},
        {seat,
         kSeat,
         "x",
         {0, -7, 1.25, 1e9, -1e9},
         {"1", true, json::array{}, 1.1e9, 1e300, std::uint64_t(-1)}},
        {seat,
         kSeat,
         "y",
         {0, -7, 1.25, 1e9, -1e9},
         {"1", true, json::array{}, 1.1e9, 1e300, std::uint64_t(-1)}},
        {bulk, kRun, "count", {1, 100'000}, no_integers({0, -1, 100'001})},
        {bulk, kRun, "price", {0, 1'000'000'000'000}, no_integers({-1, 1'000'000'000'001})},
        {reservation, kReservation, "hold_seconds", {1, 3'600}, no_integers({0, 3'601})},
        {extension, kExtension, "seconds", {1, 10'800}, no_integers({0, 10'801})},
        {category, kCategory, "price", {0, 1'000'000'000'000}, no_integers({-1, 1'000'000'000'001})
        },
        {category, kCategory, "total_stock", {0, 10'000'000}, no_integers({-1, 10'000'001})},
        {category_terms,
         kCategoryTerms,
         "price",
         {0, 1'000'000'000'000},
         no_integers({-1, 1'000'000'000'001})},
        {category_terms,
         kCategoryTerms,
         "total_stock",
         {0, 10'000'000},
         no_integers({-1, 10'000'001})},
        {item, kItem, "quantity", {1, 1'000, 2.0}, no_integers({0, -1, 1'001})},
        {best, kBest, "quantity", {1, 100, 2.0}, no_integers({0, -1, 101})},
        {best, kBest, "max_price", {0, 1'000'000'000'000}, no_integers({-1, 1'000'000'000'001})},
    });
}

TEST(Requests, take_places_on_the_plan_that_are_whole_and_within_its_bounds) {
    const auto refused = [](std::string_view field, const json::value& value) {
        return event(text_of(kEvent, field, value));
    };
    const json::object stage{{"x", -1e9}, {"y", 0}, {"width", 1e9}, {"height", 1e-6}};
    const json::object point{{"x", -1.5}, {"y", 1e9}};
    EXPECT_THAT(refused("stage", stage), ElementsAre());
    EXPECT_THAT(refused("focal_point", point), ElementsAre());
    for (const json::value& other :
         {json::value(1), json::value("A"), json::value(true), json::value(json::array{1, 2})}) {
        EXPECT_THAT(refused("stage", other), ElementsAre("stage"));
        EXPECT_THAT(refused("focal_point", other), ElementsAre("focal_point"));
    }
    EXPECT_THAT(
        refused("stage", json::object{}),
        ElementsAre("stage.x", "stage.y", "stage.width", "stage.height")
    );
    EXPECT_THAT(
        refused("focal_point", json::object{{"x", nullptr}}),
        ElementsAre("focal_point.x", "focal_point.y")
    );
    const auto changed = [](json::object good, std::string_view field, const json::value& value) {
        good[field] = value;
        return good;
    };
    for (const json::value& number :
         {json::value("1"), json::value(1.1e9), json::value(-1e300), json::value(json::array{})}) {
        for (const auto* field : {"x", "y", "width", "height"})
            EXPECT_THAT(
                refused("stage", changed(stage, field, number)),
                ElementsAre("stage." + std::string{field})
            ) << number;
        for (const auto* field : {"x", "y"})
            EXPECT_THAT(
                refused("focal_point", changed(point, field, number)),
                ElementsAre("focal_point." + std::string{field})
            ) << number;
    }
    for (const auto* side : {"width", "height"})
        for (const json::value& none : {json::value(0), json::value(-1), json::value(1e-7)})
            EXPECT_THAT(
                refused("stage", changed(stage, side, none)),
                ElementsAre("stage." + std::string{side})
            ) << none;
}

TEST(Requests, take_gates_that_list_each_section_and_category_once) {
    const auto refused = [](const json::value& gates) {
        return event(text_of(kEvent, "gates", gates));
    };
    const auto gate = [](json::value name, json::value sections, json::value categories) {
        return json::object{
            {"name", std::move(name)},
            {"sections", std::move(sections)},
            {"categories", std::move(categories)}
        };
    };
    const auto names = [](std::string_view prefix, std::size_t count) {
        json::array names;
        for (std::size_t i = 0; i < count; ++i)
            names.emplace_back(std::string{prefix} + std::to_string(i));
        return names;
    };
    const auto gates = [&](std::size_t count) {
        json::array gates;
        for (std::size_t i = 0; i < count; ++i)
            gates.push_back(json::object{{"name", "Gate " + std::to_string(i)}});
        return gates;
    };
    const auto long_name = long_text("席", 64);
    EXPECT_THAT(refused(nullptr), ElementsAre());
    EXPECT_THAT(refused(json::array{}), ElementsAre());
    EXPECT_THAT(refused(gates(50)), ElementsAre());
    EXPECT_THAT(refused(gates(51)), ElementsAre("gates"));
    EXPECT_THAT(
        refused(json::array{gate(long_name, json::array{long_name}, json::array{long_name})}),
        ElementsAre()
    );
    EXPECT_THAT(
        refused(json::array{
            gate("West", names("S", 250), json::array{}), gate("East", nullptr, names("S", 250))
        }),
        ElementsAre()
    );
    EXPECT_THAT(
        refused(json::array{gate("West", names("S", 250), names("S", 251))}), ElementsAre("gates")
    );
    for (const auto* list : {"sections", "categories"})
        EXPECT_THAT(
            refused(json::array{
                json::object{{"name", "West"}, {list, json::array{"A"}}},
                json::object{{"name", "East"}, {list, json::array{"B", "A"}}}
            }),
            ElementsAre("gates")
        ) << list;
    EXPECT_THAT(
        refused(json::array{gate("West", nullptr, nullptr), gate("West", nullptr, nullptr)}),
        ElementsAre("gates")
    );
    EXPECT_THAT(refused(json::object{}), ElementsAre("gates"));
    EXPECT_THAT(refused(json::array{1, "A"}), ElementsAre("gates[0]", "gates[1]"));
    EXPECT_THAT(refused(json::array{json::object{}}), ElementsAre("gates[0].name"));
    const auto too_long = long_text("a", 65);
    for (const json::value& bad : {json::value(""), json::value(too_long), json::value(" A")}) {
        EXPECT_THAT(
            refused(json::array{gate(bad, nullptr, nullptr)}), ElementsAre("gates[0].name")
        );
        EXPECT_THAT(
            refused(json::array{gate("West", json::array{"A", bad}, json::array{bad})}),
            ElementsAre("gates[0].sections[1]", "gates[0].categories[0]")
        );
    }
    EXPECT_THAT(
        refused(json::array{gate("West", "A", json::array{1})}),
        ElementsAre("gates[0].sections", "gates[0].categories[0]")
    );
}

TEST(Requests, ask_up_to_five_questions_each_with_a_label_of_its_own) {
    const auto refused = [](const json::value& asks) {
        return event(text_of(kEvent, "asks", asks));
    };
    const auto asking = [&](json::array questions) {
        return refused(json::object{{"questions", std::move(questions)}});
    };
    const auto questions = [](std::size_t count) {
        json::array all;
        for (std::size_t i = 0; i < count; ++i)
            all.push_back(json::object{{"label", "Question " + std::to_string(i)}});
        return all;
    };
    for (const json::value& good :
         {json::value(nullptr),
          json::value(json::object{}),
          json::value(json::object{{"holder_name", nullptr}, {"terms", long_text("席", 2'000)}})})
        EXPECT_THAT(refused(good), ElementsAre()) << good;
    EXPECT_THAT(asking(questions(5)), ElementsAre());
    EXPECT_THAT(asking(questions(6)), ElementsAre("asks.questions"));
    EXPECT_THAT(asking({json::object{{"label", long_text("席", 200)}}}), ElementsAre());
    EXPECT_THAT(
        asking({json::object{{"label", "A"}}, json::object{{"label", "A"}, {"required", true}}}),
        ElementsAre("asks.questions")
    );
    for (const json::value& bad :
         {json::value(nullptr),
          json::value(""),
          json::value(long_text("a", 201)),
          json::value(" A"),
          json::value(1)})
        EXPECT_THAT(
            asking({json::object{{"label", "A"}}, json::object{{"label", bad}}}),
            ElementsAre("asks.questions[1].label")
        ) << bad;
    EXPECT_THAT(
        asking({json::object{{"label", "A"}, {"required", 1}}}),
        ElementsAre("asks.questions[0].required")
    );
    EXPECT_THAT(asking({"A"}), ElementsAre("asks.questions[0]"));
    EXPECT_THAT(refused(json::array{}), ElementsAre("asks"));
    EXPECT_THAT(
        refused(json::object{
            {"holder_name", "yes"}, {"questions", "A"}, {"terms", long_text("a", 2'001)}
        }),
        ElementsAre("asks.holder_name", "asks.questions", "asks.terms")
    );
}

TEST(Requests, bound_every_text_in_characters) {
    const auto up_to = [](std::size_t max) {
        return std::vector<json::value>{
            "a", "席", long_text("a", max), long_text("席", max), "tab\tand\r\nline end", "\"\\/"
        };
    };
    const auto label_up_to = [](std::size_t max) {
        return std::vector<json::value>{
            "a", "席", long_text("a", max), long_text("席", max), "\"\\/"
        };
    };
    const auto longer_than = [](std::size_t max) {
        return no_texts({long_text("a", max + 1), long_text("席", max + 1)});
    };
    const auto named = [&](std::size_t max) {
        auto refused = longer_than(max);
        refused.push_back("");
        return refused;
    };
    const auto optional = [&](std::size_t max) {
        auto accepted = up_to(max);
        accepted.push_back("");
        return accepted;
    };
    const auto optional_label = [&](std::size_t max) {
        auto accepted = label_up_to(max);
        accepted.push_back("");
        return accepted;
    };
    expect_edges({
        {event, kEvent, "name", up_to(255), named(255)},
        {event, kEvent, "description", optional(10'000), longer_than(10'000)},
        {event, kEvent, "venue", optional(255), longer_than(255)},
        {event, kEvent, "payment", {"none", "required"}, no_texts({"", "None", "optional"})},
        {event,
         kEvent,
         "best_seats",
         {"balanced", "front", "middle"},
         no_texts({"", "Front", "back", "nearest"})},
        {seat, kSeat, "seat_number", label_up_to(64), named(64)},
        {seat, kSeat, "section", optional_label(64), longer_than(64)},
        {seat, kSeat, "row", optional_label(64), longer_than(64)},
        {best, kBest, "section", optional_label(64), longer_than(64)},
        {category, kCategory, "name", label_up_to(64), named(64)},
        {item, kItem, "category", label_up_to(64), named(64)},
        {seat, kSeat, "label", optional_label(16), longer_than(16)},
        {bulk, kRun, "prefix", {"A", "席", long_text("席", 50)}, named(50)},
        {reservation, kReservation, "idempotency_key", up_to(255), named(255)},
        {sale_action, kSaleAction, "action", {"open", "pause", "end"}, no_texts({"", "End", "stop"})
        },
        {api_key, kApiKey, "name", up_to(255), named(255)},
        {api_key, kApiKey, "role", {"user", "admin"}, no_texts({"", "Admin", "king"})},
    });
}

TEST(Requests, take_the_currencies_that_iso_4217_lists_with_their_decimals) {
    expect_edges({
        {event,
         kEvent,
         "currency",
         {"JPY", "EUR", "KWD", "CLF", "XOF", "ZWG"},
         no_texts({"", "jpy", "JP", "JPYY", "円円円", "XYZ", "xau", "XAU", "XTS", "XXX", "DEM"})},
    });
}

TEST(Requests, take_names_that_show_something) {
    const std::vector<json::value> names{
        "0",
        " a ",
        "\u00A0\u5E2D",
        "\u200B.",
        // A ticket, a heart with a variation selector, a family with joiners.
        "\U0001F3AB",
        "\u2764\uFE0F",
        "\U0001F468\u200D\U0001F469\u200D\U0001F467",
        "\u2801",
        // A mark without a letter is still visible.
        "\u0301",
    };
    const std::vector<json::value> blanks{
        " ",      "    ",   "\t\r\n", "\u00A0",     "\u00AD",
        "\u034F", "\u115F", "\u180E", "\u200B",     "\u200D\u200D",
        "\u202E", "\u2028", "\u2060", "\u2800",     "\u3000",
        "\u3164", "\uFE0F", "\uFEFF", "\U000E0020", " \u00A0\u200B\u2800\u3000",
    };
    expect_edges({
        {event, kEvent, "name", names, blanks},
        {seat, kSeat, "seat_number", {}, blanks},
        {api_key, kApiKey, "name", names, blanks},
        // These fields may be blank.
        {event, kEvent, "description", blanks, {}},
        {event, kEvent, "venue", blanks, {}},
    });
}

TEST(Requests, take_places_that_tell_one_seat_from_another) {
    const std::vector<json::value> labels{
        "0", "A 1", "\u5217\u30001", "\U0001F3AB", "\u2801", "e\u0301", "Stalls, left"
    };
    const std::vector<json::value> unclear{
        " A",
        "A ",
        "A  1",
        "\u3000A",
        "A\t",
        "A\n1",
        "A\u00A01",
        "A\u200B",
        "\u2764\uFE0F",
        " ",
        "\u200B",
    };
    expect_edges({
        {seat, kSeat, "seat_number", labels, unclear},
        {seat, kSeat, "row", labels, unclear},
        {seat, kSeat, "section", labels, unclear},
        {seat, kSeat, "label", labels, unclear},
        {bulk, kRun, "prefix", labels, unclear},
        {category, kCategory, "name", labels, unclear},
        {item, kItem, "category", labels, unclear},
    });
}

TEST(Requests, take_a_flag_as_true_or_false_alone) {
    for (const auto* flag : {"accessible", "companion", "restricted_view"})
        expect_edges({
            {seat,
             kSeat,
             flag,
             {true, false},
             {"true", "", "yes", 0, 1, 1.5, json::array{true}, json::object{}}},
        });
}

TEST(Requests, keep_texts_for_people_in_normal_form_c_and_keys_as_they_came) {
    const auto spec = parse_event_request(text_of(
        {{"name", "Cafe\u0301"},
         {"venue", "\u212Bre"},
         {"description", "\u1112\u1161\u11AB\nline"},
         {"start_at", kEvent.at("start_at")},
         {"end_at", kEvent.at("end_at")}},
        "total_seats",
        1
    ));
    ASSERT_TRUE(spec);
    EXPECT_EQ(spec->name, "Caf\u00E9");
    EXPECT_EQ(spec->venue, "\u00C5re");
    EXPECT_EQ(spec->description, "\uD55C\nline");
    const auto one = parse_seat_request(text_of(kSeat, "seat_number", "A\u0323\u030A-1"));
    EXPECT_EQ(one.value().number, "\u1EA0\u030A-1");
    const auto run = parse_bulk_seats_request(text_of(kRun, "prefix", "e\u0301"));
    EXPECT_EQ(run.value().seats.front().number, "\u00E9-1");
    const auto key = parse_request<ApiKeyRequest>(text_of(kApiKey, "name", "e\u0301"));
    EXPECT_EQ(key.value().name, "\u00E9");
    EXPECT_EQ(accept_event_name("e\u0301"), "\u00E9");
    EXPECT_EQ(accept_category_name("e\u0301"), "\u00E9");
    const auto standing = parse_request<domain::Category>(text_of(kCategory, "name", "e\u0301"));
    EXPECT_EQ(standing.value().name, "\u00E9");
    const json::array wanted{json::object{{"category", "e\u0301"}, {"quantity", 1}}};
    const auto units = parse_reservation_request(text_of(kReservation, "items", wanted));
    EXPECT_EQ(units.value().items.front().category, "\u00E9");
    const auto held =
        parse_reservation_request(text_of(kReservation, "idempotency_key", "e\u0301"));
    EXPECT_EQ(held.value().idempotency_key, "e\u0301");
    const auto added = parse_request<MemberRequest>(text_of(kMember, "sub", "e\u0301"));
    EXPECT_EQ(added.value().sub, "e\u0301");
}

TEST(Requests, for_a_change_name_something_to_add_or_to_give_back) {
    const auto told = [](std::string_view body) {
        const auto parsed = parse_change_request(body);
        if (parsed) return std::string{"taken"};
        std::string complaints;
        for (const auto& [field, message] : parsed.error().fields)
            complaints += field + ": " + message + ";";
        return complaints;
    };
    const std::string a = R"("018f7c2e-0b20-7000-8000-000000000001")";
    const std::string one = R"({"category":"A","quantity":1})";
    const auto nothing = ": Name a seat or a category, in add or in remove.;";
    const std::pair<std::string, std::string> rows[] = {
        {R"({"add":{"seat_ids":[)" + a + "]}}", "taken"},
        {R"({"remove":{"seat_ids":[)" + a + "]}}", "taken"},
        {R"({"add":{"items":[)" + one + R"(]},"remove":{"items":[)" + one + "]}}", "taken"},
        {R"({"add":{},"remove":{"items":[)" + one + "]}}", "taken"},
        {R"({"add":null,"remove":{"seat_ids":null,"items":[)" + one + "]}}", "taken"},
        {"{}", nothing},
        {R"({"add":{}})", nothing},
        {R"({"add":null,"remove":{"items":null}})", nothing},
        {R"({"seat_ids":[)" + a + "]}", nothing},
        {R"({"add":[]})", "add: must be an object;"},
        {R"({"remove":1})", "remove: must be an object;"},
        {R"({"add":{"seat_ids":[]}})", "add.seat_ids: must name 1 to 1000 seats;"},
        {R"({"add":{"seat_ids":"a"}})", "add.seat_ids: must be an array;"},
        {R"({"remove":{"seat_ids":["a"]}})", "remove.seat_ids: must hold UUIDs;"},
        {R"({"remove":{"items":[]}})", "remove.items: must name 1 to 100 categories;"},
        {R"({"add":{"items":[1]}})", "add.items[0]: must be an object;"},
        {R"({"add":{"items":[)" + one + "," + one + "]}}",
         "add.items: must name each category once;"},
        {R"({"remove":{"items":[{"category":"A","quantity":0}]}})",
         "remove.items[0].quantity: must be a whole number from 1 to 1000;"},
        {R"({"add":{"best_available":{"count":2}}})",
         "add.best_available: isn't supported in a change: name each seat in seat_ids, or a "
         "category in items;"},
    };
    for (const auto& [body, expected] : rows)
        EXPECT_EQ(told(body), expected) << body;
}

/// Without this bound, a request could keep the server busy with normalising its text.
TEST(Requests, bound_the_marks_on_one_letter_and_a_text_by_how_long_it_is_kept) {
    const auto marked = [](std::size_t marks) { return "a" + repeated("\u0323\u0301", marks / 2); };
    expect_edges({
        {event, kEvent, "name", {json::string(marked(30))}, {json::string(marked(32))}},
        {event,
         kEvent,
         "description",
         {json::string(repeated(marked(30), 300))},
         {json::string(marked(9'000))}},
        // 255 letters with a mark each count as 255 characters; 256 are too many.
        {event, kEvent, "venue", {long_text("e\u0301", 255)}, {long_text("e\u0301", 256)}},
        {seat, kSeat, "row", {long_text("\u1112\u1161\u11AB", 64)}, {long_text("e\u0301", 4'000)}},
    });
}

/// Normalising such a text would keep the server busy, too.
TEST(Requests, refuse_a_text_before_it_is_normalised_if_it_is_too_long_in_any_form) {
    // U+1F82 decomposes into four characters. No other character decomposes into more.
    constexpr auto kFourParts = "\u03B1\u0313\u0300\u0345";
    const auto told = [](const std::string& description) {
        const auto parsed =
            parse_event_request(text_of(kEvent, "description", json::string(description)));
        return parsed ? parsed->description : parsed.error().fields.front().message;
    };
    EXPECT_EQ(told(repeated(kFourParts, 10'000)), repeated("\u1F82", 10'000));
    constexpr auto kTooLong = "must be 0 to 10000 characters long";
    EXPECT_EQ(told(repeated(kFourParts, 10'000) + "\u0301"), kTooLong);
    // The marks of a text of 40,000 characters are counted; a longer text is refused before that.
    EXPECT_EQ(
        told("a" + repeated("\u0301", 39'999)), "must not have more than 30 marks on a letter"
    );
    EXPECT_EQ(told("a" + repeated("\u0301", 40'000)), kTooLong);
    EXPECT_EQ(told(repeated("\u0301", 80'000)), kTooLong);
}

TEST(Requests, answer_a_price_with_a_point_by_what_it_would_be_in_minor_units) {
    const auto told = [](const json::value& price) {
        const auto parsed = parse_seat_request(text_of(kSeat, "price", price));
        return parsed ? "" : parsed.error().fields.front().message;
    };
    const std::string both =
        "must be a whole number in the currency's minor unit: 8000 for 80.00 of a currency with "
        "cents, like EUR, and 80 of one without, like JPY";
    // A whole number, however it is written.
    EXPECT_EQ(told(80.0), "");
    EXPECT_EQ(told("80.00"), both);
    EXPECT_THAT(told(79.5), testing::HasSubstr("7950 for 79.50"));
    EXPECT_THAT(told("79,50"), testing::HasSubstr("7950 for 79,50"));
    EXPECT_THAT(told(0.29), testing::HasSubstr(": 29 for 0.29"));
    EXPECT_THAT(told(9'999'999'999.99), testing::HasSubstr("999999999999 for 9999999999.99"));
    for (const auto whole : {-0.0, 1e11, 1e12})
        EXPECT_EQ(told(whole), "") << whole;
    // Prices without a point, with fractions of a cent, or out of range when written in cents.
    for (const json::value& other :
         {json::value(0.001),
          json::value(80.000000001),
          json::value(1e-320),
          json::value(-1.5),
          json::value(10'000'000'000.5),
          json::value(999'999'999'999.5),
          json::value(1e13),
          json::value(1e30),
          json::value("80")})
        EXPECT_EQ(told(other), "must be a whole number from 0 to 1000000000000") << other;
    const auto run = parse_bulk_seats_request(text_of(kRun, "price", "80.00"));
    ASSERT_FALSE(run);
    EXPECT_EQ(run.error().fields.front().message, both);
}

TEST(Requests, name_a_member_as_a_token_could) {
    auto no_subs = no_texts({"", "line\nend", "tab\t", long_text("a", 256), long_text("席", 86)});
    no_subs.push_back(json::array{"otto"});
    expect_edges({
        {member,
         kMember,
         "sub",
         {"a", " ", "api-key:7", long_text("a", 255), long_text("席", 85), "\"\\/"},
         no_subs},
        {member,
         kMember,
         "role",
         {"organizer", "scanner"},
         no_texts({"", "user", "admin", "Organizer"})},
    });
    EXPECT_FALSE(check_sub("otto/席 2"));
    for (const auto wrong : {""sv, "\n"sv, "\xff"sv, "a\0b"sv})
        EXPECT_EQ(check_sub(wrong).value().field, "sub");
}

TEST(Requests, take_times_with_an_offset_and_an_end_after_the_start) {
    constexpr auto start = "2026-12-24T19:00:00+09:00";
    const std::vector<json::value> no_times{
        "",
        "tomorrow",
        "2026-12-24",
        "2026-12-24T19:00:00",
        "2026-02-30T19:00:00Z",
        1'700'000'000,
        true,
        json::array{start}
    };
    auto no_ends = no_times;
    no_ends.insert(no_ends.end(), {start, "2026-12-24T10:00:00Z", "2026-12-24T09:59:59.999Z"});
    expect_edges({
        {event, kEvent, "start_at", {start, "2026-12-24T12:59:59.999Z"}, no_times},
        {event, kEvent, "end_at", {"2026-12-24T10:00:00.001Z", "2027-01-01T00:00:00z"}, no_ends},
        {event, kEvent, "sales_start_at", {"1970-01-01T00:00:00Z"}, no_times},
        {event, kEvent, "sales_end_at", {start}, no_times},
    });
}

/// An event from 19:00 to 22:00 in Tokyo, 10:00 to 13:00 in UTC.
TEST(Requests, take_a_sale_that_begins_before_it_ends_and_ends_with_the_event_at_the_latest) {
    auto closes_early = kEvent;
    closes_early["sales_end_at"] = "2026-12-24T09:00:00Z";
    auto closes_late = kEvent;
    closes_late["sales_end_at"] = "2026-12-24T12:00:00Z";
    auto opens_late = closes_late;
    opens_late["sales_start_at"] = "2026-12-24T11:00:00Z";
    expect_edges({
        // By default sales end at the start.
        {event,
         kEvent,
         "sales_start_at",
         {"2026-12-24T09:59:59.999Z", "2026-12-24T18:59:59.999+09:00"},
         {"2026-12-24T10:00:00Z", "2026-12-24T10:00:00.001Z", "2027-01-01T00:00:00Z"}},
        {event,
         closes_early,
         "sales_start_at",
         {"2026-12-24T08:59:59.999Z"},
         {"2026-12-24T09:00:00Z", "2026-12-24T09:59:59.999Z"}},
        {event,
         closes_late,
         "sales_start_at",
         {"2026-12-24T10:00:00Z", "2026-12-24T11:59:59.999Z"},
         {"2026-12-24T12:00:00Z", "2026-12-24T12:59:59.999Z"}},
        {event,
         kEvent,
         "sales_end_at",
         {"1970-01-01T00:00:00Z", "2026-12-24T10:00:00.001Z", "2026-12-24T13:00:00Z"},
         {"2026-12-24T13:00:00.001Z", "2026-12-25T00:00:00Z"}},
        {event, opens_late, "sales_end_at", {"2026-12-24T11:00:00.001Z"}, {}},
        {event, closes_late, "end_at", {"2026-12-24T12:00:00Z"}, {}},
    });
    // If two times contradict each other, only one is named.
    for (const auto* end : {"2026-12-24T11:00:00Z", "2026-12-24T10:30:00Z"})
        EXPECT_THAT(event(text_of(opens_late, "sales_end_at", end)), ElementsAre("sales_start_at"))
            << end;
    EXPECT_THAT(
        event(text_of(closes_late, "end_at", "2026-12-24T11:59:59.999Z")),
        ElementsAre("sales_end_at")
    );
    auto all_backwards = opens_late;
    all_backwards["sales_start_at"] = "2026-12-24T15:00:00Z";
    all_backwards["sales_end_at"] = "2026-12-24T14:00:00Z";
    all_backwards["end_at"] = "2026-12-24T09:00:00Z";
    EXPECT_THAT(
        event(json::serialize(all_backwards)),
        ElementsAre("end_at", "sales_end_at", "sales_start_at")
    );
}

TEST(Requests, complain_of_a_time_that_cannot_be_read_and_of_none_beside_it) {
    auto all_times = kEvent;
    all_times["sales_start_at"] = "2026-12-01T00:00:00Z";
    all_times["sales_end_at"] = "2026-12-24T09:00:00Z";
    for (const auto* field : {"start_at", "end_at", "sales_start_at", "sales_end_at"})
        EXPECT_THAT(event(text_of(all_times, field, "soon")), ElementsAre(field));
    all_times.erase("sales_end_at");
    for (const auto* field : {"start_at", "end_at", "sales_start_at"})
        EXPECT_THAT(event(text_of(all_times, field, 7)), ElementsAre(field));
}

TEST(Requests, name_1_to_1000_seats_by_their_ids) {
    expect_edges({
        {reservation,
         kReservation,
         "seat_ids",
         {json::array{kSeatId}, same_items(kSeatId, 1'000)},
         {json::array{},
          same_items(kSeatId, 1'001),
          json::array{7},
          json::array{nullptr},
          json::array{kSeatId, "A-1"},
          same_items(json::array{kSeatId}, 1),
          kSeatId,
          json::object{{"0", kSeatId}}}},
        {reservation, kReservation, "event_id", {kEventId}, {"", "7", 7, json::array{kEventId}}},
    });
}

TEST(Requests, name_1_to_100_categories_each_once) {
    const auto items = [](int count) {
        json::array list;
        for (int i = 0; i < count; ++i)
            list.push_back(json::object{{"category", "c" + std::to_string(i)}, {"quantity", 1}});
        return list;
    };
    const json::object other{{"category", "Stalls"}, {"quantity", 1}};
    const json::object again{{"quantity", 1}, {"category", "Standing"}};
    expect_edges({
        {reservation,
         kReservation,
         "items",
         {items(1), items(100), json::array{kItem, other}},
         {json::array{},
          items(101),
          json::array{kItem, other, again},
          json::array{other, kItem, kItem},
          kItem,
          "Standing",
          7}},
    });
    EXPECT_THAT(
        reservation(text_of(kReservation, "items", json::array{kItem, json::object{{"x", 1}}})),
        ElementsAre("items[1].category", "items[1].quantity")
    );
    const json::object composed{{"category", "\u00E9"}, {"quantity", 1}};
    const json::object decomposed{{"category", "e\u0301"}, {"quantity", 1}};
    EXPECT_THAT(
        reservation(text_of(kReservation, "items", json::array{composed, decomposed})),
        ElementsAre("items")
    );
    EXPECT_THAT(
        reservation(text_of(kReservation, "items", json::array{kItem, 7, kItem})),
        ElementsAre("items[1]", "items")
    );
}

TEST(Requests, ask_for_seats_or_units_or_both) {
    json::object units{{"event_id", kEventId}, {"items", json::array{kItem}}};
    const auto alone = parse_reservation_request(json::serialize(units));
    ASSERT_TRUE(alone);
    EXPECT_TRUE(alone->seats.empty());
    EXPECT_EQ(alone->items, (domain::WantedItems{{"Standing", 2}}));
    units["seat_ids"] = json::array{kSeatId};
    const auto both = parse_reservation_request(json::serialize(units));
    ASSERT_TRUE(both);
    EXPECT_EQ(both->seats.size(), 1);
    EXPECT_EQ(both->items, alone->items);
    units["seat_ids"] = nullptr;
    EXPECT_EQ(parse_reservation_request(json::serialize(units)), alone);
    units["items"] = nullptr;
    const auto neither = parse_reservation_request(json::serialize(units));
    ASSERT_FALSE(neither);
    EXPECT_EQ(
        neither.error().fields,
        (std::vector<FieldError>{
            {"seat_ids", "is required unless there are items or best_available"}
        })
    );
}

TEST(Requests, need_each_required_field_and_take_null_for_absent) {
    const struct {
        Complained parse;
        const json::object& good;
        std::vector<std::string> required;
    } rows[] = {
        {event, kEvent, {"name", "start_at", "end_at", "total_seats"}},
        {seat, kSeat, {"seat_number", "price"}},
        {bulk, kRun, {"prefix", "count", "price"}},
        {reservation, kReservation, {"event_id", "seat_ids"}},
        {extension, kExtension, {"seconds"}},
        {sale_action, kSaleAction, {"action"}},
        {api_key, kApiKey, {"name", "role"}},
        {member, kMember, {"sub", "role"}},
        {category, kCategory, {"name", "price", "total_stock"}},
        {category_terms, kCategoryTerms, {"price", "total_stock"}},
        {item, kItem, {"category", "quantity"}},
        {best, kBest, {"quantity"}},
    };
    for (const auto& row : rows) {
        EXPECT_THAT(row.parse(json::serialize(row.good)), ElementsAre());
        EXPECT_EQ(row.parse("{}"), row.required);
        for (const auto& field : row.required) {
            auto without = row.good;
            without.erase(field);
            EXPECT_THAT(row.parse(json::serialize(without)), ElementsAre(field));
            EXPECT_THAT(row.parse(text_of(row.good, field, nullptr)), ElementsAre(field));
        }
    }
    for (const auto field :
         {"description",
          "venue",
          "sales_start_at",
          "sales_end_at",
          "hold_seconds",
          "currency",
          "max_seats_per_reservation",
          "max_seats_per_user",
          "payment"}) {
        EXPECT_THAT(event(text_of(kEvent, field, nullptr)), ElementsAre()) << field;
    }
    for (const auto field :
         {"section", "row", "x", "y", "label", "accessible", "companion", "restricted_view"})
        EXPECT_THAT(seat(text_of(kSeat, field, nullptr)), ElementsAre()) << field;
    for (const auto field : {"hold_seconds", "idempotency_key"})
        EXPECT_THAT(reservation(text_of(kReservation, field, nullptr)), ElementsAre()) << field;
    EXPECT_THAT(bulk(text_of(kRun, "seats", nullptr)), ElementsAre());
}

TEST(Requests, ignore_fields_they_do_not_know) {
    for (const auto& request : kAllRequests) {
        for (const json::value& value :
             {json::value(7),
              json::value("席"),
              json::value(nullptr),
              json::value(json::array(1, json::object()))}) {
            EXPECT_THAT(request.parse(text_of(request.good, "colour", value)), ElementsAre());
        }
    }
}

TEST(Requests, give_what_is_left_out_its_default) {
    const auto spec = parse_event_request(json::serialize(kEvent));
    ASSERT_TRUE(spec);
    EXPECT_EQ(spec->hold, std::chrono::seconds{900});
    EXPECT_EQ(spec->max_seats_per_reservation, 10U);
    EXPECT_FALSE(spec->max_seats_per_user);
    EXPECT_FALSE(spec->sales_start_at);
    EXPECT_FALSE(spec->sales_end_at);
    EXPECT_EQ(spec->currency.code(), "JPY");
    EXPECT_EQ(spec->payment, domain::PaymentRule::none);
    EXPECT_FALSE(spec->stage || spec->focal_point);
    EXPECT_EQ(spec->best_seats, domain::SeatPreference::balanced);
    EXPECT_TRUE(spec->admission.empty());
    EXPECT_EQ(spec->description + spec->venue, "");
    const auto one = parse_seat_request(json::serialize(kSeat));
    ASSERT_TRUE(one);
    EXPECT_EQ(one->details, nullptr);
    const auto reserved = parse_reservation_request(json::serialize(kReservation));
    ASSERT_TRUE(reserved);
    EXPECT_FALSE(reserved->hold);
    EXPECT_FALSE(reserved->idempotency_key);
}

TEST(Requests, hand_on_what_was_asked_for) {
    const auto spec = parse_event_request(
        R"({"name":"席","description":"d","venue":"v","start_at":"2026-12-24T19:00:00+09:00",)"
        R"("end_at":"2026-12-24T22:00:00+09:00","total_seats":7,"hold_seconds":60,)"
        R"("sales_start_at":"2026-12-01T00:00:00Z","sales_end_at":"2026-12-24T19:30:00+09:00",)"
        R"("max_seats_per_reservation":3,)"
        R"("max_seats_per_user":4,"currency":"EUR","payment":"required","best_seats":"front",)"
        R"("stage":{"x":-5,"y":-2.5,"width":10,"height":2},"focal_point":{"x":0,"y":1.0000001},)"
        R"("gates":[{"name":"Cafe\u0301","sections":["S","T"]},{"name":"W","categories":["席"]}]})"
    );
    ASSERT_TRUE(spec);
    const domain::EventSpec expected{
        .name = "席",
        .description = "d",
        .venue = "v",
        .start_at = *parse_rfc3339("2026-12-24T10:00:00Z"),
        .end_at = *parse_rfc3339("2026-12-24T13:00:00Z"),
        .total_seats = 7,
        .sales_start_at = parse_rfc3339("2026-12-01T00:00:00Z"),
        .hold = std::chrono::seconds{60},
        .max_seats_per_reservation = 3,
        .max_seats_per_user = 4,
        .currency = *Currency::parse("EUR"),
        .payment = domain::PaymentRule::required,
        .sales_end_at = parse_rfc3339("2026-12-24T10:30:00Z"),
        .stage = domain::Stage{-5, -2.5, 10, 2},
        .focal_point = domain::Point{0, 1},
        .best_seats = domain::SeatPreference::front,
        .admission = domain::Admission::of({{{"Café", {"S", "T"}, {}}, {"W", {}, {"席"}}}}),
    };
    EXPECT_EQ(*spec, expected);

    const auto one = parse_seat_request(
        R"({"seat_number":"A-1","section":"S","row":"R","price":5000,"x":-1.5,"label":"1",)"
        R"("accessible":true,"companion":false,"restricted_view":true})"
    );
    ASSERT_TRUE(one);
    EXPECT_EQ(one->number + one->section + one->row, "A-1SR");
    EXPECT_EQ(one->price, 5'000);
    EXPECT_EQ(one->position(), (domain::Position{-1.5, std::nullopt}));
    EXPECT_EQ(one->label(), "1");
    EXPECT_EQ(one->flags(), domain::SeatFlags::accessible | domain::SeatFlags::restricted_view);

    const auto reserved = parse_reservation_request(
        R"({"event_id":"0192a4b8-1f3c-7def-8abc-0123456789ab",)"
        R"("seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ac",)"
        R"("0192a4b8-1f3c-7def-9abc-0123456789ab"],"hold_seconds":60,"idempotency_key":"k"})"
    );
    ASSERT_TRUE(reserved);
    EXPECT_EQ(reserved->event, *EventId::parse(kEventId));
    const auto seat_id = *SeatId::parse(kSeatId);
    EXPECT_THAT(reserved->seats, ElementsAre(seat_id.plus(1), seat_id));
    EXPECT_EQ(reserved->hold, std::chrono::seconds{60});
    EXPECT_EQ(reserved->idempotency_key, "k");

    EXPECT_EQ(parse_request<ExtensionRequest>(R"({"seconds":60})")->by, std::chrono::seconds{60});

    using enum domain::SaleAction;
    for (const auto action : {open, pause, end}) {
        const json::object body{{"action", name_of(action)}};
        EXPECT_EQ(parse_request<domain::SaleAction>(json::serialize(body)), action);
    }
}

/// The sign would be lost in a restart: facts have whole numbers without a decimal point.
TEST(Requests, give_a_coordinate_of_zero_no_sign) {
    for (const auto* zero : {"-0.0", "-1e-9", "0"}) {
        const auto one =
            parse_seat_request(R"({"seat_number":"A-1","price":1,"x":)" + std::string{zero} + "}");
        ASSERT_TRUE(one && one->position().x);
        EXPECT_FALSE(std::signbit(*one->position().x)) << zero;
    }
}

TEST(Requests, that_are_no_object_of_json_in_utf8_are_refused_as_a_whole) {
    for (const auto& request : kAllRequests) {
        const auto good = json::serialize(request.good);
        std::vector<std::string> bad{
            "",
            " ",
            "null",
            "7",
            "\"text\"",
            "[]",
            "[" + good + "]",
            "{",
            good + "}",
            good + good,
            good + " x",
            good + "\0"s,
            "\xEF\xBB\xBF" + good,
            "{'seconds':60}",
            "{\"seconds\":060}",
            "{\"seconds\":0x3C}",
            "{\"seconds\":+60}",
            "{\"seconds\":NaN}",
            "{\"seconds\":60,}",
            "{/**/}",
            "{\"x\":\"\xff\"}",
            "{\"x\":\"\xed\xa0\x80\"}",
            "{\"x\":\"\xc0\x80\"}",
            "{\"x\":\"\\ud800\"}",
            "{\"x\":\"\n\"}",
            "{\"\xff\":1}"
        };
        for (std::size_t length = 0; length < good.size(); ++length)
            bad.push_back(good.substr(0, length));
        for (const auto& body : bad)
            EXPECT_THAT(request.parse(body), ElementsAre("")) << body;
        EXPECT_THAT(request.parse("\r\n\t " + good + " \n"), ElementsAre());
    }
}

TEST(Requests, nested_more_than_sixteen_deep_are_refused) {
    const auto nested = [](std::size_t depth) {
        return R"({"seconds":60,"x":)" + repeated("[", depth - 1) + repeated("]", depth - 1) + "}";
    };
    EXPECT_THAT(extension(nested(16)), ElementsAre());
    EXPECT_THAT(extension(nested(17)), ElementsAre(""));
    EXPECT_THAT(extension(R"({"x":)" + repeated("[", 1'000'000)), ElementsAre(""));
    EXPECT_THAT(extension(R"({"x":)" + repeated(R"({"a":)", 100'000)), ElementsAre(""));
}

TEST(Requests, refuse_numbers_too_great_for_any_type) {
    for (const auto number :
         {"9223372036854775808",
          "18446744073709551616",
          "1e400",
          "-1e400",
          "100000000000000000000000000000000000000000000000000000",
          "1e18"}) {
        EXPECT_THAT(extension(R"({"seconds":)"s + number + "}"), ElementsAre("seconds")) << number;
    }
    for (const auto number : {"1e400", "-1e400"}) {
        const auto body = R"({"seat_number":"A","price":0,"x":)"s + number + "}";
        EXPECT_THAT(seat(body), ElementsAre("x")) << number;
    }
}

/// JSON Schema allows this, and languages whose numbers are all doubles may write it.
TEST(Requests, take_a_whole_number_however_it_is_written) {
    for (const auto number : {"60", "60.0", "60.000", "6e1", "6E+1", "0.6e2", "600e-1"}) {
        const auto request = parse_request<ExtensionRequest>(R"({"seconds":)"s + number + "}");
        ASSERT_TRUE(request) << number;
        EXPECT_EQ(request->by, std::chrono::seconds{60}) << number;
    }
    for (const auto number : {"60.5", "0.6", "6e-1", "0.0", "-60.0", "1.0801e4", "1e300"})
        EXPECT_THAT(extension(R"({"seconds":)"s + number + "}"), ElementsAre("seconds")) << number;
    for (const auto& [price, written] :
         {std::pair{0LL, "-0.0"},
          {3LL, "3.0"},
          {7LL, "0.7e1"},
          {999'999'999'999LL, "999999999999.000"},
          {999'999'999'999LL, "9.99999999999e11"},
          {1'000'000'000'000LL, "1e12"}}) {
        const auto one = parse_seat_request(R"({"seat_number":"A","price":)"s + written + "}");
        ASSERT_TRUE(one) << written;
        EXPECT_EQ(one->price, price) << written;
    }
    for (const auto beyond : {"1000000000001.0", "1e13", "9007199254740993.0", "1.5"}) {
        const auto body = R"({"seat_number":"A","price":)"s + beyond + "}";
        EXPECT_THAT(seat(body), ElementsAre("price")) << beyond;
    }
}

TEST(Requests, ask_for_the_best_seats_in_place_of_named_ones) {
    json::object body{{"event_id", kEventId}, {"best_available", kBest}};
    const auto plain = parse_reservation_request(json::serialize(body));
    ASSERT_TRUE(plain);
    EXPECT_TRUE(plain->seats.empty() && plain->items.empty());
    EXPECT_EQ(plain->best, domain::BestWish{.quantity = 4});
    EXPECT_FALSE(plain->wants_alternatives);
    body["best_available"] = {
        {"quantity", 2},
        {"section", "Re\u0301"},
        {"max_price", 9'000},
        {"near", kSeatId},
        {"accessible", true},
        {"allow_split", true},
    };
    body["items"] = json::array{kItem};
    const auto full = parse_reservation_request(json::serialize(body));
    ASSERT_TRUE(full);
    const domain::BestWish wish{
        .quantity = 2,
        .section = "R\u00E9",
        .price_max = 9'000,
        .near = SeatId::parse(kSeatId),
        .accessible = true,
        .allow_split = true,
    };
    EXPECT_EQ(full->best, wish);
    EXPECT_EQ(full->items.size(), 1);
    const json::object nulls{
        {"quantity", 4},
        {"section", nullptr},
        {"max_price", nullptr},
        {"near", nullptr},
        {"accessible", nullptr},
        {"allow_split", false},
    };
    EXPECT_EQ(
        parse_reservation_request(json::serialize(
            json::object{{"event_id", kEventId}, {"best_available", nulls}, {"seat_ids", nullptr}}
        )),
        plain
    );
    EXPECT_THAT(
        reservation(text_of(kReservation, "best_available", kBest)), ElementsAre("best_available")
    );
    EXPECT_THAT(reservation(text_of(kReservation, "best_available", nullptr)), ElementsAre());
    body["items"] = nullptr;
    for (const auto& wrong : {json::value(json::array()), json::value(7), json::value("4")}) {
        body["best_available"] = wrong;
        EXPECT_THAT(reservation(json::serialize(body)), ElementsAre("best_available"));
    }
    for (const auto* field : {"accessible", "allow_split"})
        EXPECT_THAT(best(text_of(kBest, field, 1)), ElementsAre(field));
    EXPECT_THAT(best(text_of(kBest, "near", "A-1")), ElementsAre("near"));
}

TEST(Requests, ask_for_alternatives_to_their_seats) {
    const auto with = parse_reservation_request(text_of(kReservation, "alternatives", true));
    ASSERT_TRUE(with);
    EXPECT_TRUE(with->wants_alternatives);
    EXPECT_EQ(with->seats.size(), 1);
    EXPECT_FALSE(parse_reservation_request(json::serialize(kReservation))->wants_alternatives);
    EXPECT_THAT(
        reservation(text_of(kReservation, "alternatives", "yes")), ElementsAre("alternatives")
    );
}

TEST(BulkSeats, come_as_a_run_numbered_from_one) {
    const auto seats = parse_bulk_seats_request(json::serialize(kRun));
    ASSERT_TRUE(seats);
    std::vector<std::string> numbers;
    for (const auto& one : seats->seats) {
        numbers.push_back(one.number);
        EXPECT_EQ(one.price, 5'000);
    }
    EXPECT_THAT(numbers, ElementsAre("A-1", "A-2", "A-3"));
}

TEST(BulkSeats, of_the_longest_run_have_numbers_that_a_seat_may_have) {
    auto longest = kRun;
    longest["prefix"] = long_text("席", 50);
    longest["count"] = kBulkSeatsMax;
    const auto seats = parse_bulk_seats_request(json::serialize(longest));
    ASSERT_TRUE(seats);
    ASSERT_EQ(seats->seats.size(), kBulkSeatsMax);
    EXPECT_THAT(
        seat(text_of(kSeat, "seat_number", json::string(seats->seats.back().number))), ElementsAre()
    );
}

TEST(BulkSeats, come_as_a_list_in_its_order) {
    const auto seats = parse_bulk_seats_request(
        R"({"seats":[{"seat_number":"B","price":2},{"seat_number":"A","price":1,"row":"R"}]})"
    );
    ASSERT_TRUE(seats);
    ASSERT_EQ(seats->seats.size(), 2U);
    EXPECT_EQ(seats->seats.front().number, "B");
    EXPECT_EQ(seats->seats.back().number, "A");
    EXPECT_EQ(seats->seats.back().row, "R");
}

TEST(BulkSeats, may_be_asked_for_as_a_dry_run) {
    EXPECT_FALSE(parse_bulk_seats_request(json::serialize(kRun)).value().dry_run);
    EXPECT_TRUE(parse_bulk_seats_request(text_of(kRun, "dry_run", true)).value().dry_run);
    EXPECT_FALSE(parse_bulk_seats_request(text_of(kRun, "dry_run", false)).value().dry_run);
    for (const json::value& wrong : {json::value("true"), json::value(1), json::value("")})
        EXPECT_THAT(bulk(text_of(kRun, "dry_run", wrong)), ElementsAre("dry_run"));
}

TEST(BulkSeats, of_a_list_are_1_to_100000) {
    const auto list = [](std::size_t count) {
        return json::serialize(json::object{{"seats", same_items(kSeat, count)}});
    };
    EXPECT_THAT(bulk(list(0)), ElementsAre("seats"));
    EXPECT_THAT(bulk(list(1)), ElementsAre());
    EXPECT_THAT(bulk(list(kBulkSeatsMax)), ElementsAre());
    EXPECT_THAT(bulk(list(kBulkSeatsMax + 1)), ElementsAre("seats"));
    EXPECT_THAT(bulk(R"({"seats":{}})"), ElementsAre("seats"));
    EXPECT_THAT(bulk(R"({"seats":"A-1"})"), ElementsAre("seats"));
}

TEST(BulkSeats, come_in_one_form_only) {
    auto both = kRun;
    both["seats"] = json::array{kSeat};
    EXPECT_THAT(bulk(json::serialize(both)), ElementsAre("seats"));
}

TEST(BulkSeats, that_are_wrong_are_named_by_their_place) {
    EXPECT_THAT(
        bulk(R"({"seats":[{"seat_number":"A","price":1},7,{"seat_number":"","price":1},)"
             R"({"seat_number":"B","price":-1,"x":"left"},{},null]})"),
        ElementsAre(
            "seats[1]",
            "seats[2].seat_number",
            "seats[3].price",
            "seats[3].x",
            "seats[4].seat_number",
            "seats[4].price",
            "seats[5]"
        )
    );
}

TEST(BulkSeats, are_complained_of_fifty_times_at_most) {
    const json::object wrong{{"seats", same_items(json::object{}, 1'000)}};
    EXPECT_EQ(bulk(json::serialize(wrong)).size(), 50U);
}

}  // namespace
}  // namespace frontrow::wire
