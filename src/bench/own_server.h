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

/// This very program as `frontrow serve --dev` on an empty store and a port of the system's
/// choosing. Ends with the object, if it hasn't before.
class OwnServer {
public:
    /// `folder` is empty and the server's own.
    static io::Awaitable<Result<std::unique_ptr<OwnServer>, io::Fault>>
    start(io::Executor executor, std::filesystem::path folder);

    const Target& target() const { return target_; }
    /// Stops it as an operator would and has `frontrow verify` go over what it left. What was not
    /// as it should be, if anything.
    std::optional<std::string> stop_and_verify();

private:
    OwnServer(std::filesystem::path folder, std::unique_ptr<io::ServerProcess> process)
        : folder_{std::move(folder)}, process_{std::move(process)} {}

    std::filesystem::path folder_;
    std::unique_ptr<io::ServerProcess> process_;
    Target target_;
};

}  // namespace frontrow::bench
