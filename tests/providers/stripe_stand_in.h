#pragma once

#include "http_client/misbehaving_server.h"

#include <boost/json.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace frontrow::test {

/// As much of Stripe as the adapter uses, by its public documentation. It refuses, and counts as a
/// mistake, whatever the real one would not understand.
///
/// The Payment Method `pm_ok` pays, `pm_declined` and `pm_3ds` fail as their names say, and any
/// other is unknown.
class StripeStandIn {
public:
    using Received = MisbehavingServer::Received;
    using Reply = MisbehavingServer::Reply;
    using Form = std::map<std::string, std::string>;

    static constexpr auto kKey = "sk_test_51_a_secret";

    struct Request {
        std::string method;
        std::string path;
        Form form;
        std::string key;
    };

    Reply operator()(const Received& received);

    /// The buyer pays on the page of a Checkout Session.
    void pay_on_page(const std::string& session);
    boost::json::object& object(const std::string& id) { return objects.at(id); }
    /// Those of a kind, newest first, as Stripe lists them.
    std::vector<std::string> ids(const std::string& kind) const;

    std::map<std::string, boost::json::object> objects;
    std::vector<Request> requests;
    /// What the adapter did that the real Stripe would refuse or that would cost money twice.
    std::vector<std::string> mistakes;
    /// The numbers of the requests, from 1, that are carried out without an answer.
    std::set<std::size_t> lost_answers;
    /// Those whose answer is an error (500), which is kept under their key: after they were carried
    /// out, or instead.
    std::set<std::size_t> errors_after;
    std::set<std::size_t> errors_before;
    /// Seconds since 1970.
    std::int64_t now = 0;
    std::string refund_status = "succeeded";
    /// The code with which it refuses to make a refund; empty if it makes them.
    std::string refund_error;
    std::size_t page_size = 2;

private:
    struct Outcome {
        int status = 200;
        boost::json::object body;
    };

    Request parse(const Received& received);
    Outcome carry_out(const Request& request);
    Outcome once(const Request& request);
    Outcome post_or_break(const Request& request);
    Outcome post(const Request& request);
    Outcome get(const Request& request);
    Outcome make_session(const Form& form);
    Outcome make_intent(const Form& form);
    Outcome make_refund(const Form& form);
    Outcome confirm(boost::json::object& intent, const Form& form);
    Outcome list(const std::string& kind, const Form& query);
    boost::json::object expanded(boost::json::object object, const Form& query) const;
    Outcome added(boost::json::object object);
    static Outcome refusal(int status, const std::string& type, const std::string& code);

    int made_ = 0;
    std::map<std::string, std::pair<Request, Outcome>> kept_;
};

}  // namespace frontrow::test
