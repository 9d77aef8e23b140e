#pragma once

#include "io/postgres/pg_error.h"
#include "io/postgres/pg_params.h"
#include "io/postgres/pg_result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

struct pg_conn;

namespace frontrow::io::postgres {

/// A statement as the source has it: constants of static lifetime. A named one is prepared on each
/// connection when it is first used there; one name is one text, with parameters of the same types
/// each time. One without a name is for what is said once.
struct PgStatement {
    const char* name = "";
    const char* sql = "";
};

/// A statement with this run's values.
struct PgQuery {
    PgStatement statement;
    PgParams params = {};
};

/// What a session has prepared.
class PgPrepared {
public:
    /// Whether this statement must be prepared first. From then on it counts as on its way.
    bool must_prepare(const PgQuery& query);
    void arrived(const PgStatement& statement);
    /// What was on its way and hasn't arrived won't.
    void forget_unarrived();

private:
    struct Entry {
        std::string_view sql;
        std::vector<PgOid> types;
        bool has_arrived = false;
    };

    std::unordered_map<std::string_view, Entry> entries_;
};

/// One pipeline, from its first statement to its Sync: what is sent, and what the answers mean.
/// Only reads and writes libpq's buffers; the socket is somebody else's.
class PgExchange {
public:
    explicit PgExchange(pg_conn* handle) : handle_{handle} {}

    /// `prepared`: nullptr sends every statement unnamed. False: the connection is broken.
    bool send(const PgQuery& query, PgPrepared* prepared);
    /// Its answer is checked and not kept.
    bool send_aside(const PgQuery& query);
    bool sync();

    /// Takes the answers that have come, without waiting. True: the Sync's was the last of them.
    bool take(PgPrepared* prepared);

    /// The first thing that went wrong.
    const std::optional<PgError>& error() const { return error_; }
    /// One for each send(), if nothing went wrong.
    std::vector<PgResult> take_results() { return std::move(results_); }

private:
    enum class Kind : std::uint8_t { prepare, aside, query };
    struct Step {
        Kind kind;
        PgStatement statement;
    };

    bool send_unnamed(const PgQuery& query);
    bool send_prepared(const PgQuery& query);
    bool send_prepare(const PgQuery& query);
    void describe(const PgQuery& query);
    bool accept(pg_result* result, PgPrepared* prepared);
    void fail(const pg_result* result);

    pg_conn* handle_;
    std::vector<Step> steps_;
    std::size_t answered_ = 0;
    std::vector<PgResult> results_;
    std::optional<PgError> error_;
    /// The parameters as libpq wants them; kept for their memory.
    std::vector<PgOid> oids_;
    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

/// What a failed statement's result says.
PgError error_in(const pg_result* result);

}  // namespace frontrow::io::postgres
