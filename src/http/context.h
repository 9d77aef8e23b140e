#pragma once

#include "base/id.h"
#include "http/base_path.h"
#include "http/date_line.h"
#include "http/problem.h"
#include "http/request.h"
#include "http/response.h"
#include "http/text.h"
#include "identity/authenticator.h"
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

namespace frontrow::http {

class AnswerMemory;
class SharedBodies;

/// How the server is doing.
struct House {
    /// The server's time; see ticks.h.
    std::uint64_t ticks = 0;
    DateLine date;
    /// It has begun to stop: running requests are answered, new ones aren't taken.
    bool is_draining = false;
    std::size_t connections = 0;
};

/// What handlers work with. All outlive the server.
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
    /// How long a reservation is held where its event doesn't say.
    std::chrono::seconds hold;
    BasePath base_path = {};
};

struct RouteEntry;

/// One request and its answer on their way through the house.
class Context {
public:
    Context(const Services& services, const Request& request)
        : services{services}, request{request} {}

    /// For the next request.
    void start() {
        response.start();
        trace = {};
        request_id = {};
        principal.sub.clear();
        principal.role = identity::Role::user;
        route = nullptr;
        is_admitted = false;
        subject = {};
    }
    /// Keeps no memory of the last request but what the next will surely need.
    void rest() {
        constexpr std::size_t kKept = 64;
        for (auto* text : {&path_parts[0], &path_parts[1], &principal.sub})
            if (text->capacity() > kKept) free_memory(*text);
    }

    const Services& services;
    const Request& request;
    Response response;
    TraceId trace;
    /// The caller's X-Request-Id, or empty.
    std::string_view request_id;
    identity::Principal principal;
    /// The route, where one was found.
    RouteEntry* route = nullptr;
    /// The decoded {…} parts of the path, in order.
    std::array<std::string, 2> path_parts;
    /// Its handler is to answer it; otherwise the answer is there already.
    bool is_admitted = false;
    /// For the access log.
    telemetry::Subject subject;

    /// Tells where the thing is that was made: its id behind the path of its kind.
    void add_location(std::string_view path, Bits128 id) {
        response.add_location(services.base_path.text(), path, id);
    }

    /// Answers with a problem.
    void fail(Problem problem) { write_problem(response, std::move(problem), trace); }

    /// The first {…} part as an id; nothing, and answered, where it isn't one.
    template <class SomeId>
    std::optional<SomeId> path_id() {
        const auto id = SomeId::parse(path_parts[0]);
        if (!id) fail(invalid_field("id", "must be a UUID"));
        return id;
    }

    /// The value, or nothing, and answered, where there is an error instead.
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
