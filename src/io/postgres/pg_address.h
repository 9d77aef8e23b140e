#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/postgres/pg_error.h"

#include <string>
#include <vector>

namespace frontrow::io::postgres {

/// One place to connect to. The address stays empty where libpq needs none: for a Unix socket, and
/// for a host that is a number already.
struct PgHost {
    std::string name;
    std::string address;
    std::string port;
};

/// The hosts that a URL names, in its order; none if it leaves the host to libpq's defaults. An
/// error never repeats the URL, and what looks like a password that was cut in two isn't shown.
Result<std::vector<PgHost>, PgError> hosts_of(const std::string& url);

/// `PostgreSQL database frontrow at db:5432`: what a URL names, for people to read, and of its
/// secrets nothing; what looks like the rest of a password that was cut in two is left out, too.
std::string name_of(const std::string& url);

/// Looks the names up, away from the thread that libpq would hold meanwhile. A name with several
/// addresses becomes several hosts; one that isn't found is left out.
Awaitable<Result<std::vector<PgHost>, PgError>>
look_up(Executor executor, std::vector<PgHost> hosts);

}  // namespace frontrow::io::postgres
