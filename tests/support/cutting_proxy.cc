#include "support/cutting_proxy.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace frontrow::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void send_at_once(int connection) {
    const int yes = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

}  // namespace

CuttingProxy::CuttingProxy(std::uint16_t target)
    : target_{target},
      listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)},
      wake_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    auto address = loopback(0);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, generic, sizeof address) != 0 || listen(listener_, 64) != 0 ||
        getsockname(listener_, generic, &length) != 0)
        throw std::runtime_error("the proxy can't listen");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { run(); }};
}

CuttingProxy::~CuttingProxy() {
    {
        const std::lock_guard lock{mutex_};
        is_stopping_ = true;
    }
    eventfd_write(wake_, 1);
    thread_.join();
    for (auto& pair : pairs_) {
        close(pair.there.from);
        close(pair.there.to);
    }
    close(listener_);
    close(wake_);
}

void CuttingProxy::lead_to(std::uint16_t target) {
    const std::lock_guard lock{mutex_};
    target_ = target;
}

void CuttingProxy::cut_after(Way way, std::size_t bytes) {
    const std::lock_guard lock{mutex_};
    rule(way).cut_in = bytes;
}

void CuttingProxy::swallow_after(Way way, std::size_t bytes) {
    const std::lock_guard lock{mutex_};
    rule(way).swallow_in = bytes;
}

void CuttingProxy::delay(Way way, std::chrono::milliseconds time) {
    const std::lock_guard lock{mutex_};
    rule(way).delay = time;
}

void CuttingProxy::fall_silent_at(std::string words, bool server_hears) {
    const std::lock_guard lock{mutex_};
    silence_ = Silence{std::move(words), server_hears};
    has_fallen_silent_ = false;
}

bool CuttingProxy::has_fallen_silent() const {
    const std::lock_guard lock{mutex_};
    return has_fallen_silent_;
}

void CuttingProxy::behave() {
    const std::lock_guard lock{mutex_};
    silence_.reset();
    for (auto* one : {&to_server_, &to_client_})
        *one = Rule{.passed = one->passed};
}

void CuttingProxy::cut_all() {
    const std::lock_guard lock{mutex_};
    for (auto& pair : pairs_) {
        pair.is_cut = true;
        shutdown(pair.there.from, SHUT_RDWR);
        shutdown(pair.there.to, SHUT_RDWR);
    }
    eventfd_write(wake_, 1);
}

void CuttingProxy::refuse(bool is_refusing) {
    const std::lock_guard lock{mutex_};
    is_refusing_ = is_refusing;
}

std::size_t CuttingProxy::connections() const {
    const std::lock_guard lock{mutex_};
    return connections_;
}

std::size_t CuttingProxy::passed(Way way) const {
    const std::lock_guard lock{mutex_};
    return way == Way::to_server ? to_server_.passed : to_client_.passed;
}

void CuttingProxy::run() {
    std::unique_lock lock{mutex_};
    while (!is_stopping_) {
        std::vector<pollfd> watched{
            {.fd = listener_, .events = POLLIN, .revents = 0},
            {.fd = wake_, .events = POLLIN, .revents = 0},
        };
        for (const auto& pair : pairs_) {
            for (const auto* flow : {&pair.there, &pair.back}) {
                if (!flow->has_ended)
                    watched.push_back({.fd = flow->from, .events = POLLIN, .revents = 0});
                if (flow->is_blocked)
                    watched.push_back({.fd = flow->to, .events = POLLOUT, .revents = 0});
            }
        }
        const int time_ms = wait_ms();
        lock.unlock();
        poll(watched.data(), watched.size(), time_ms);
        lock.lock();
        eventfd_t ignored = 0;
        eventfd_read(wake_, &ignored);
        if ((watched[0].revents & POLLIN) != 0) accept_one();
        for (auto& pair : pairs_)
            serve(pair);
        std::erase_if(pairs_, [](Pair& pair) {
            if (!pair.is_cut) return false;
            close(pair.there.from);
            close(pair.there.to);
            return true;
        });
    }
}

/// The time until the next delayed bytes are due; -1 if there are none.
int CuttingProxy::wait_ms() const {
    std::optional<Time> next;
    for (const auto& pair : pairs_) {
        for (const auto* flow : {&pair.there, &pair.back}) {
            if (flow->held.empty() || flow->is_blocked) continue;
            const auto due = flow->held.front().due;
            next = next ? std::min(*next, due) : due;
        }
    }
    if (!next) return -1;
    const auto left = *next - std::chrono::steady_clock::now();
    return std::max(
        0, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count())
    );
}

void CuttingProxy::accept_one() {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    ++connections_;
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback(target_);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (is_refusing_ || connect(server, generic, sizeof address) != 0) {
        close(client);
        close(server);
        return;
    }
    send_at_once(client);
    send_at_once(server);
    pairs_.push_back({
        .there = {.from = client, .to = server, .way = Way::to_server},
        .back = {.from = server, .to = client, .way = Way::to_client},
    });
}

void CuttingProxy::serve(Pair& pair) {
    const auto now = std::chrono::steady_clock::now();
    for (auto* flow : {&pair.there, &pair.back}) {
        if (!pair.is_cut && !flow->has_ended) read(pair, *flow);
        if (!pair.is_cut) write_due(pair, *flow, now);
    }
    const bool is_over = pair.there.has_ended && pair.back.has_ended && pair.there.held.empty() &&
                         pair.back.held.empty();
    pair.is_cut = pair.is_cut || is_over;
}

void CuttingProxy::read(Pair& pair, Flow& flow) {
    std::array<char, 16'384> buffer;
    const auto length = recv(flow.from, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (length <= 0) {
        flow.has_ended = true;
        if (flow.held.empty()) shutdown(flow.to, SHUT_WR);
        return;
    }
    if (silence_ && flow.way == Way::to_server)
        watch_for_words({buffer.data(), static_cast<std::size_t>(length)});
    auto& rule = this->rule(flow.way);
    auto passing = static_cast<std::size_t>(length);
    if (rule.swallow_in) {
        passing = std::min(passing, *rule.swallow_in);
        *rule.swallow_in -= passing;
    }
    if (rule.cut_in) {
        passing = std::min(passing, *rule.cut_in);
        *rule.cut_in -= passing;
        pair.is_cut = *rule.cut_in == 0;
    }
    rule.passed += passing;
    if (passing == 0) return;
    const auto now = std::chrono::steady_clock::now();
    flow.held.push_back({now + rule.delay, std::string{buffer.data(), passing}});
    // Bytes received before the cut are still delivered.
    if (pair.is_cut) write_due(pair, flow, Time::max());
}

void CuttingProxy::watch_for_words(std::string_view said) {
    if (has_fallen_silent_ || !said.contains(silence_->words)) return;
    has_fallen_silent_ = true;
    to_client_.swallow_in = 0;
    // The server gets the request up to the end of this piece, but nothing after it.
    to_server_.swallow_in = silence_->server_hears ? said.size() : 0;
}

void CuttingProxy::write_due(Pair& pair, Flow& flow, Time now) {
    flow.is_blocked = false;
    while (!flow.held.empty() && flow.held.front().due <= now) {
        auto& bytes = flow.held.front().bytes;
        // A receiver that doesn't read must not hold up the other connections.
        const auto length = send(flow.to, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (length < 0) {
            flow.is_blocked = errno == EAGAIN || errno == EINTR;
            pair.is_cut = pair.is_cut || !flow.is_blocked;
            return;
        }
        bytes.erase(0, static_cast<std::size_t>(length));
        if (bytes.empty()) flow.held.pop_front();
    }
    if (flow.held.empty() && flow.has_ended) shutdown(flow.to, SHUT_WR);
}

}  // namespace frontrow::test
