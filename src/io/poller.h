#pragma once

#include "io/awaitable.h"

#include <cstdint>
#include <memory>

namespace frontrow::io {

/// Tells the owners of many descriptors when these can be read from or written to: an epoll that
/// Asio waits for as a whole.
///
/// Asio's own operations try first and wait then. A server's connection has nothing to read right
/// after its answer, so that each request would cost a system call that finds nothing, and an
/// operation made, queued and thrown away. Edge-triggered (epoll(7)): who is told goes on until
/// nothing is left.
///
/// Made, used and destroyed on its executor's thread.
class Poller {
public:
    /// Is told what epoll says of its descriptor. May remove itself, and others, meanwhile.
    class Watcher {
    public:
        virtual void told(std::uint32_t events) = 0;

    protected:
        ~Watcher() = default;
    };

    /// Throws std::system_error where the system has no more descriptors.
    explicit Poller(Executor executor);
    /// When nothing is watched any more.
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    /// False where the system has no room for it. What is there already is told of, too.
    [[nodiscard]] bool add(int descriptor, Watcher& watcher);
    void remove(int descriptor, Watcher& watcher);

    /// Where the watchers are told.
    Executor executor() const;

private:
    struct State;
    static void wait(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;
};

}  // namespace frontrow::io
