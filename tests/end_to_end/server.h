#pragma once

#include "end_to_end/child.h"
#include "end_to_end/client.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace frontrow::test {

/// `frontrow serve` on a port that the system chooses, ready for requests.
class Server {
public:
    /// Throws if it doesn't start to serve. Without `arguments` it trusts X-User-ID (--dev).
    explicit Server(
        const std::filesystem::path& data_dir,
        std::vector<std::string> arguments = {"--dev"},
        std::vector<std::string> environment = {}
    );
    /// `options` must have all arguments of the program.
    explicit Server(const Child::Options& options);

    std::uint16_t port() const { return port_; }
    Client client() const { return Client{port_}; }
    Child& process() { return child_; }
    /// Sends SIGTERM and returns the exit code; -1 if it continued to run.
    int stop();

private:
    Child child_;
    std::uint16_t port_ = 0;
};

/// The arguments for a server that a test starts itself.
std::vector<std::string>
serve_arguments(const std::filesystem::path& data_dir, std::vector<std::string> more = {});

/// An event with seats at 5,000 yen each, created over HTTP by an admin.
struct Hall {
    std::string event;
    std::vector<std::string> seats;
};

/// `terms`: additional fields of the event. Throws if the event can't be created.
Hall make_hall(Client& client, std::size_t seats, const boost::json::object& terms = {});

/// Runs `frontrow verify` on the folder.
Finished verify(const std::filesystem::path& data_dir);

}  // namespace frontrow::test
