#pragma once

#include "io/awaitable.h"

#include <cstdint>
#include <memory>

namespace frontrow::io {

/// Notifies the owners of many descriptors when these become readable or writable. All descriptors
/// are in one epoll, and Asio waits only for that epoll.
///
/// Asio's own operations try to read first and wait only if that fails. Right after an answer, a
/// server's connection has nothing to read. So each request would cost a system call that finds
/// nothing, and an operation that is allocated, queued and thrown away. The epoll is edge-triggered
/// (epoll(7)): a watcher must read or write until nothing is left.
///
/// Constructed, used and destroyed on its executor's thread.
class Poller {
public:
    /// Receives the epoll events of its descriptor. During the call it may remove itself and other
    /// watchers.
    class Watcher {
    public:
        virtual void told(std::uint32_t events) = 0;

    protected:
        ~Watcher() = default;
    };

    /// Throws std::system_error if the system has no descriptors left.
    explicit Poller(Executor executor);
    /// No watcher may be left.
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    /// Returns false if the system has no room for the descriptor. Data that arrived before the
    /// call also raises an event.
    [[nodiscard]] bool add(int descriptor, Watcher& watcher);
    void remove(int descriptor, Watcher& watcher);

    /// The executor on which watchers are called.
    Executor executor() const;

private:
    struct State;
    static void wait(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;
};

}  // namespace frontrow::io
