#pragma once

#include "support/temp_folder.h"

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace frontrow::test {

/// What scripts/cluster.sh starts: nodes behind an nginx, in a folder that is gone with it. However
/// the test ends, `cluster.sh down` follows.
class NginxCluster {
public:
    /// Why it can't be had here, for GTEST_SKIP().
    static std::optional<std::string> why_not();

    /// Throws if it doesn't come up.
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
    /// cluster.sh with this argument, and what it writes to stdout.
    Said run(const std::string& action) const;

private:
    TempFolder folder_;
    /// A process that takes the cluster down when this end of its pipe is closed.
    std::FILE* guard_ = nullptr;
    std::uint16_t port_ = 0;
    std::string store_url_;
};

}  // namespace frontrow::test
