#pragma once

#include "end_to_end/child.h"
#include "end_to_end/client.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace frontrow::test {

/// `frontrow serve` on a port of the system's choosing, ready to be asked.
class Server {
public:
    /// Throws if it doesn't come to serve. Without `arguments` it believes X-User-ID (--dev).
    explicit Server(
        const std::filesystem::path& data_dir,
        std::vector<std::string> arguments = {"--dev"},
        std::vector<std::string> environment = {}
    );
    /// With all of its arguments.
    explicit Server(const Child::Options& options);

    std::uint16_t port() const { return port_; }
    Client client() const { return Client{port_}; }
    Child& process() { return child_; }
    /// SIGTERM and what became of it; -1 if it went on running.
    int stop();

private:
    Child child_;
    std::uint16_t port_ = 0;
};

/// The arguments of a server that a test starts itself.
std::vector<std::string>
serve_arguments(const std::filesystem::path& data_dir, std::vector<std::string> more = {});

/// An event with seats at 5,000 yen each, made over HTTP by whoever runs the house.
struct Hall {
    std::string event;
    std::vector<std::string> seats;
};

/// `terms`: of the event, beyond what every event needs. Throws if it can't be made.
Hall make_hall(Client& client, std::size_t seats, const boost::json::object& terms = {});

/// Runs `frontrow verify` on the folder.
Finished verify(const std::filesystem::path& data_dir);

}  // namespace frontrow::test
