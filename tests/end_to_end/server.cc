#include "end_to_end/server.h"

#include <csignal>
#include <stdexcept>
#include <utility>

namespace frontrow::test {
namespace {

std::uint16_t port_in(const std::string& line) {
    const auto address = text_of(boost::json::parse(line), "address");
    return static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
}

}  // namespace

std::vector<std::string>
serve_arguments(const std::filesystem::path& data_dir, std::vector<std::string> more) {
    std::vector<std::string> arguments{
        "serve", "--listen", "127.0.0.1:0", "--data-dir", data_dir.string()
    };
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

Server::Server(
    const std::filesystem::path& data_dir,
    std::vector<std::string> arguments,
    std::vector<std::string> environment
)
    : Server{Child::Options{
          .arguments = serve_arguments(data_dir, std::move(arguments)),
          .environment = std::move(environment),
      }} {
}

Server::Server(const Child::Options& options) : child_{options} {
    const auto line = child_.wait_for_line("\"message\":\"serving\"");
    if (!line) throw std::runtime_error("frontrow doesn't serve:\n" + child_.err());
    port_ = port_in(*line);
}

int Server::stop() {
    child_.signal(SIGTERM);
    return child_.wait().value_or(-1);
}

Hall make_hall(Client& client, std::size_t seats, const boost::json::object& terms) {
    boost::json::object event{
        {"name", "Winter concert"},
        {"start_at", "2099-12-01T18:00:00Z"},
        {"end_at", "2099-12-01T20:00:00Z"},
        {"total_seats", seats},
    };
    for (const auto& term : terms)
        event.insert_or_assign(term.key(), term.value());
    const auto made = client.post("/api/v1/events", boost::json::serialize(event));
    if (!made || made->status != 201) throw std::runtime_error("can't make an event");
    Hall hall{.event = text_of(made->json(), "id"), .seats = {}};
    const boost::json::object block{{"prefix", "A"}, {"count", seats}, {"price", 5'000}};
    const auto filled =
        client.post("/api/v1/events/" + hall.event + "/seats/bulk", boost::json::serialize(block));
    if (!filled || filled->status != 201) throw std::runtime_error("can't add seats");
    for (const auto& seat : filled->json().as_array())
        hall.seats.push_back(text_of(seat, "id"));
    return hall;
}

Finished verify(const std::filesystem::path& data_dir) {
    return run_program({"verify", "--data-dir", data_dir.string()});
}

}  // namespace frontrow::test
