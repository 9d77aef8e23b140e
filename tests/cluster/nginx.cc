#include "cluster/nginx.h"

#include "support/paths.h"
#include "support/postgres_server.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace frontrow::test {
namespace {

namespace fs = std::filesystem;

std::string command(const fs::path& folder, const std::string& action) {
    return std::string{"FRONTROW_PROGRAM='"} + kFrontrowProgram + "' '" + kCheckout +
           "/scripts/cluster.sh' " + action + " --dir '" + folder.string() + "'";
}

}  // namespace

std::optional<std::string> NginxCluster::why_not() {
    if (auto reason = PostgresServer::why_not()) return reason;
    for (const char* program : {"/usr/sbin/nginx", "/usr/bin/redis-server"}) {
        if (access(program, X_OK) != 0)
            return std::string{"there is no "} + program + " here: scripts/install-deps.sh cluster";
    }
    return std::nullopt;
}

NginxCluster::NginxCluster() {
    // PostgreSQL runs as another user, who must be able to enter the folder.
    fs::permissions(folder_.path(), fs::perms::others_exec, fs::perm_options::add);
    const auto guard =
        "exec setsid --fork sh -c \"read -r _; " + command(folder_.path(), "down --purge") + "\"";
    guard_ = popen(guard.c_str(), "we");
    const auto up = run("up");
    if (up.exit_code != 0) throw std::runtime_error("cluster.sh up failed:\n" + up.out);
    port_ = static_cast<std::uint16_t>(std::stoul(up.out.substr(up.out.find(':', 5) + 1)));
    const auto url = up.out.find("postgres://");
    store_url_ = up.out.substr(url, up.out.find('\n', url) - url);
}

NginxCluster::~NginxCluster() {
    run("down --purge");
    pclose(guard_);
}

pid_t NginxCluster::pid_of(const std::string& part) const {
    pid_t pid = -1;
    std::ifstream{folder_.path() / "run" / (part + ".pid")} >> pid;
    return pid;
}

NginxCluster::Said NginxCluster::run(const std::string& action) const {
    auto* process = popen(command(folder_.path(), action).c_str(), "re");
    Said said;
    std::array<char, 4'096> bytes;
    for (std::size_t size = 0; (size = std::fread(bytes.data(), 1, bytes.size(), process)) > 0;)
        said.out.append(bytes.data(), size);
    said.exit_code = WEXITSTATUS(pclose(process));
    return said;
}

}  // namespace frontrow::test
