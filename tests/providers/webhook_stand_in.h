#pragma once

#include "base/instant.h"
#include "http_client/misbehaving_server.h"

#include <boost/json.hpp>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace frontrow::test {

/// A provider that keeps to the contract in docs/payments.md: it checks each signature and takes
/// the money of each payment once. The token `ok` pays, `no` is declined, `slow` is pending.
class WebhookStandIn {
public:
    using Received = MisbehavingServer::Received;
    using Reply = MisbehavingServer::Reply;

    /// Base64 of 24 bytes.
    static constexpr auto kSecret = "whsec_c2VjcmV0IG9mIHR3ZW50eS1mb3VyIQ==";

    explicit WebhookStandIn(std::function<Instant()> now) : now_{std::move(now)} {}

    Reply operator()(const Received& received);

    std::vector<boost::json::object> messages;
    std::vector<std::string> ids;
    /// What it says, by payment or refund.
    std::map<std::string, boost::json::object> books;
    /// Messages that break the contract.
    std::vector<std::string> mistakes;
    std::set<std::size_t> lost_answers;
    /// Replaces every answer, if it isn't empty.
    std::string instead;

private:
    boost::json::object carry_out(const boost::json::object& message, const std::string& id);
    boost::json::object list(const std::string& from) const;

    std::function<Instant()> now_;
};

}  // namespace frontrow::test
