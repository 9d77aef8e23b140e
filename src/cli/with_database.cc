#include "cli/with_database.h"

#include "io/run_to_end.h"
#include "store/postgres/migrations.h"

#include <boost/asio/io_context.hpp>

namespace frontrow::cli {
namespace {

using io::postgres::PgConnection;
using Work = std::function<io::Awaitable<int>(PgConnection&)>;

constexpr int kNotConnected = -1;

io::Awaitable<int> connect_and_work(
    io::Executor executor,
    const std::string& url,
    std::string& why,
    const Work& work
) {
    auto connection =
        co_await PgConnection::connect(executor, {.url = url, .statement_timeout = {}});
    if (!connection) {
        why = connection.error().what;
        co_return kNotConnected;
    }
    const auto encoding = co_await store::postgres::check_encoding(**connection);
    if (!encoding) {
        why = encoding.error().what;
        co_return kNotConnected;
    }
    co_return co_await work(**connection);
}

io::Awaitable<int> check_and_work(PgConnection& connection, std::string& why, const Work& work) {
    const auto known = co_await store::postgres::check_schema(connection);
    if (!known) {
        why = known.error().what;
        co_return kNotConnected;
    }
    co_return co_await work(connection);
}

}  // namespace

int with_database(const std::string& url, std::string& why, const Work& work) {
    boost::asio::io_context context{1};
    return io::run_to_end(context, connect_and_work(context.get_executor(), url, why, work));
}

int with_journal(const std::string& url, std::string& why, const Work& work) {
    return with_database(url, why, [&](PgConnection& connection) {
        return check_and_work(connection, why, work);
    });
}

}  // namespace frontrow::cli
