#include "support/pgbouncer.h"

#include "support/eventually.h"
#include "support/free_port.h"
#include "support/other_user.h"

#include <libpq-fe.h>

#include <csignal>
#include <fstream>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace frontrow::test {
namespace {

constexpr const char* kProgram = "/usr/sbin/pgbouncer";
constexpr int kAttempts = 20;

}  // namespace

std::optional<std::string> PgBouncer::why_not() {
    if (access(kProgram, X_OK) == 0) return PostgresServer::why_not();
    return "there is no PgBouncer here: scripts/install-deps.sh test";
}

PgBouncer::PgBouncer(const PostgresServer& server) {
    const auto settings = folder_.path() / "pgbouncer.ini";
    const auto log = folder_.path() / "log";
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        port_ = free_port();
        write_settings(server);
        give_away(folder_.path());
        pid_ = spawn_as_other({kProgram, settings.string()}, log);
        if (has_started(server.url(port_))) return;
        stop();
    }
    throw std::runtime_error("PgBouncer doesn't start:\n" + content_of(log));
}

PgBouncer::~PgBouncer() {
    stop();
}

void PgBouncer::write_settings(const PostgresServer& server) const {
    const auto users = folder_.path() / "users";
    std::ofstream{users} << "\"frontrow\" \"" << server.password() << "\"\n";
    // PgBouncer gets fewer sessions than a node has connections, so connections must share them.
    std::ofstream{folder_.path() / "pgbouncer.ini"}
        << "[databases]\n* = host=127.0.0.1 port=" << server.port()
        << "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " << port_
        << "\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = " << users.string()
        << "\npool_mode = transaction\ndefault_pool_size = 4\n";
}

bool PgBouncer::has_started(const std::string& url) {
    bool has_ended = false;
    const bool is_over = eventually([&] {
        has_ended = waitpid(pid_, nullptr, WNOHANG) == pid_;
        return has_ended || PQping(url.c_str()) == PQPING_OK;
    });
    if (has_ended) pid_ = -1;
    return is_over && !has_ended;
}

void PgBouncer::stop() {
    if (pid_ < 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

}  // namespace frontrow::test
