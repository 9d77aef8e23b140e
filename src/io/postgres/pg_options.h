#pragma once

#include <chrono>
#include <string>

namespace frontrow::io::postgres {

/// Where a server is and how long it may take. Times are bounds, not delays.
struct PgOptions {
    /// As libpq has it: a postgres:// URL or key=value pairs, with sslmode and all the rest. Holds
    /// the password and is therefore never logged.
    std::string url;
    /// What the server's list of sessions shows, unless the URL says it.
    std::string application_name = "frontrow";
    /// False behind a pooler that lends its sessions by the transaction (PgBouncer): nothing is
    /// left in a session then. Statements go unnamed, the timeouts travel with each transaction,
    /// and a BEGIN can't name an isolation level.
    bool prepare = true;
    /// Every statement finds its rows by an index. A plan made while a table is small reads it all,
    /// and is kept when it has grown: such plans aren't made then.
    bool is_keyed = false;
    /// From the first look-up of the host's name to the session's settings.
    std::chrono::milliseconds connect_time{5'000};
    /// The server's own; 0 is none.
    std::chrono::milliseconds statement_timeout{5'000};
    std::chrono::milliseconds lock_timeout{2'000};
    std::chrono::milliseconds idle_in_transaction_timeout{10'000};
    /// How long the answer to one run() may take before the connection is given up: more than
    /// statement_timeout, which leaves no doubt about the outcome.
    std::chrono::milliseconds answer_time{10'000};
};

}  // namespace frontrow::io::postgres
