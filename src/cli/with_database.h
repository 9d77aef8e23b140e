#pragma once

#include "io/awaitable.h"
#include "io/postgres/pg_connection.h"

#include <functional>
#include <string>

namespace frontrow::cli {

/// Connects, runs `work` to its end and returns its exit code; -1 and `why` where it can't connect,
/// or the database isn't UTF-8.
int with_database(
    const std::string& url,
    std::string& why,
    const std::function<io::Awaitable<int>(io::postgres::PgConnection&)>& work
);

/// As with_database, and -1 also where the database hasn't this program's schema.
int with_journal(
    const std::string& url,
    std::string& why,
    const std::function<io::Awaitable<int>(io::postgres::PgConnection&)>& work
);

}  // namespace frontrow::cli
