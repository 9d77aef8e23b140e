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

/// An SQL statement in our source code. Both texts must live forever, as constants do. A named
/// statement is prepared on each connection at its first use there; the same name must always have
/// the same text and parameter types. Leave the name empty for statements that run once.
struct PgStatement {
    const char* name = "";
    const char* sql = "";
};

/// A statement with the values for this run.
struct PgQuery {
    PgStatement statement;
    PgParams params = {};
};

/// The statements that a session has prepared or was asked to prepare.
class PgPrepared {
public:
    /// Returns true if the statement must be prepared before it is run: the caller then sends its
    /// text first. From this call on, the statement counts as sent.
    bool must_prepare(const PgQuery& query);
    void arrived(const PgStatement& statement);
    /// Forgets the statements that were sent to be prepared and never confirmed. Call it when no
    /// confirmation can come any more.
    void forget_unarrived();

private:
    struct Entry {
        std::string_view sql;
        std::vector<PgOid> types;
        bool has_arrived = false;
    };

    std::unordered_map<std::string_view, Entry> entries_;
};

/// One pipeline, from its first statement to its Sync: sends the statements and interprets the
/// replies. It only reads and writes libpq's buffers; the socket belongs to the caller.
class PgExchange {
public:
    explicit PgExchange(pg_conn* handle) : handle_{handle} {}

    /// If `prepared` is nullptr, every statement is sent unnamed. Returns false if the connection
    /// is broken.
    bool send(const PgQuery& query, PgPrepared* prepared);
    /// Sends a statement whose result isn't wanted: its reply is only checked for an error.
    bool send_aside(const PgQuery& query);
    bool sync();

    /// Takes the replies that have arrived, without waiting. Returns true once the last one, the
    /// reply to the Sync, has come.
    bool take(PgPrepared* prepared);

    /// The first error, if there was one.
    const std::optional<PgError>& error() const { return error_; }
    /// One result for each send(), if there was no error.
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
    /// A statement's parameters in libpq's form. They are members so that their memory is reused.
    std::vector<PgOid> oids_;
    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

/// Returns the error that a failed statement's result describes.
PgError error_in(const pg_result* result);

}  // namespace frontrow::io::postgres
