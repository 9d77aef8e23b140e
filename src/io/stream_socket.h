#pragma once

#include "io/awaitable.h"
#include "io/poller.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace frontrow::io {

/// One end of a connection; calls never block. receive() and send() move as many bytes as is
/// possible now. A caller that could move none awaits until_readable() or until_writable(). One
/// waiter at a time. Used on the poller's thread.
class StreamSocket final : private Poller::Watcher {
public:
    enum class State : std::uint8_t {
        moved,
        /// No byte can be moved now: wait.
        blocked,
        /// The other end has closed, the connection is broken, or it was closed here.
        ended
    };
    struct Transfer {
        State state = State::ended;
        std::size_t bytes = 0;
    };

    /// Takes over a connected, non-blocking socket. The poller must outlive this object.
    StreamSocket(Poller& poller, int descriptor);
    ~StreamSocket();
    StreamSocket(const StreamSocket&) = delete;
    StreamSocket& operator=(const StreamSocket&) = delete;

    /// `into` must not be empty.
    Transfer receive(std::span<char> into);
    /// Sends bytes of `head` and then of `body`. At least one must not be empty.
    Transfer send(std::string_view head, std::string_view body);

    /// True if receive() would find nothing: the last call left nothing to read, and no event has
    /// arrived since.
    bool is_drained() const { return !readable_; }
    /// Returns when it is worth trying again, and after cancel() or close().
    Awaitable<void> until_readable();
    Awaitable<void> until_writable();

    /// Resumes the waiter, if there is one: later, not within this call.
    void cancel();
    /// Tells the other end that nothing more will be sent.
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
    /// The other end has closed or the connection is broken. Then more bytes may be left after a
    /// short read.
    bool hung_up_ = false;
    const bool* awaited_ = nullptr;
    std::move_only_function<void()> waiter_;
};

}  // namespace frontrow::io
