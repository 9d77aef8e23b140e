#pragma once

#include "io/awaitable.h"
#include "io/poller.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace frontrow::io {

/// A connection's end that never blocks: reads and writes move what can be moved now, and who finds
/// nothing to do waits. One waits at a time. Used on the poller's thread.
class StreamSocket final : private Poller::Watcher {
public:
    enum class State : std::uint8_t {
        moved,
        /// Nothing now: wait.
        blocked,
        /// The other end has closed, or the connection is broken or was closed here.
        ended
    };
    struct Transfer {
        State state = State::ended;
        std::size_t bytes = 0;
    };

    /// Takes a connected socket over, which doesn't block. The poller outlives it.
    StreamSocket(Poller& poller, int descriptor);
    ~StreamSocket();
    StreamSocket(const StreamSocket&) = delete;
    StreamSocket& operator=(const StreamSocket&) = delete;

    /// `into` isn't empty.
    Transfer receive(std::span<char> into);
    /// Sends of `head` and then of `body`; not both are empty.
    Transfer send(std::string_view head, std::string_view body);

    /// Nothing has been told of since receive() or send() found that nothing can be moved: they
    /// needn't be tried.
    bool is_drained() const { return !readable_; }
    /// Returns when it may be worth another try, and after cancel() or close().
    Awaitable<void> until_readable();
    Awaitable<void> until_writable();

    /// Whoever waits waits no longer; from a queued call, not from within this.
    void cancel();
    /// Says that nothing more will be sent.
    void shutdown_send();
    void close();

private:
    void told(std::uint32_t events) override;
    Awaitable<void> until(const bool& possible);
    bool is_open() const { return descriptor_ >= 0; }

    Poller& poller_;
    int descriptor_;
    bool readable_ = false;
    bool writable_ = true;
    /// The other end has closed or the connection is broken: a read that brings little isn't the
    /// last.
    bool hung_up_ = false;
    const bool* awaited_ = nullptr;
    std::move_only_function<void()> waiter_;
};

}  // namespace frontrow::io
