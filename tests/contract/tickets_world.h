#pragma once

#include "orders_world.h"
#include "tickets/ticket_code.h"
#include "tickets/ticket_keys.h"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::test {

constexpr auto kTickets = "/api/v1/tickets";
constexpr auto kKeys = "/.well-known/frontrow-ticket-keys.json";

/// Alice buys seats, and gates of the event's creator let people in.
class TicketsWorld : public OrdersWorld {
protected:
    /// The id of a ticket of what the order sold.
    static std::string ticket_of(const HttpAnswer& order, int number = 1) {
        return order.text("reservation_id") + "." + std::to_string(number);
    }
    static std::string path_of_ticket(const std::string& ticket, std::string_view more = {}) {
        return std::string{kTickets} + "/" + ticket + std::string{more};
    }
    HttpAnswer ticket(const std::string& id) { return alice.get(path_of_ticket(id)); }
    std::string code_of(const std::string& id) { return ticket(id).text("code"); }
    /// The code of a ticket for the venue's seat, which alice buys.
    std::string sold(std::size_t seat) { return code_of(ticket_of(buy(seat))); }

    static boost::json::object scan_body(const std::string& code, std::string_view gate = "West") {
        return {{"code", code}, {"gate", gate}};
    }
    HttpAnswer check_in(const std::string& code, std::string_view gate = "West") {
        return organizer.post(check_in_path(), boost::json::serialize(scan_body(code, gate)));
    }
    static std::string check_in_path() { return std::string{kTickets} + "/check-in"; }

    /// One scan of a batch, so many seconds before now.
    boost::json::object
    offline(const std::string& code, const std::string& scan_id, std::int64_t seconds_ago = 0) {
        const auto at = server.clock.now() - std::chrono::seconds{seconds_ago};
        return {{"code", code}, {"scan_id", scan_id}, {"scanned_at", to_rfc3339(at)}};
    }
    HttpAnswer report(boost::json::array scans, std::string_view gate = "West") {
        const boost::json::object body{{"gate", gate}, {"scans", std::move(scans)}};
        return organizer.post(check_in_path() + "/batch", boost::json::serialize(body));
    }
    /// The verdicts in an answer to a batch.
    static std::vector<std::string> verdicts(const HttpAnswer& answer) {
        std::vector<std::string> all;
        for (const auto& one : answer.json.as_array())
            all.emplace_back(one.at("verdict").as_string());
        return all;
    }
    /// A scan's id.
    static std::string numbered_scan(int number) {
        const auto digits = std::to_string(number);
        return "018f7c2e-0f60-7000-8000-" + std::string(12 - digits.size(), '0') + digits;
    }

    /// What a verifier with the public keys alone reads in the code.
    Result<tickets::CodeContents, tickets::CodeFlaw> verified(const std::string& code) {
        const auto keys = tickets::parse_jwk_set(alice.get(kKeys).body);
        return tickets::CodeVerifier{keys.value()}.verify(code);
    }
    double checked_in(const std::string& verdict) {
        const auto text = alice.get("/metrics").body;
        const auto name = "ticket_check_ins_total{verdict=\"" + verdict + "\"} ";
        const auto at = text.find(name);
        return at == std::string::npos ? 0 : std::stod(text.substr(at + name.size()));
    }
};

}  // namespace frontrow::test
