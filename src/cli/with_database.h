#pragma once

#include "config/settings.h"
#include "io/awaitable.h"
#include "io/postgres/pg_connection.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <string>

namespace frontrow::cli {

/// Connects, runs `work` to its end and returns its exit code; -1 and `why` where it can't connect.
inline int with_database(
    const std::string& url,
    std::string& why,
    const std::function<io::Awaitable<int>(io::postgres::PgConnection&)>& work
) {
    boost::asio::io_context context{1};
    int exit_code = -1;
    boost::asio::co_spawn(
        context,
        [&]() -> io::Awaitable<void> {
            auto connection = co_await io::postgres::PgConnection::connect(
                context.get_executor(), {.url = url, .statement_timeout = {}}
            );
            if (connection) {
                exit_code = co_await work(**connection);
            } else {
                why = connection.error().what;
            }
        },
        [](const std::exception_ptr& error) {
            if (error) std::rethrow_exception(error);
        }
    );
    context.run();
    return exit_code;
}

}  // namespace frontrow::cli
