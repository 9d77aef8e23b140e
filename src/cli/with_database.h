#pragma once

#include "io/awaitable.h"
#include "io/postgres/pg_connection.h"

#include <functional>
#include <string>

namespace frontrow::cli {

/// Connects, runs `work` to its end and returns its exit code. Returns -1 and sets `why` if it
/// can't connect or the database's encoding isn't UTF-8.
int with_database(
    const std::string& url,
    std::string& why,
    const std::function<io::Awaitable<int>(io::postgres::PgConnection&)>& work
);

/// Like with_database, but also returns -1 if the database doesn't have this program's schema.
int with_journal(
    const std::string& url,
    std::string& why,
    const std::function<io::Awaitable<int>(io::postgres::PgConnection&)>& work
);

}  // namespace frontrow::cli
