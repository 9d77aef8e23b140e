#pragma once

#include "tickets_world.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

namespace frontrow::test {

/// An event that asks for names, a diet, and a size, which is required.
class AskingWorld : public TicketsWorld {
protected:
    AskingWorld() { ask(kAsks); }

    static constexpr std::string_view kAsks =
        R"(,"asks":{"holder_name":true,"questions":[{"label":"Diet"},{"label":"Size","required":true}]})";

    void ask(std::string_view asks) {
        const auto body =
            event_body(R"(,"hold_seconds":600,"payment":"required")" + std::string{asks});
        const auto updated = organizer.put(event_path(), body);
        ASSERT_EQ(updated.status, 200) << updated.body;
    }
    static std::string details(std::string_view name, std::string_view size) {
        return R"({"name":")" + std::string{name} + R"(","answers":[{"label":"Size","text":")" +
               std::string{size} + R"("}]})";
    }
    static HttpAnswer say(Caller& caller, const std::string& ticket, std::string_view body) {
        return caller.put(path_of_ticket(ticket, "/holder"), body);
    }
    HttpAnswer say(const std::string& ticket, std::string_view body) {
        return say(alice, ticket, body);
    }
    static std::string missing_in(const HttpAnswer& ticket) {
        const auto* const all = ticket.json.as_object().if_contains("missing");
        return all == nullptr ? "" : boost::json::serialize(*all);
    }
    static bool has(const HttpAnswer& ticket, std::string_view field) {
        return ticket.json.as_object().contains(field);
    }

    Caller bob{server, "bob"};
};

}  // namespace frontrow::test
