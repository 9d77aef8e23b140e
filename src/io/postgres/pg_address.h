#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/postgres/pg_error.h"

#include <optional>
#include <string>
#include <vector>

namespace frontrow::io::postgres {

/// One server to connect to. `address` is empty if libpq doesn't need it: for a Unix socket, and if
/// `name` is a numeric address already.
struct PgHost {
    std::string name;
    std::string address;
    std::string port;
};

/// Returns the hosts that a URL names, in order. Returns none if the URL names none; then libpq's
/// default host applies. An error never quotes the URL, nor a part that may be the rest of a
/// password.
Result<std::vector<PgHost>, PgError> hosts_of(const std::string& url);

/// Returns why this URL can never work, or nothing if no reason is known. Uses libpq's message if
/// there is one, with quoted parts of the URL removed. Doesn't connect to the server.
std::optional<std::string> flaw_of(const std::string& url);

/// Describes the server for people, such as `PostgreSQL database frontrow at db:5432`, without
/// secrets. A part of the URL that may be the rest of a password is left out, too.
std::string name_of(const std::string& url);

/// Resolves the hosts' names without blocking the thread, as libpq would. A name with several
/// addresses becomes several hosts. A name that isn't found is left out.
Awaitable<Result<std::vector<PgHost>, PgError>>
look_up(Executor executor, std::vector<PgHost> hosts);

}  // namespace frontrow::io::postgres
