#include "io/poller.h"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <array>
#include <cerrno>
#include <span>
#include <sys/epoll.h>
#include <system_error>

namespace frontrow::io {
namespace {

using Descriptor = boost::asio::posix::basic_stream_descriptor<Executor>;

/// How many are told before whatever else is due gets its turn; what is left is told in the next.
constexpr std::size_t kTurn = 128;

int make_epoll() {
    const int descriptor = epoll_create1(EPOLL_CLOEXEC);
    if (descriptor < 0)
        throw std::system_error(errno, std::generic_category(), "can't make an epoll");
    return descriptor;
}

}  // namespace

struct Poller::State {
    explicit State(const Executor& executor) : epoll{executor, make_epoll()} {}

    void tell() {
        const int count =
            epoll_wait(epoll.native_handle(), events.data(), static_cast<int>(events.size()), 0);
        if (count <= 0) return;
        for (auto& event : turn = std::span{events}.first(static_cast<std::size_t>(count))) {
            if (event.data.ptr != nullptr)
                static_cast<Watcher*>(event.data.ptr)->told(event.events);
        }
        turn = {};
    }

    void forget(const Watcher& watcher) {
        for (auto& event : turn) {
            if (event.data.ptr == &watcher) event.data.ptr = nullptr;
        }
    }

    Descriptor epoll;
    std::array<epoll_event, kTurn> events{};
    /// Those that are being told.
    std::span<epoll_event> turn;
};

Poller::Poller(Executor executor) : state_{std::make_shared<State>(executor)} {
    wait(state_);
}

Poller::~Poller() {
    state_->epoll.close();
}

bool Poller::add(int descriptor, Watcher& watcher) {
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {}};
    event.data.ptr = &watcher;
    return epoll_ctl(state_->epoll.native_handle(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Poller::remove(int descriptor, Watcher& watcher) {
    epoll_ctl(state_->epoll.native_handle(), EPOLL_CTL_DEL, descriptor, nullptr);
    state_->forget(watcher);
}

Executor Poller::executor() const {
    return state_->epoll.get_executor();
}

void Poller::wait(const std::shared_ptr<State>& state) {
    state->epoll.async_wait(Descriptor::wait_read, [state](const boost::system::error_code& error) {
        if (error || !state->epoll.is_open()) return;
        state->tell();
        if (state->epoll.is_open()) wait(state);
    });
}

}  // namespace frontrow::io
