#pragma once

#include "base/result.h"
#include "bench/organizer.h"
#include "bench/target.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/server_process.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace frontrow::bench {

/// The yardstick: one nginx worker that gives everybody the same 201 from memory, as long as
/// Frontrow's answer to a reservation. Ends with the object.
class Nginx {
public:
    /// `folder` is empty and nginx's own; `like` is the answer to imitate.
    static io::Awaitable<Result<std::unique_ptr<Nginx>, io::Fault>> start(
        io::Executor executor,
        std::filesystem::path program,
        std::filesystem::path folder,
        const Organizer::Sample& like
    );

    const Target& target() const { return target_; }

private:
    Nginx(std::unique_ptr<io::ServerProcess> process, Target target)
        : process_{std::move(process)}, target_{std::move(target)} {}

    std::unique_ptr<io::ServerProcess> process_;
    Target target_;
};

/// nginx's configuration, from the template that scripts/bench.sh uses too.
Result<std::string, io::Fault>
nginx_configuration(std::uint16_t port, std::uint16_t status_port, const Organizer::Sample& like);

}  // namespace frontrow::bench
