#pragma once

#include "end_to_end/server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::test {

// A person about whom something is kept, and the search for traces of them.

/// What is known about alice once make_person() has returned.
inline const std::vector<std::string> kTraces{
    "Liddell",
    "alice@wonderland.example",
    "looking-glass"
};

/// Alice orders with an address, and says who will use her ticket.
inline void make_person(Client& client) {
    namespace json = boost::json;
    const json::object asks{
        {"holder_name", true},
        {"questions",
         json::array{
             json::object{{"label", "Where from"}},
             json::object{{"label", "Size"}, {"required", true}}
         }}
    };
    const auto hall = make_hall(client, 1, {{"asks", asks}});
    const auto ask = [&](std::string method, std::string target, const json::object& body) {
        return client
            .send({
                .method = std::move(method),
                .target = std::move(target),
                .headers = {{"X-User-ID", "alice"}, {"Idempotency-Key", hall.event}},
                .body = json::serialize(body),
            })
            .value();
    };
    const auto held =
        ask("POST",
            "/api/v1/reservations",
            {{"event_id", hall.event}, {"seat_ids", json::array{json::value(hall.seats[0])}}});
    const auto reservation = text_of(held.json(), "id");
    const auto ordered =
        ask("POST", "/api/v1/orders", {{"reservation_id", reservation}, {"email", kTraces[1]}});
    EXPECT_EQ(ordered.status, 201) << ordered.body;
    ask("POST", "/api/v1/reservations/" + reservation + "/confirm", {});
    const json::array answers{json::object{{"label", "Where from"}, {"text", kTraces[2]}}};
    const auto said =
        ask("PUT",
            "/api/v1/tickets/" + reservation + ".1/holder",
            {{"name", "Alice " + kTraces[0]}, {"answers", answers}});
    EXPECT_EQ(said.status, 200) << said.body;
}

/// Exports and erases what is kept about alice.
inline void erase_person(Client& client) {
    const std::string path = "/api/v1/users/alice/personal-data";
    const auto exported = client.get(path).value();
    for (const auto& trace : kTraces)
        EXPECT_NE(exported.body.find(trace), std::string::npos) << trace;
    const auto erased =
        client.send({.method = "DELETE", .target = path, .headers = {}, .body = {}}).value();
    EXPECT_EQ(erased.status, 200);
    EXPECT_EQ(erased.body, R"({"orders":1,"tickets":1})");
}

inline std::vector<std::string> traces_in(const std::string& bytes) {
    std::vector<std::string> found;
    for (const auto& trace : kTraces)
        if (bytes.find(trace) != std::string::npos) found.push_back(trace);
    return found;
}
inline std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator{in}, {}};
}
/// The bytes of all files in the folder.
inline std::string bytes_in(const std::filesystem::path& folder) {
    std::string bytes;
    for (const auto& one : std::filesystem::recursive_directory_iterator{folder})
        if (one.is_regular_file()) bytes += bytes_of(one.path());
    return bytes;
}

}  // namespace frontrow::test
