#pragma once

#include "support/temp_folder.h"

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace frontrow::test {

/// The cluster of scripts/cluster.sh: nodes behind an nginx, in a folder that is deleted with the
/// object. `cluster.sh down` runs when the test ends, however it ends.
class NginxCluster {
public:
    /// Why it can't run here, for GTEST_SKIP().
    static std::optional<std::string> why_not();

    /// Throws if the cluster doesn't start.
    NginxCluster();
    ~NginxCluster();
    NginxCluster(const NginxCluster&) = delete;
    NginxCluster& operator=(const NginxCluster&) = delete;

    /// nginx's port.
    std::uint16_t port() const { return port_; }
    const std::string& store_url() const { return store_url_; }
    /// The process of a part: postgres, redis, node-1, …, nginx.
    pid_t pid_of(const std::string& part) const;

    struct Said {
        int exit_code = -1;
        std::string out;
    };
    /// Runs cluster.sh with this argument and returns its output.
    Said run(const std::string& action) const;

private:
    TempFolder folder_;
    /// A process that stops the cluster when this end of its pipe is closed.
    std::FILE* guard_ = nullptr;
    std::uint16_t port_ = 0;
    std::string store_url_;
};

}  // namespace frontrow::test
