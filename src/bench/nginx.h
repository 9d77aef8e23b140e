#pragma once

#include "base/result.h"
#include "bench/organizer.h"
#include "bench/target.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/server_process.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace frontrow::bench {

/// The yardstick: one nginx worker that answers every request with the same 201 from memory, as
/// long as Frontrow's answer to a reservation. The destructor ends it.
class Nginx {
public:
    /// `folder` is empty and for nginx only; `like` is the answer to imitate.
    static io::Awaitable<Result<std::unique_ptr<Nginx>, io::Fault>> start(
        io::Executor executor,
        std::filesystem::path program,
        std::filesystem::path folder,
        const Organizer::Sample& like
    );

    const Target& target() const { return target_; }
    /// Says how long nginx's answer and the server's are, nginx's URL, and the URL of its count of
    /// requests.
    std::string told() const;

private:
    Nginx(
        std::unique_ptr<io::ServerProcess> process,
        std::uint16_t port,
        std::uint16_t status_port,
        std::size_t bytes_wanted
    );

    io::Awaitable<bool> answers(const io::Executor& executor);

    std::unique_ptr<io::ServerProcess> process_;
    Target target_;
    std::uint16_t status_port_;
    std::size_t bytes_wanted_;
    /// Length of nginx's answer; 0 until it has answered.
    std::size_t bytes_ = 0;
};

}  // namespace frontrow::bench
