#include "io/poller.h"

#include "io/stopwatch.h"

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <cerrno>
#include <span>
#include <sys/epoll.h>
#include <system_error>

namespace frontrow::io {
namespace {

using Descriptor = boost::asio::posix::basic_stream_descriptor<Executor>;

/// How many events are fetched at once.
constexpr std::size_t kEvents = 128;
/// How long watchers are called before other due work runs. The remaining events follow in the
/// loop's next turn.
constexpr std::chrono::microseconds kTurnTime{1'000};
/// How many watchers are called between two checks of the time.
constexpr std::size_t kCallsBetweenChecks = 8;

int make_epoll() {
    const int descriptor = epoll_create1(EPOLL_CLOEXEC);
    if (descriptor < 0)
        throw std::system_error(errno, std::generic_category(), "can't make an epoll");
    return descriptor;
}

}  // namespace

struct Poller::State {
    explicit State(const Executor& executor) : epoll{executor, make_epoll()} {}

    /// Fetches new events if all earlier ones are delivered. Then delivers events for up to
    /// kTurnTime.
    void deliver() {
        if (undelivered.empty()) ask();
        const Stopwatch stopwatch;
        for (std::size_t delivered = 1; !undelivered.empty(); ++delivered) {
            const auto event = undelivered.front();
            undelivered = undelivered.subspan(1);
            if (event.data.ptr != nullptr)
                static_cast<Watcher*>(event.data.ptr)->told(event.events);
            if (delivered % kCallsBetweenChecks == 0 && stopwatch.elapsed() >= kTurnTime) break;
        }
    }

    void ask() {
        const int count =
            epoll_wait(epoll.native_handle(), events.data(), static_cast<int>(events.size()), 0);
        if (count > 0) undelivered = std::span{events}.first(static_cast<std::size_t>(count));
    }

    void forget(const Watcher& watcher) {
        for (auto& event : undelivered) {
            if (event.data.ptr == &watcher) event.data.ptr = nullptr;
        }
    }

    Descriptor epoll;
    std::array<epoll_event, kEvents> events{};
    /// Events that were fetched but not delivered yet.
    std::span<epoll_event> undelivered;
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
    const auto tell = [state](const boost::system::error_code& error) {
        if (error || !state->epoll.is_open()) return;
        state->deliver();
        if (state->epoll.is_open()) wait(state);
    };
    if (state->undelivered.empty()) {
        state->epoll.async_wait(Descriptor::wait_read, tell);
    } else {
        boost::asio::post(state->epoll.get_executor(), [tell] { tell({}); });
    }
}

}  // namespace frontrow::io
