#include "bench/nginx.h"

#include "bench/connection.h"
#include "bench/failed.h"
#include "bench/log_text.h"
#include "io/stopwatch.h"
#include "io/tcp.h"
#include "io/timer.h"

#include <boost/asio/as_tuple.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <string_view>
#include <utility>

namespace frontrow::assets {
extern const std::string_view nginx_conf_template;
}

namespace frontrow::bench {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr std::chrono::seconds kNginxPatience{10};
constexpr std::chrono::milliseconds kTryAgain{20};
/// The length of `X-Fill: x` and its line end.
constexpr std::size_t kFillMin = 11;

bool is_nginx_own(std::string_view line) {
    constexpr std::array<std::string_view, 5> own{
        "server:", "date:", "content-type:", "connection:", "content-length:"
    };
    std::string lower{line};
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return std::ranges::any_of(own, [&](std::string_view name) { return lower.starts_with(name); });
}

/// Returns add_header lines that make nginx's head as long as `head`. They repeat as many headers
/// of `head` as fit beside those that nginx adds itself. One more header fills the rest.
std::string header_lines(std::string_view head, std::size_t body_size) {
    const auto by_itself =
        std::string{
            "HTTP/1.1 201 Created\r\nServer: nginx\r\nDate: Thu, 01 Jan 1970 00:00:00 "
            "GMT\r\nContent-Type: "
            "application/json\r\nConnection: keep-alive\r\nContent-Length: "
        } +
        std::to_string(body_size) + "\r\n\r\n";
    auto room = head.size() - std::min(head.size(), by_itself.size());
    std::string lines;
    for (auto at = head.find("\r\n"); at + 4 < head.size(); at = head.find("\r\n", at + 2)) {
        const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
        const auto colon = line.find(": ");
        if (is_nginx_own(line) || colon == std::string_view::npos || line.size() + 2 > room)
            continue;
        const auto left = room - line.size() - 2;
        if (left != 0 && left < kFillMin) continue;
        room = left;
        lines += "        add_header " + std::string{line.substr(0, colon)} + " \"" +
                 std::string{line.substr(colon + 2)} + "\";\n";
    }
    if (room >= kFillMin)
        lines += "        add_header X-Fill \"" + std::string(room - kFillMin + 1, 'x') + "\";\n";
    return lines;
}

void replace(std::string& text, std::string_view word, std::string_view with) {
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + with.size()))
        text.replace(at, word.size(), with);
}

/// Finds two free ports. If another program takes one first, nginx says so and ends.
Result<std::pair<std::uint16_t, std::uint16_t>, io::Fault> free_ports(const io::Executor& executor
) {
    boost::system::error_code error;
    std::array<std::uint16_t, 2> ports{};
    std::array sockets{io::TcpAcceptor{executor}, io::TcpAcceptor{executor}};
    for (std::size_t i = 0; i < ports.size(); ++i) {
        sockets[i].open(asio::ip::tcp::v4(), error);
        if (!error) sockets[i].bind({asio::ip::address_v4::loopback(), 0}, error);
        if (error) return failed("no free port for nginx: " + error.message());
        ports[i] = sockets[i].local_endpoint(error).port();
    }
    return std::pair{ports[0], ports[1]};
}

Result<std::string, io::Fault>
nginx_configuration(std::uint16_t port, std::uint16_t status_port, const Organizer::Sample& like) {
    if (like.body.find_first_of("'$") != std::string::npos ||
        like.head.find_first_of("\"$") != std::string::npos)
        return failed("the server's answer can't be put into nginx's configuration");
    std::string text{assets::nginx_conf_template};
    replace(text, "@PORT@", std::to_string(port));
    replace(text, "@STATUS_PORT@", std::to_string(status_port));
    replace(text, "@HEADERS@", header_lines(like.head, like.body.size()));
    replace(text, "@BODY@", like.body);
    return text;
}

}  // namespace

Nginx::Nginx(
    std::unique_ptr<io::ServerProcess> process,
    std::uint16_t port,
    std::uint16_t status_port,
    std::size_t bytes_wanted
)
    : process_{std::move(process)},
      target_{.host = "127.0.0.1", .port = port, .token = {}},
      status_port_{status_port},
      bytes_wanted_{bytes_wanted} {
}

std::string Nginx::told() const {
    return fmt::format(
        "nginx answers {} bytes, the server {}: http://{}, counted at http://{}:{}/status",
        bytes_,
        bytes_wanted_,
        target_.authority(),
        target_.host,
        status_port_
    );
}

io::Awaitable<bool> Nginx::answers(const io::Executor& executor) {
    Connection connection{executor};
    if (!co_await connection.connect(target_)) co_return false;
    const auto request = "GET / HTTP/1.1\r\nHost: " + target_.authority() + "\r\n\r\n";
    const auto answer = co_await connection.exchange(request);
    if (answer && answer->status == 201) bytes_ = answer->head.size() + answer->body.size();
    co_return bytes_ > 0;
}

io::Awaitable<Result<std::unique_ptr<Nginx>, io::Fault>> Nginx::start(
    io::Executor executor,
    fs::path program,
    fs::path folder,
    const Organizer::Sample& like
) {
    const auto ports = free_ports(executor);
    if (!ports) co_return std::unexpected(ports.error());
    const auto configuration = nginx_configuration(ports->first, ports->second, like);
    if (!configuration) co_return std::unexpected(configuration.error());
    std::ofstream{folder / "nginx.conf"} << *configuration;
    auto process = io::ServerProcess::start({
        .command = {program.string(), "-e", "error.log", "-p", folder.string(), "-c", "nginx.conf"},
        .folder = folder,
        .environment = {},
        .log = folder / "nginx.log",
    });
    if (!process) co_return failed(process.error().what + "; --nginx-program names another");
    std::unique_ptr<Nginx> nginx{new Nginx{
        std::move(*process), ports->first, ports->second, like.head.size() + like.body.size()
    }};
    const io::Stopwatch watch;
    io::Timer timer{executor};
    while (watch.elapsed() < kNginxPatience && !nginx->process_->wait(std::chrono::milliseconds{0})
    ) {
        if (co_await nginx->answers(executor)) co_return nginx;
        timer.expires_after(kTryAgain);
        co_await timer.async_wait(asio::as_tuple(io::use_awaitable));
    }
    co_return failed(
        "nginx didn't start: " + log_text(folder / "nginx.log") + log_text(folder / "error.log")
    );
}

}  // namespace frontrow::bench
