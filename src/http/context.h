#pragma once

#include "admission/client_address.h"
#include "admission/rate_limiter.h"
#include "base/id.h"
#include "http/base_path.h"
#include "http/date_line.h"
#include "http/problem.h"
#include "http/request.h"
#include "http/response.h"
#include "http/text.h"
#include "identity/authenticator.h"
#include "io/clock.h"
#include "io/id_source.h"
#include "io/sha256.h"
#include "store/store.h"
#include "telemetry/access_log.h"
#include "telemetry/metrics.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace frontrow::io {
class Workers;
}

namespace frontrow::admission {
class SharedRates;
}

namespace frontrow::payments {
class Desk;
class Notices;
class Providers;
class Runner;
}  // namespace frontrow::payments

namespace frontrow::store {
class SideRecords;
}

namespace frontrow::http {

class AnswerMemory;
class GuestSessions;
class HoldVerdicts;
class RecentRefusals;
class SharedBodies;
class TicketCodes;

/// The server's state, kept up to date by Server.
struct House {
    /// The server's time in ticks (ticks.h).
    std::uint64_t ticks = 0;
    DateLine date;
    /// The server is stopping: running requests are answered, new ones are not accepted.
    bool is_draining = false;
    std::size_t connections = 0;
};

/// What handlers of orders use.
struct Payments {
    store::SideRecords& records;
    const payments::Providers& providers;
    payments::Desk& desk;
    payments::Runner& runner;
    payments::Notices& notices;
};

/// Who is let in. All must outlive the server.
struct Admission {
    const admission::TrustedProxies& proxies;
    const io::Clock& clock;
    /// Null if callers have no limits.
    admission::RateLimiter* limiter = nullptr;
    /// Null if this node counts alone.
    const admission::SharedRates* shared = nullptr;
};

/// What handlers use. All must outlive the server.
struct Services {
    store::Store& store;
    io::IdSource& ids;
    io::Random& random;
    identity::Authenticator& authenticator;
    telemetry::Metrics& metrics;
    io::Workers& workers;
    AnswerMemory& answers;
    SharedBodies& bodies;
    io::Sha256& sha;
    const House& house;
    const telemetry::Log& log;
    /// The hold time of an event whose request gives none.
    std::chrono::seconds hold;
    Payments payments;
    TicketCodes& ticket_codes;
    GuestSessions& sessions;
    Admission admission;
    RecentRefusals& refusals;
    HoldVerdicts& verdicts;
    BasePath base_path = {};
};

struct RouteEntry;

/// One request and its answer, from admission to the access log.
class Context {
public:
    Context(const Services& services, const Request& request)
        : services{services}, request{request} {}

    /// Prepares for the next request.
    void start() {
        response.start();
        trace = {};
        request_id = {};
        principal.sub.clear();
        principal.role = identity::Role::user;
        principal.is_key = false;
        route = nullptr;
        is_admitted = false;
        rate.reset();
        limited_address.reset();
        subject = {};
        refusal_code = {};
        refusal_message.clear();
    }
    /// Frees the memory of the last request, except what the next one will need anyway.
    void rest() {
        constexpr std::size_t kKept = 64;
        for (auto* text : {&path_parts[0], &path_parts[1], &principal.sub, &refusal_message})
            if (text->capacity() > kKept) free_memory(*text);
    }

    const Services& services;
    const Request& request;
    Response response;
    TraceId trace;
    /// The other end of the connection, and the client that it speaks for.
    admission::ClientAddress peer;
    admission::ClientAddress client;
    /// The last client that sent a request over this connection, as the limiter knows it.
    std::optional<std::pair<admission::ClientAddress, admission::RateCaller>> last_client;
    /// The limit that the request has come closest to.
    std::optional<admission::RateUse> rate;
    /// Set once the request was taken from its address's limit.
    std::optional<admission::RateCaller> limited_address;
    /// The caller's X-Request-Id, or empty.
    std::string_view request_id;
    identity::Principal principal;
    /// Null if no route was found.
    RouteEntry* route = nullptr;
    /// The decoded {…} parts of the path, in order.
    std::array<std::string, 2> path_parts;
    /// If true, the handler must answer. If false, the response already holds the answer.
    bool is_admitted = false;
    /// For the access log.
    telemetry::Subject subject;
    /// Of the problem that a known caller was answered with; empty if there was none.
    std::string_view refusal_code;
    std::string refusal_message;

    /// Adds the `Location` header of a new resource. `path`: what stands between the base path and
    /// the resource's id.
    void add_location(std::string_view path, Bits128 id) {
        response.add_location(services.base_path.text(), path, id);
    }

    /// Answers with a problem, in the form of the request's route.
    void fail(Problem problem);
    /// Answers that credentials are missing or bad.
    void fail_to_identify(std::string_view message);

    /// The first {…} part of the path as an id. If it isn't a valid id, answers with an error and
    /// returns nothing.
    template <class SomeId>
    std::optional<SomeId> path_id() {
        const auto id = SomeId::parse(path_parts[0]);
        if (!id) fail(invalid_field("id", "must be a UUID"));
        return id;
    }

    /// Returns the value. If the result is an error, answers with the error and returns null.
    template <class Value, class Error>
    Value* value_or_fail(Result<Value, Error>& result) {
        if (result) return &*result;
        fail(problem_of(result.error()));
        return nullptr;
    }

    domain::Organizer organizer() const {
        return {.sub = principal.sub, .is_admin = principal.role == identity::Role::admin};
    }
};

}  // namespace frontrow::http
