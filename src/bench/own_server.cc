#include "bench/own_server.h"

#include "bench/log_text.h"
#include "io/stopwatch.h"
#include "io/timer.h"

#include <boost/asio/as_tuple.hpp>

#include <charconv>
#include <vector>

namespace frontrow::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kServePatience{30};
constexpr std::chrono::seconds kStopPatience{20};
constexpr std::chrono::seconds kVerifyPatience{300};
constexpr std::chrono::milliseconds kLookAgain{10};
constexpr std::size_t kLogTail = 400;

std::string tail_of(const fs::path& log) {
    const auto text = log_text(log);
    return text.size() > kLogTail ? text.substr(text.size() - kLogTail) : text;
}

Result<std::unique_ptr<io::ServerProcess>, io::Fault>
run_self(const fs::path& folder, const char* log, std::vector<std::string> arguments) {
    std::error_code error;
    arguments.insert(arguments.begin(), fs::read_symlink("/proc/self/exe", error).string());
    return io::ServerProcess::start({
        .command = std::move(arguments),
        .folder = folder,
        .environment = {},
        .log = folder / log,
    });
}

/// Reads the port from the server's log. Absent until the server has logged that it serves.
std::optional<std::uint16_t> port_in(const std::string& log) {
    constexpr std::string_view mark = R"("message":"serving","address":"127.0.0.1:)";
    const auto found = log.find(mark);
    if (found == std::string::npos) return std::nullopt;
    std::uint16_t port = 0;
    const auto* begin = log.data() + found + mark.size();
    const auto [end, error] = std::from_chars(begin, log.data() + log.size(), port);
    return error == std::errc{} && *end == '"' ? std::optional{port} : std::nullopt;
}

}  // namespace

io::Awaitable<Result<std::unique_ptr<OwnServer>, io::Fault>>
OwnServer::start(io::Executor executor, fs::path folder) {
    auto process = run_self(
        folder,
        "serve.log",
        {"serve",
         "--dev",
         "--listen",
         "127.0.0.1:0",
         "--data-dir",
         (folder / "data").string(),
         "--log-level",
         "info"}
    );
    if (!process) co_return std::unexpected(process.error());
    std::unique_ptr<OwnServer> server{new OwnServer{folder, std::move(*process)}};
    const io::Stopwatch watch;
    io::Timer timer{executor};
    while (watch.elapsed() < kServePatience && !server->process_->wait(std::chrono::milliseconds{0})
    ) {
        if (const auto port = port_in(log_text(folder / "serve.log"))) {
            server->target_ = Target{.host = "127.0.0.1", .port = *port, .token = {}};
            co_return server;
        }
        timer.expires_after(kLookAgain);
        co_await timer.async_wait(boost::asio::as_tuple(io::use_awaitable));
    }
    co_return std::unexpected(io::Fault{
        io::FaultKind::unavailable, "frontrow serve didn't start: " + tail_of(folder / "serve.log")
    });
}

std::optional<std::string> OwnServer::stop_and_verify() {
    if (const int code = process_->end(kStopPatience); code != 0) {
        return "the server ended with " + std::to_string(code) + ": " +
               tail_of(folder_ / "serve.log");
    }
    const auto verify =
        run_self(folder_, "verify.log", {"verify", "--data-dir", (folder_ / "data").string()});
    if (!verify) return verify.error().what;
    if (const auto code = (*verify)->wait(kVerifyPatience); code != 0)
        return "frontrow verify found a fault: " + tail_of(folder_ / "verify.log");
    return std::nullopt;
}

}  // namespace frontrow::bench
