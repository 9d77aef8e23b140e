#pragma once

#include <chrono>
#include <string>

namespace frontrow::io::postgres {

/// Where a server is, and how long operations may take. Times are upper bounds.
struct PgOptions {
    /// In libpq's syntax: a postgres:// URL or key=value pairs, including sslmode and all other
    /// options. It contains the password, so it is never logged.
    std::string url;
    /// The name in the server's list of sessions, unless the URL sets it.
    std::string application_name = "frontrow";
    /// False behind a pooler that lends out sessions for one transaction at a time (PgBouncer):
    /// then nothing may be left in a session. So statements are sent unnamed, the timeouts are sent
    /// with each transaction, and BEGIN can't name an isolation level.
    bool prepare = true;
    /// If true, plans use an index wherever there is one. Otherwise a plan made while a table is
    /// small would scan the table, and would be kept after the table has grown.
    bool is_keyed = false;
    /// From the first look-up of a host's name until the session's settings are made.
    std::chrono::milliseconds connect_time{5'000};
    /// The server's own timeouts; 0 means none.
    std::chrono::milliseconds statement_timeout{5'000};
    std::chrono::milliseconds lock_timeout{2'000};
    std::chrono::milliseconds idle_in_transaction_timeout{10'000};
    /// How long the reply to one run() may take before the connection is closed. It must be longer
    /// than statement_timeout: if the server ends the statement, the outcome is certain.
    std::chrono::milliseconds answer_time{10'000};
};

}  // namespace frontrow::io::postgres
