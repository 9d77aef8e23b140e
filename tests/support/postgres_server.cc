#include "support/postgres_server.h"

#include "support/free_port.h"
#include "support/other_user.h"
#include "support/paths.h"
#include "support/sql_session.h"

#include <libpq-fe.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace frontrow::test {
namespace {

namespace fs = std::filesystem;

const fs::path kPrograms = "/usr/lib/postgresql/15/bin";
constexpr std::chrono::seconds kPatience{60};

void run(std::vector<std::string> command, const fs::path& log) {
    const auto name = command.front();
    const pid_t pid = spawn_as_other(std::move(command), log);
    int status = 0;
    if (waitpid(pid, &status, 0) != pid)
        throw std::runtime_error(std::string{"waitpid: "} + std::strerror(errno));
    if (status != 0) throw std::runtime_error(name + " failed:\n" + content_of(log));
}

void make_database(const fs::path& folder, const std::string& password) {
    const auto word = folder / "password";
    std::ofstream{word} << password;
    give_away(word);
    run({(kPrograms / "initdb").string(),
         "--pgdata=" + (folder / "data").string(),
         "--username=frontrow",
         "--pwfile=" + word.string(),
         "--auth-local=trust",
         "--auth-host=scram-sha-256",
         "--encoding=UTF8",
         "--locale=C",
         "--wal-segsize=4",
         "--no-sync"},
        folder / "initdb.log");
}

/// Provides an empty database. Creating one takes a second, copying one is quick, so the build
/// folder keeps one.
void provide_database(const fs::path& folder, const std::string& password) {
    const fs::path kept =
        fs::path{kBuildFolder} / ("tests/postgres-15-" + std::to_string(geteuid()));
    std::error_code error;
    if (!fs::exists(kept / "PG_VERSION")) {
        make_database(folder, password);
        // Other tests may create one at the same time; the first rename wins.
        const fs::path mine = kept.string() + "-" + std::to_string(getpid());
        fs::copy(folder / "data", mine, fs::copy_options::recursive, error);
        if (!error) fs::rename(mine, kept, error);
        if (error) fs::remove_all(mine, error);
        return;
    }
    fs::copy(kept, folder / "data", fs::copy_options::recursive);
    give_away(folder / "data");
}

/// Copies the primary's data, which includes the position from which to continue.
void copy_primary(const fs::path& folder, const std::string& primary) {
    run({(kPrograms / "pg_basebackup").string(),
         "--pgdata=" + (folder / "data").string(),
         "--dbname=" + primary + "&application_name=" + PostgresServer::kStandby,
         "--write-recovery-conf",
         "--checkpoint=fast",
         "--no-sync"},
        folder / "basebackup.log");
}

}  // namespace

std::optional<std::string> PostgresServer::why_not() {
    if (access((kPrograms / "postgres").c_str(), X_OK) == 0) return std::nullopt;
    return "there is no PostgreSQL 15 here: scripts/install-deps.sh test";
}

PostgresServer::PostgresServer(Options options) : options_{std::move(options)} {
    give_away(folder_.path());
    if (options_.primary.empty()) {
        provide_database(folder_.path(), password_);
    } else {
        copy_primary(folder_.path(), options_.primary);
    }
    if (options_.has_tls) make_certificate();
    start();
}

PostgresServer::~PostgresServer() {
    if (pid_ > 0) stop_immediately();
}

void PostgresServer::make_certificate() const {
    const auto folder = folder_.path() / "data";
    run({"/usr/bin/openssl",
         "req",
         "-x509",
         "-newkey",
         "rsa:2048",
         "-nodes",
         "-days=1",
         "-subj=/CN=localhost",
         "-keyout=" + (folder / "server.key").string(),
         "-out=" + (folder / "server.crt").string()},
        folder_.path() / "openssl.log");
    fs::permissions(folder / "server.key", fs::perms::owner_read | fs::perms::owner_write);
}

std::vector<std::string> PostgresServer::command() const {
    std::vector<std::string> settings{
        "listen_addresses=127.0.0.1",
        "port=" + std::to_string(port_),
        "unix_socket_directories=" + folder_.path().string(),
        std::string{"ssl="} + (options_.has_tls ? "on" : "off"),
        "shared_buffers=32MB",
        "max_connections=50",
        // A standby that was away can fetch what it missed, and asks for it soon.
        "wal_keep_size=256MB",
        "wal_retrieve_retry_interval=100ms",
    };
    settings.insert(settings.end(), options_.settings.begin(), options_.settings.end());
    std::vector<std::string> words{
        (kPrograms / "postgres").string(), "-D", (folder_.path() / "data").string()
    };
    for (auto& setting : settings) {
        words.emplace_back("-c");
        words.push_back(std::move(setting));
    }
    return words;
}

void PostgresServer::start() {
    const bool had_port = port_ != 0;
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    // The children of a killed server keep its shared memory for a moment, and another process may
    // take its port. So starting is tried again.
    while (std::chrono::steady_clock::now() < deadline) {
        if (!had_port) port_ = free_port();
        if (try_start()) return;
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    throw std::runtime_error("PostgreSQL doesn't start:\n" + log());
}

std::filesystem::path PostgresServer::quick_place() {
    constexpr std::uintmax_t kRoom = 512 << 20;
    const std::filesystem::path memory = "/dev/shm";
    std::error_code none;
    const auto room = std::filesystem::space(memory, none);
    return !none && room.available >= kRoom ? memory : std::filesystem::temp_directory_path();
}

bool PostgresServer::try_start() {
    pid_ = spawn_as_other(command(), folder_.path() / "server.log");
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!has_ended()) {
        if (is_answering()) return true;
        if (std::chrono::steady_clock::now() > deadline) stop_immediately();
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return false;
}

bool PostgresServer::is_answering() const {
    return PQping(socket_url().c_str()) == PQPING_OK;
}

bool PostgresServer::has_ended() {
    if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
    return pid_ < 0;
}

void PostgresServer::stop_with(int signal) {
    if (pid_ < 0) throw std::runtime_error("PostgreSQL doesn't run");
    ::kill(pid_, signal);
    thaw();
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!has_ended()) {
        if (std::chrono::steady_clock::now() > deadline) ::kill(pid_, SIGKILL);
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
}

std::vector<pid_t> PostgresServer::sessions() const {
    const auto process = std::to_string(pid_);
    std::ifstream children{"/proc/" + process + "/task/" + process + "/children"};
    return {std::istream_iterator<pid_t>{children}, {}};
}

void PostgresServer::freeze() const {
    // Stops the postmaster first, so that it starts no new session.
    ::kill(pid_, SIGSTOP);
    for (const auto session : sessions())
        ::kill(session, SIGSTOP);
}

void PostgresServer::thaw() const {
    for (const auto session : sessions())
        ::kill(session, SIGCONT);
    ::kill(pid_, SIGCONT);
}

void PostgresServer::promote() const {
    if (SqlSession{*this}.run("SELECT pg_promote()") != "t")
        throw std::runtime_error("the standby isn't promoted:\n" + log());
}

std::string PostgresServer::url(std::optional<std::uint16_t> port) const {
    return "postgres://frontrow:a%25secret@127.0.0.1:" + std::to_string(port.value_or(port_)) +
           "/postgres?sslmode=" + (options_.has_tls ? "require" : "disable");
}

std::string PostgresServer::url_of_two(const PostgresServer& other) const {
    return "postgres://frontrow:a%25secret@127.0.0.1:" + std::to_string(port_) +
           ",127.0.0.1:" + std::to_string(other.port_) +
           "/postgres?target_session_attrs=read-write&sslmode=disable";
}

std::string PostgresServer::socket_url() const {
    return "postgres://frontrow@/postgres?host=" + folder_.path().string() +
           "&port=" + std::to_string(port_);
}

std::string PostgresServer::log() const {
    return content_of(folder_.path() / "server.log");
}

}  // namespace frontrow::test
