#include "support/openapi_check.h"
#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

// Every field of every request body against its bounds in api/openapi.yaml. Values within them are
// accepted; a value outside is refused with the field's name.

namespace frontrow::test {
namespace {

namespace json = boost::json;

/// A path, a correct body for it, and where the body's schema is in the document.
struct Form {
    const char* name;
    std::string method;
    std::string path;
    std::string user;
    json::object body;
    std::string schema;
    /// The route needs an Idempotency-Key. Each request gets one of its own.
    bool needs_key = false;
};

/// A text of this many characters.
json::value text_of(std::int64_t length, const std::string& character = "x") {
    json::string text;
    for (std::int64_t i = 0; i < length; ++i)
        text.append(character);
    return text;
}

/// The schema and the schemas of its `allOf`, merged into one object.
json::object flat(const json::value& node) {
    const auto* object = node.if_object();
    if (object == nullptr) return {};
    if (const auto* reference = object->if_contains("$ref"))
        return flat(openapi_document().at_pointer(reference->as_string().subview(1)));
    json::object out = *object;
    if (const auto* parts = object->if_contains("allOf")) {
        for (const auto& part : parts->as_array()) {
            for (const auto& [key, value] : flat(part))
                out.insert_or_assign(key, value);
        }
    }
    return out;
}

std::int64_t number(const json::object& schema, const char* keyword, std::int64_t otherwise) {
    const auto* found = schema.if_contains(keyword);
    return found == nullptr ? otherwise : found->as_int64();
}

/// Values that don't have the schema's type.
std::vector<json::value> of_wrong_types(const json::object& schema) {
    const std::string type{schema.at("type").as_string()};
    std::vector<json::value> values{true};
    // An object of the wrong form is refused by the names of its fields (requests_test.cc).
    if (type != "object") values.insert(values.end(), {json::object{}, json::object{{"a", 1}}});
    if (type != "array") values.emplace_back(json::array{});
    if (type != "string") values.insert(values.end(), {"", "1", "none"});
    if (type == "string") values.insert(values.end(), {0, 7, -1.5});
    if (type == "boolean") values.front() = 1;
    if (type == "integer") values.insert(values.end(), {1.5, 1e300, std::uint64_t{1} << 63});
    return values;
}

std::vector<json::value> out_of_bounds(const json::object& schema) {
    std::vector<json::value> values;
    if (schema.contains("minimum")) values.emplace_back(number(schema, "minimum", 0) - 1);
    if (schema.contains("maximum")) values.emplace_back(number(schema, "maximum", 0) + 1);
    const auto min_length = number(schema, "minLength", 0);
    if (min_length > 0) values.push_back(text_of(min_length - 1));
    if (schema.contains("maxLength")) values.push_back(text_of(number(schema, "maxLength", 0) + 1));
    if (number(schema, "minItems", 0) == 1) values.emplace_back(json::array{});
    const auto* format = schema.if_contains("format");
    if (format != nullptr && *format == "uuid")
        values.insert(
            values.end(),
            {"",
             "x",
             "018f7c2e-0a10-7000-8000-00000000000",
             "{018f7c2e-0a10-7000-8000-000000000001}"}
        );
    if (format != nullptr && *format == "date-time")
        values.insert(
            values.end(),
            {"",
             "tomorrow",
             "2026-12-20",
             "2026-12-20T10:00:00",
             "2026-02-30T10:00:00Z",
             "2026-12-20T25:00:00Z",
             "1969-12-31T23:59:59Z"}
        );
    if (schema.contains("enum")) values.insert(values.end(), {"other", "None", ""});
    if (schema.contains("pattern"))
        values.insert(values.end(), {"jpy", "JP", "JPYX", "J\xc3\x96Y"});
    return values;
}

std::vector<json::value> on_the_bounds(const json::object& schema) {
    std::vector<json::value> values;
    if (schema.contains("minimum")) values.emplace_back(number(schema, "minimum", 0));
    if (schema.contains("maximum")) values.emplace_back(number(schema, "maximum", 0));
    // An integer written with a fraction of zeros.
    if (schema.contains("minimum"))
        values.emplace_back(static_cast<double>(number(schema, "minimum", 0)));
    if (const auto max_length = number(schema, "maxLength", 0); max_length > 0) {
        // The limit counts characters, not bytes.
        values.insert(values.end(), {text_of(max_length), text_of(max_length, "席")});
        values.push_back(text_of(number(schema, "minLength", 0)));
    }
    if (const auto* choices = schema.if_contains("enum"))
        values.insert(values.end(), choices->as_array().begin(), choices->as_array().end());
    return values;
}

const std::string kSchemas = "/components/schemas/";

class Field : public testing::Test {
protected:
    std::vector<Form> forms_of_events() const {
        const auto event = "/api/v1/events/" + venue.event;
        return {
            {"create_event",
             "POST",
             "/api/v1/events",
             "",
             json::parse(event_body()).as_object(),
             kSchemas + "EventRequest"},
            {"update_event",
             "PUT",
             event,
             "",
             json::parse(event_body(R"(,"hold_seconds":3600)")).as_object(),
             kSchemas + "EventRequest"},
            {"create_seat",
             "POST",
             event + "/seats",
             "",
             {{"seat_number", "n"}, {"price", 1}},
             kSchemas + "SeatRequest"},
            {"create_seats, by prefix",
             "POST",
             event + "/seats/bulk",
             "",
             {{"prefix", "p"}, {"count", 1}, {"price", 1}},
             kSchemas + "BulkSeatsRequest/oneOf/0"},
        };
    }
    std::vector<Form> forms_of_halls() const {
        const auto event = "/api/v1/events/" + venue.event;
        return {
            {"add_member",
             "POST",
             event + "/members",
             "",
             {{"sub", "carol"}, {"role", "scanner"}},
             kSchemas + "MemberRequest"},
            {"add_category",
             "POST",
             event + "/ticket-categories",
             "",
             {{"name", "c"}, {"price", 1}, {"total_stock", 1}},
             kSchemas + "CategoryRequest"},
            {"change_category",
             "PUT",
             event + "/ticket-categories/Standing",
             "",
             {{"price", 1}, {"total_stock", 100}},
             kSchemas + "CategoryTerms"},
            {"add_allocation, of seats",
             "POST",
             event + "/allocations",
             "",
             {{"name", "a"}, {"seat_ids", {venue.seats[1]}}},
             kSchemas + "AllocationRequest/oneOf/0"},
            {"add_allocation, of units",
             "POST",
             event + "/allocations",
             "",
             {{"name", "b"}, {"category", "Standing"}, {"quantity", 1}},
             kSchemas + "AllocationRequest/oneOf/1"},
            {"change_allocation",
             "PATCH",
             event + "/allocations/Guests",
             "",
             {{"limit", 2}},
             kSchemas + "AllocationChange"},
        };
    }
    std::vector<Form> forms_of_buyers() const {
        const auto event = "/api/v1/events/" + venue.event;
        return {
            {"create_reservation",
             "POST",
             "/api/v1/reservations",
             "alice",
             {{"event_id", venue.event},
              {"seat_ids", {venue.seats[0]}},
              {"items", json::array{json::object{{"category", "Standing"}, {"quantity", 1}}}},
              {"idempotency_key", "k"}},
             kSchemas + "ReservationRequest"},
            {"create_order",
             "POST",
             "/api/v1/orders",
             "alice",
             {{"reservation_id", to_order}},
             kSchemas + "OrderRequest",
             true},
            {"start_payment, by token",
             "POST",
             "/api/v1/orders/" + to_pay + "/payments",
             "alice",
             {{"token", "tok_ok"}},
             kSchemas + "PaymentRequest/oneOf/0",
             true},
            {"sell_at_box_office",
             "POST",
             event + "/orders",
             "",
             {{"seat_ids", {venue.seats[5]}},
              {"items", json::array{json::object{{"category", "Standing"}, {"quantity", 1}}}},
              {"method", "cash"}},
             kSchemas + "BoxOfficeRequest",
             true},
            {"refund_order",
             "POST",
             "/api/v1/orders/" + to_refund + "/refund",
             "",
             {{"return_to_sale", true}},
             kSchemas + "RefundRequest",
             true},
            {"settle_by_hand",
             "POST",
             "/api/v1/orders/" + to_settle.text("id") + "/settlement",
             "",
             {{"payment_id", to_settle.json.at("payments").at(0).at("id")}, {"result", "succeeded"}
             },
             kSchemas + "SettlementRequest/oneOf/0"},
            {"confirm_reservation",
             "POST",
             "/api/v1/reservations/" + sold + "/confirm",
             "alice",
             {{"terms_accepted", true}},
             kSchemas + "ConfirmRequest"},
            {"extend_reservation",
             "POST",
             "/api/v1/reservations/" + held + "/extend",
             "alice",
             {{"seconds", 1}},
             kSchemas + "ExtendRequest"},
        };
    }
    std::vector<Form> forms_of_tickets() const {
        return {
            {"check_in",
             "POST",
             "/api/v1/tickets/check-in",
             "",
             {{"code", code}, {"scan_id", venue.event}},
             kSchemas + "CheckInRequest"},
            {"check_in_batch",
             "POST",
             "/api/v1/tickets/check-in/batch",
             "",
             {{"scans",
               json::array{json::object{
                   {"code", code}, {"scan_id", venue.event}, {"scanned_at", "2026-01-01T00:00:00Z"}
               }}}},
             kSchemas + "CheckInBatchRequest"},
            {"set_ticket_holder",
             "PUT",
             "/api/v1/tickets/" + sold + ".1/holder",
             "alice",
             {{"answers", json::array{}}},
             kSchemas + "HolderRequest"},
            {"transfer_ticket",
             "POST",
             "/api/v1/tickets/" + sold + ".2/transfer",
             "alice",
             {{"sub", "bob"}},
             kSchemas + "TransferRequest"},
        };
    }
    std::vector<Form> forms_of_devices() const {
        return {
            {"create_device",
             "POST",
             "/api/v1/events/" + venue.event + "/devices",
             "",
             {{"name", "n"}},
             kSchemas + "DeviceRequest"},
            {"pair_device",
             "POST",
             "/api/v1/devices/pair",
             "",
             {{"code", pairing_code}},
             kSchemas + "PairingRequest"},
        };
    }
    std::vector<Form> forms_of_keys_and_sales() const {
        const auto event = "/api/v1/events/" + venue.event;
        return {
            {"create_api_key",
             "POST",
             "/api/v1/api-keys",
             "",
             {{"name", "n"}, {"role", "user"}},
             kSchemas + "ApiKeyRequest"},
            // One of its values ends the sale.
            {"change_sale",
             "POST",
             event + "/sale",
             "",
             {{"action", "open"}},
             kSchemas + "SaleRequest"},
            {"move_api_key",
             "PATCH",
             "/api/v1/api-keys/" + key,
             "",
             {{"account", "a hall"}},
             kSchemas + "AccountRequest"},
        };
    }
    std::vector<Form> forms() const {
        std::vector<Form> all;
        // A value of the last ones ends the sale.
        for (auto& some :
             {forms_of_events(),
              forms_of_halls(),
              forms_of_buyers(),
              forms_of_tickets(),
              forms_of_devices(),
              forms_of_keys_and_sales()})
            all.insert(all.end(), some.begin(), some.end());
        return all;
    }

    static json::array required_of(const Form& form) {
        const auto schema = openapi_document().at_pointer(form.schema).as_object();
        const auto* required = schema.if_contains("required");
        return required == nullptr ? json::array{} : required->as_array();
    }

    HttpAnswer send(const Form& form, const json::object& body) {
        Headers headers;
        if (!form.user.empty()) headers.emplace_back("X-User-ID", form.user);
        if (form.needs_key)
            headers.emplace_back("Idempotency-Key", "field-" + std::to_string(++keys));
        return client.ask(form.method, form.path, headers, json::serialize(body));
    }

    /// Sends this value, and expects an error for this field alone.
    void expect_refused(const Form& form, const std::string& field, const json::value& value) {
        auto body = form.body;
        body[field] = value;
        const auto answer = send(form, body);
        const auto about = std::string{form.name} + "." + field + " = " +
                           json::serialize(value).substr(0, 80) + ": " + answer.body;
        ASSERT_EQ(answer.code(), "INVALID_REQUEST") << about;
        std::set<std::string> fields;
        for (const auto& error : answer.json.at("errors").as_array())
            fields.emplace(error.at("field").as_string());
        EXPECT_EQ(fields, std::set{field}) << about;
    }

    /// Calls the function with each property of each form and its schema.
    void for_each_property(
        const std::function<void(const Form&, const std::string&, const json::object&)>& look
    ) {
        for (const auto& form : forms()) {
            const auto schema = openapi_document().at_pointer(form.schema).as_object();
            for (const auto& [name, property] : schema.at("properties").as_object())
                look(form, std::string{name}, flat(property));
        }
    }

    /// For a path with one {id}.
    std::string id_for(const std::string& path) const {
        if (path.starts_with("/api/v1/users")) return "alice";
        return path.starts_with("/api/v1/tickets") ? sold + ".1" : venue.event;
    }
    /// The id of a reservation of two tickets, which alice has.
    std::string sell_two() {
        const auto body = R"({"event_id":")" + venue.event +
                          R"(","items":[{"category":"Standing","quantity":2}]})";
        const auto two = make(kReservations, "alice", body);
        Caller(server, "alice").post(std::string{kReservations} + "/" + two + "/confirm");
        return two;
    }
    /// The id of what the request made.
    std::string make(const std::string& path, const std::string& user, const std::string& body) {
        Headers headers{{"Idempotency-Key", "made-" + std::to_string(++keys)}};
        if (!user.empty()) headers.emplace_back("X-User-ID", user);
        return client.ask("POST", path, headers, body).text("id");
    }
    std::string hold_for_alice(std::size_t seat) {
        const auto name = "held-" + std::to_string(seat);
        return Caller(server, "alice").reserve(venue.event, {venue.seats[seat]}, name).text("id");
    }
    std::string make_order(std::size_t seat) {
        const auto held_one = hold_for_alice(seat);
        return make("/api/v1/orders", "alice", R"({"reservation_id":")" + held_one + "\"}");
    }

    /// Six seats, the category Standing, and an allocation of it.
    static Venue make_hall(const TestServer& server) {
        auto hall = make_venue(server, 6, R"(,"hold_seconds":3600)");
        const auto event = "/api/v1/events/" + hall.event;
        Caller house{server, ""};
        house.post(
            event + "/ticket-categories", R"({"name":"Standing","price":1,"total_stock":100})"
        );
        house.post(
            event + "/allocations",
            R"({"name":"Guests","category":"Standing","quantity":2,"access_code":"g"})"
        );
        return hall;
    }

    /// Serves everything that the contract has.
    TestServer server{TestServer::Options{.dialects = true}};
    Venue venue = make_hall(server);
    std::string held =
        Caller(server, "alice").reserve(venue.event, {venue.seats[2]}, "held").text("id");
    std::string key =
        Caller(server, "").post("/api/v1/api-keys", R"({"name":"n","role":"user"})").text("id");
    HttpClient client = server.connect();
    int keys = 0;
    std::string sold = sell_two();
    std::string code = Caller(server, "alice").get("/api/v1/tickets/" + sold + ".1").text("code");
    std::string pairing_code =
        Caller(server, "")
            .post("/api/v1/events/" + venue.event + "/devices", R"({"name":"n"})")
            .text("pairing_code");
    std::string to_order = hold_for_alice(3);
    std::string to_pay = make_order(4);
    HttpAnswer to_settle = client.ask(
        "POST",
        "/api/v1/events/" + venue.event + "/orders",
        {{"Idempotency-Key", "to settle"}},
        R"({"items":[{"category":"Standing","quantity":1}],"method":"cash"})"
    );
    std::string to_refund = make(
        "/api/v1/events/" + venue.event + "/orders",
        "",
        R"({"items":[{"category":"Standing","quantity":1}],"method":"cash"})"
    );
};

TEST_F(Field, of_a_wrong_type_is_refused_by_its_name) {
    for_each_property([&](const Form& form, const std::string& name, const json::object& schema) {
        for (const auto& value : of_wrong_types(schema))
            expect_refused(form, name, value);
    });
}

TEST_F(Field, out_of_its_bounds_is_refused_by_its_name) {
    int refused = 0;
    for_each_property([&](const Form& form, const std::string& name, const json::object& schema) {
        for (const auto& value : out_of_bounds(schema)) {
            expect_refused(form, name, value);
            ++refused;
        }
    });
    EXPECT_GT(refused, 80);
}

TEST_F(Field, with_a_control_character_is_refused_and_with_any_other_taken) {
    for_each_property([&](const Form& form, const std::string& name, const json::object& schema) {
        if (!schema.contains("maxLength")) return;
        for (const auto* text : {"a\x01", "\x1f", "a\x7f"})
            expect_refused(form, name, text);
        expect_refused(form, name, json::string("a\0b", 3));
    });
    auto body = json::parse(event_body()).as_object();
    const std::string odd = "\"\\/ <&> \xf0\x9f\x8e\xab \xe2\x80\xae \xc2\x85 'x' \t";
    body["name"] = odd;
    EXPECT_EQ(client.ask("POST", "/api/v1/events", {}, json::serialize(body)).text("name"), odd);
}

TEST_F(Field, that_is_required_is_missed_by_its_name_and_null_counts_as_missing) {
    for (const auto& form : forms()) {
        for (const auto& name : required_of(form)) {
            const std::string field{name.as_string()};
            expect_refused(form, field, nullptr);
            auto without = form.body;
            without.erase(field);
            const auto answer = send(form, without);
            EXPECT_EQ(answer.json.at("errors").at(0).at("field").as_string(), field)
                << form.name << answer.body;
        }
    }
}

TEST_F(Field, that_is_optional_may_be_null) {
    for_each_property([&](const Form& form, const std::string& name, const json::object&) {
        const auto required = required_of(form);
        if (std::ranges::find(required, json::value(name)) != required.end()) return;
        auto body = form.body;
        body[name] = nullptr;
        const auto answer = send(form, body);
        const bool is_only_key = name == "idempotency_key";
        EXPECT_EQ(answer.status == 400, is_only_key) << form.name << "." << name << answer.body;
    });
}

TEST_F(Field, on_its_bounds_is_taken) {
    int taken = 0;
    for_each_property([&](const Form& form, const std::string& name, const json::object& schema) {
        for (const auto& value : on_the_bounds(schema)) {
            auto body = form.body;
            body[name] = value;
            // Each request needs values of its own, because a reservation keeps its seat and a seat
            // number is unique.
            if (body.contains("seat_number") && name != "seat_number")
                body["seat_number"] = "n-" + std::to_string(taken);
            if (body.contains("total_stock") && body.contains("name") && name != "name")
                body["name"] = "c-" + std::to_string(taken);
            if ((body.contains("seat_ids") || body.contains("category")) && name != "name" &&
                body.contains("name"))
                body["name"] = "a-" + std::to_string(taken);
            if (body.contains("prefix") && name != "prefix")
                body["prefix"] = "p-" + std::to_string(taken);
            const auto answer = send(form, body);
            EXPECT_NE(answer.status, 400)
                << form.name << "." << name << " = " << json::serialize(value).substr(0, 80) << ": "
                << answer.body.substr(0, 500);
            ++taken;
        }
    });
    EXPECT_GT(taken, 50);
}

TEST_F(Field, that_is_unknown_is_passed_over_unless_more_would_be_done) {
    for (const auto& form : forms()) {
        auto body = form.body;
        body["unheard_of"] = json::array{1, nullptr, json::object{{"x", "y"}}};
        const auto status = send(form, body).status;
        if (std::string_view{form.name} == "refund_order")
            EXPECT_EQ(status, 400);
        else
            EXPECT_LT(status, 300) << form.name;
    }
}

TEST_F(Field, of_a_seat_in_a_list_is_named_with_its_place) {
    const auto path = "/api/v1/events/" + venue.event + "/seats/bulk";
    auto properties =
        openapi_document().at_pointer("/components/schemas/SeatRequest/properties").as_object();
    properties["allocation"] =
        openapi_document().at_pointer("/components/schemas/BulkSeat/allOf/1/properties/allocation");
    for (const auto& [name, property] : properties) {
        for (const auto& value : out_of_bounds(flat(property))) {
            json::object wrong{{"seat_number", "w"}, {"price", 1}};
            wrong[name] = value;
            const json::object body{
                {"seats", {json::object{{"seat_number", "r"}, {"price", 1}}, wrong}}
            };
            const auto answer = client.ask("POST", path, {}, json::serialize(body));
            ASSERT_EQ(answer.status, 400) << json::serialize(wrong).substr(0, 200);
            const auto errors = answer.json.at("errors").as_array();
            ASSERT_EQ(errors.size(), 1) << answer.body;
            EXPECT_EQ(errors[0].at("field").as_string(), "seats[1]." + std::string{name});
        }
    }
}

TEST_F(Field, of_an_item_in_a_list_is_named_with_its_place) {
    const auto schema = openapi_document().at_pointer("/components/schemas/WantedItem").as_object();
    const auto fields_wrong_in = [&](const json::object& item) {
        json::object body{{"event_id", venue.event}, {"idempotency_key", "k"}};
        body["items"] = json::array{json::object{{"category", "Standing"}, {"quantity", 1}}, item};
        const auto answer =
            client.ask("POST", kReservations, {{"X-User-ID", "alice"}}, json::serialize(body));
        EXPECT_EQ(answer.code(), "INVALID_REQUEST") << answer.body;
        std::vector<std::string> fields;
        for (const auto& error : answer.json.at("errors").as_array())
            fields.emplace_back(error.at("field").as_string());
        return fields;
    };
    for (const auto& [name, property] : schema.at("properties").as_object()) {
        auto wrong = out_of_bounds(flat(property));
        std::ranges::move(of_wrong_types(flat(property)), std::back_inserter(wrong));
        wrong.emplace_back(nullptr);
        for (const auto& value : wrong) {
            json::object item{{"category", "Other"}, {"quantity", 1}};
            item[name] = value;
            const auto about = json::serialize(item).substr(0, 200);
            EXPECT_EQ(fields_wrong_in(item), std::vector{"items[1]." + std::string{name}}) << about;
        }
    }
}

TEST_F(Field, of_a_wish_for_the_best_seats_is_named_with_its_place) {
    const auto schema =
        openapi_document().at_pointer("/components/schemas/BestAvailable").as_object();
    for (const auto& [name, property] : schema.at("properties").as_object()) {
        auto wrong = out_of_bounds(flat(property));
        std::ranges::move(of_wrong_types(flat(property)), std::back_inserter(wrong));
        for (const auto& value : wrong) {
            json::object wish{{"quantity", 1}};
            wish[name] = value;
            const json::object body{
                {"event_id", venue.event}, {"best_available", wish}, {"idempotency_key", "k"}
            };
            const auto answer =
                client.ask("POST", kReservations, {{"X-User-ID", "alice"}}, json::serialize(body));
            ASSERT_EQ(answer.status, 400) << json::serialize(wish).substr(0, 200);
            const auto errors = answer.json.at("errors").as_array();
            ASSERT_EQ(errors.size(), 1) << answer.body;
            EXPECT_EQ(errors[0].at("field").as_string(), "best_available." + std::string{name});
        }
    }
}

/// The limit, offset and cursor of every list, and the flag `available`.
TEST_F(Field, of_a_query_is_held_to_its_bounds_too) {
    const auto operations = openapi_document().at("paths").as_object();
    int asked = 0;
    for (const auto& [pattern, item] : operations) {
        const auto* get = item.as_object().if_contains("get");
        const auto* parameters =
            get == nullptr ? nullptr : get->as_object().if_contains("parameters");
        if (parameters == nullptr) continue;
        std::string path{pattern};
        if (const auto at = path.find("{id}"); at != std::string::npos)
            path.replace(at, 4, id_for(path));
        const auto* security = get->as_object().if_contains("security");
        const bool is_houses = security != nullptr && !security->as_array().empty();
        const Headers caller = is_houses ? Headers{} : Headers{{"X-User-ID", "alice"}};
        for (const auto& node : parameters->as_array()) {
            const auto parameter = flat(node);
            if (parameter.at("in").as_string() != "query") continue;
            const auto schema = flat(parameter.at("schema"));
            const std::string query =
                path + "?" + std::string{parameter.at("name").as_string()} + "=";
            std::vector<std::string> wrong{
                "",
                "x",
                "-1",
                "1.5",
                "1e2",
                "%zz",
                "%",
                "%00",
                "true%20",
                "0x1",
                "99999999999999999999999",
                "+1"
            };
            std::vector<std::string> right{"true", "false"};
            if (schema.contains("minimum")) {
                wrong.push_back(std::to_string(number(schema, "minimum", 0) - 1));
                wrong.push_back(std::to_string(number(schema, "maximum", 0) + 1));
                right = {
                    std::to_string(number(schema, "minimum", 0)),
                    std::to_string(number(schema, "maximum", 0))
                };
            }
            // Any made-up cursor is invalid.
            if (schema.at("type").as_string() == "string")
                std::ranges::move(std::exchange(right, {}), std::back_inserter(wrong));
            for (const auto& value : wrong) {
                const auto answer = client.ask("GET", query + value, caller);
                EXPECT_EQ(answer.code(), "INVALID_REQUEST") << query << value;
                ++asked;
            }
            for (const auto& value : right)
                EXPECT_EQ(client.ask("GET", query + value, caller).status, 200) << query << value;
        }
    }
    EXPECT_GT(asked, 80);
}

}  // namespace
}  // namespace frontrow::test
