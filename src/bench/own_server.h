#pragma once

#include "base/result.h"
#include "bench/target.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/server_process.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace frontrow::bench {

/// Runs this program as `frontrow serve --dev` on an empty store and a port that the system
/// chooses. The destructor ends it.
class OwnServer {
public:
    /// `folder` is empty and for this server only.
    static io::Awaitable<Result<std::unique_ptr<OwnServer>, io::Fault>>
    start(io::Executor executor, std::filesystem::path folder);

    const Target& target() const { return target_; }
    /// Stops it as an operator would, and runs `frontrow verify` on its store. Returns what was
    /// wrong, if anything.
    std::optional<std::string> stop_and_verify();

private:
    OwnServer(std::filesystem::path folder, std::unique_ptr<io::ServerProcess> process)
        : folder_{std::move(folder)}, process_{std::move(process)} {}

    std::filesystem::path folder_;
    std::unique_ptr<io::ServerProcess> process_;
    Target target_;
};

}  // namespace frontrow::bench
