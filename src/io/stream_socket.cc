#include "io/stream_socket.h"

#include "base/check.h"

#include <boost/asio/post.hpp>

#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

namespace frontrow::io {
namespace {

bool is_temporary(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

ssize_t send_both(int descriptor, std::string_view head, std::string_view body) {
    // For a single buffer, send() takes a shorter path through the kernel.
    if (body.empty()) return ::send(descriptor, head.data(), head.size(), MSG_NOSIGNAL);
    std::array<iovec, 2> pieces{
        iovec{.iov_base = const_cast<char*>(head.data()), .iov_len = head.size()},
        iovec{.iov_base = const_cast<char*>(body.data()), .iov_len = body.size()}
    };
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    return sendmsg(descriptor, &message, MSG_NOSIGNAL);
}

}  // namespace

StreamSocket::StreamSocket(Poller& poller, int descriptor)
    : poller_{poller}, descriptor_{descriptor} {
    if (!poller_.add(descriptor_, *this)) close();
}

StreamSocket::~StreamSocket() {
    close();
}

StreamSocket::Transfer StreamSocket::receive(std::span<char> into) {
    if (!is_open()) return {};
    const auto bytes = recv(descriptor_, into.data(), into.size(), 0);
    if (bytes > 0) {
        // A short read means that nothing is left; epoll reports data that arrives later.
        readable_ = hung_up_ || static_cast<std::size_t>(bytes) == into.size();
        return {State::moved, static_cast<std::size_t>(bytes)};
    }
    if (bytes == 0 || !is_temporary(errno)) return {};
    readable_ = hung_up_ || errno == EINTR;
    return {State::blocked};
}

StreamSocket::Transfer StreamSocket::send(std::string_view head, std::string_view body) {
    if (!is_open()) return {};
    const auto bytes = send_both(descriptor_, head, body);
    if (bytes >= 0) return {State::moved, static_cast<std::size_t>(bytes)};
    if (!is_temporary(errno)) return {};
    writable_ = errno == EINTR;
    return {State::blocked};
}

Awaitable<void> StreamSocket::until_readable() {
    return until(readable_);
}

Awaitable<void> StreamSocket::until_writable() {
    return until(writable_);
}

Awaitable<void> StreamSocket::until(const bool& possible) {
    return boost::asio::async_initiate<decltype(use_awaitable)&, void()>(
        [this, &possible](auto handler) {
            CHECK(!waiter_);
            waiter_ = std::move(handler);
            awaited_ = &possible;
            if (possible || !is_open()) cancel();
        },
        use_awaitable
    );
}

void StreamSocket::told(std::uint32_t events) {
    hung_up_ |= (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    readable_ |= hung_up_ || (events & EPOLLIN) != 0;
    writable_ |= hung_up_ || (events & EPOLLOUT) != 0;
    if (waiter_ && *awaited_) std::exchange(waiter_, nullptr)();
}

void StreamSocket::cancel() {
    if (waiter_) boost::asio::post(poller_.executor(), std::exchange(waiter_, nullptr));
}

void StreamSocket::shutdown_send() {
    if (is_open()) shutdown(descriptor_, SHUT_WR);
}

void StreamSocket::close() {
    if (!is_open()) return;
    poller_.remove(descriptor_, *this);
    ::close(std::exchange(descriptor_, -1));
    cancel();
}

}  // namespace frontrow::io
