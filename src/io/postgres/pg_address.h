#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/postgres/pg_error.h"

#include <optional>
#include <string>
#include <vector>

namespace frontrow::io::postgres {

/// One server to connect to. The address is empty if libpq needs none: for a Unix socket, and for a
/// host that is a numeric address already.
struct PgHost {
    std::string name;
    std::string address;
    std::string port;
};

/// The hosts that a URL names, in order; none if it leaves the host to libpq's defaults. An error
/// never quotes the URL, nor a part that may be the rest of a password.
Result<std::vector<PgHost>, PgError> hosts_of(const std::string& url);

/// Why a connection by this URL can never succeed, in libpq's own words if it has any, without what
/// it quotes of the URL. Nothing if no such reason is known. Doesn't connect.
std::optional<std::string> flaw_of(const std::string& url);

/// A description for people, such as `PostgreSQL database frontrow at db:5432`, without secrets. A
/// part that may be the rest of a password is left out, too.
std::string name_of(const std::string& url);

/// Resolves the names asynchronously; libpq would block the thread meanwhile. A name with several
/// addresses becomes several hosts. A name that isn't found is left out.
Awaitable<Result<std::vector<PgHost>, PgError>>
look_up(Executor executor, std::vector<PgHost> hosts);

}  // namespace frontrow::io::postgres
