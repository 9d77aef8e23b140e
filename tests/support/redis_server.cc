#include "support/redis_server.h"

#include "support/eventually.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <optional>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace frontrow::test {
namespace {

constexpr const char* kProgram = "/usr/bin/redis-server";
/// The first port to try. It is below the range from which the kernel assigns ports, so that no
/// other process gets our port while the server is stopped.
constexpr int kFirstPort = 20'000;
constexpr int kPorts = 12'000;
constexpr int kAttempts = 50;

/// A connection to the server, or nothing if it isn't listening.
class Connection {
public:
    explicit Connection(std::uint16_t port)
        : socket_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const timeval patience{.tv_sec = 10};
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        is_open_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~Connection() { close(socket_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    bool is_open() const { return is_open_; }

    /// The first line of the answer, and the bytes received with it.
    std::string ask(std::string_view command) {
        const std::string line = std::string{command} + "\r\n";
        if (send(socket_, line.data(), line.size(), MSG_NOSIGNAL) < 0) return {};
        std::string answer;
        std::array<char, 4'096> bytes{};
        while (!answer.contains('\n')) {
            const auto size = recv(socket_, bytes.data(), bytes.size(), 0);
            if (size <= 0) break;
            answer.append(bytes.data(), static_cast<std::size_t>(size));
        }
        return answer;
    }

private:
    int socket_;
    bool is_open_ = false;
};

std::uint16_t next_port() {
    static int next = static_cast<int>(getpid()) * 7 % kPorts;
    next = (next + 1) % kPorts;
    return static_cast<std::uint16_t>(kFirstPort + next);
}

}  // namespace

bool RedisServer::is_installed() {
    return access(kProgram, X_OK) == 0;
}

RedisServer::RedisServer(std::string password) : password_{std::move(password)} {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        if (try_start(next_port())) return;
    }
    throw std::runtime_error("redis-server doesn't start");
}

RedisServer::~RedisServer() {
    stop();
}

std::string RedisServer::url() const {
    const std::string who = password_.empty() ? "" : ":" + password_ + "@";
    return "redis://" + who + "127.0.0.1:" + std::to_string(port_);
}

void RedisServer::start() {
    if (pid_ != -1) return;
    if (!try_start(port_)) throw std::runtime_error("redis-server doesn't start again");
}

bool RedisServer::try_start(std::uint16_t port) {
    std::vector<std::string> words{
        kProgram,
        "--port",
        std::to_string(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        folder_.path().string(),
        "--logfile",
        "redis.log",
    };
    if (!password_.empty()) words.insert(words.end(), {"--requirepass", password_});
    std::vector<char*> arguments;
    for (auto& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);

    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error("can't fork");
    if (pid_ == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent) execv(kProgram, arguments.data());
        _exit(127);
    }
    port_ = port;
    // Another test's server may answer on this port. Then ours can't bind the port and exits.
    const std::string us = "\r\nprocess_id:" + std::to_string(pid_) + "\r\n";
    const bool ended_well =
        eventually([&] { return has_exited() || ask("INFO server").contains(us); });
    if (!ended_well) stop();
    return pid_ != -1;
}

bool RedisServer::has_exited() {
    if (waitpid(pid_, nullptr, WNOHANG) == 0) return false;
    pid_ = -1;
    return true;
}

void RedisServer::stop() {
    if (pid_ == -1) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

void RedisServer::freeze() {
    kill(pid_, SIGSTOP);
    int status = 0;
    if (waitpid(pid_, &status, WUNTRACED) != pid_ || !WIFSTOPPED(status))
        throw std::runtime_error("redis-server doesn't stand still");
}

void RedisServer::thaw() {
    kill(pid_, SIGCONT);
}

std::string RedisServer::ask(std::string_view command) const {
    Connection connection{port_};
    if (!connection.is_open()) return {};
    if (!password_.empty()) connection.ask("AUTH " + password_);
    return connection.ask(command);
}

}  // namespace frontrow::test
