#include "io/http/curl_multi.h"

#include "base/check.h"
#include "io/timer.h"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <fcntl.h>
#include <map>
#include <unistd.h>
#include <utility>

namespace frontrow::io {
namespace {

using CurlDescriptor = boost::asio::posix::basic_stream_descriptor<Executor>;

// One set of bits serves for what libcurl waits for and for what has happened.
static_assert(CURL_POLL_IN == CURL_CSELECT_IN && CURL_POLL_OUT == CURL_CSELECT_OUT);
static_assert(CURL_POLL_INOUT == (CURL_POLL_IN | CURL_POLL_OUT) && CURL_POLL_NONE == 0);

bool is_curl_ready() {
    static const bool is_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return is_ready;
}

}  // namespace

/// One of libcurl's sockets.
struct CurlMulti::Watch {
    Watch(const Executor& executor, curl_socket_t number) : socket{number}, descriptor{executor} {}

    /// Returns false if the system has no descriptor left.
    bool open() {
        const int copy = fcntl(socket, F_DUPFD_CLOEXEC, 0);
        if (copy < 0) return false;
        boost::system::error_code error;
        descriptor.assign(copy, error);
        if (error) ::close(copy);
        return !error;
    }

    curl_socket_t socket;
    CurlDescriptor descriptor;
    /// What libcurl waits for: CURL_POLL_IN, CURL_POLL_OUT, both or neither.
    int wanted = CURL_POLL_NONE;
    /// What Asio waits for at present.
    int awaited = CURL_POLL_NONE;
};

/// Pending handlers hold it, so it may outlive the CurlMulti; `multi` is null then.
struct CurlMulti::State : std::enable_shared_from_this<State> {
    explicit State(const Executor& on) : executor{on}, timer{on} {}

    void act(curl_socket_t socket, int happened);
    void report_ended();
    void watch(curl_socket_t socket, int wanted);
    void await(const std::shared_ptr<Watch>& watch, int direction);
    void unwatch(curl_socket_t socket);
    void set_timeout(long timeout_ms);

    static int on_socket(CURL*, curl_socket_t socket, int wanted, void* state, void*);
    static int on_timeout(CURLM*, long timeout_ms, void* state);

    Executor executor;
    Timer timer;
    CURLM* multi = nullptr;
    std::map<curl_socket_t, std::shared_ptr<Watch>> watches;
};

CurlMulti::CurlMulti(Executor executor, std::size_t idle_max)
    : state_{std::make_shared<State>(executor)} {
    CHECK(is_curl_ready());
    state_->multi = curl_multi_init();
    CHECK(state_->multi != nullptr);
    const auto set = [this](CURLMoption option, auto value) {
        CHECK(curl_multi_setopt(state_->multi, option, value) == CURLM_OK);
    };
    set(CURLMOPT_SOCKETFUNCTION, &State::on_socket);
    set(CURLMOPT_SOCKETDATA, state_.get());
    set(CURLMOPT_TIMERFUNCTION, &State::on_timeout);
    set(CURLMOPT_TIMERDATA, state_.get());
    set(CURLMOPT_MAXCONNECTS, static_cast<long>(idle_max));
}

CurlMulti::~CurlMulti() {
    // This closes the idle connections, and libcurl calls on_socket() for them.
    CHECK(curl_multi_cleanup(state_->multi) == CURLM_OK);
    state_->multi = nullptr;
    state_->timer.cancel();
    while (!state_->watches.empty())
        state_->unwatch(state_->watches.begin()->first);
}

/// libcurl asks for a timeout of 0 ms, and the transfer begins when it fires.
void CurlMulti::add(CURL* easy) {
    CHECK(curl_multi_add_handle(state_->multi, easy) == CURLM_OK);
}

void CurlMulti::remove(CURL* easy) {
    CHECK(curl_multi_remove_handle(state_->multi, easy) == CURLM_OK);
}

/// If libcurl fails here, it lacks memory. The transfer then ends at its deadline.
void CurlMulti::State::act(curl_socket_t socket, int happened) {
    int running = 0;
    (void)curl_multi_socket_action(multi, socket, happened, &running);
    report_ended();
}

void CurlMulti::State::report_ended() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        char* owner = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
        reinterpret_cast<Owner*>(owner)->ended(message->data.result);
    }
}

/// If the socket can't be watched, its transfer ends at its deadline.
void CurlMulti::State::watch(curl_socket_t socket, int wanted) {
    auto& watch = watches[socket];
    if (!watch) {
        watch = std::make_shared<Watch>(executor, socket);
        if (!watch->open()) {
            watches.erase(socket);
            return;
        }
    }
    watch->wanted = wanted;
    await(watch, CURL_POLL_IN);
    await(watch, CURL_POLL_OUT);
}

void CurlMulti::State::await(const std::shared_ptr<Watch>& watch, int direction) {
    if ((watch->wanted & direction) == 0 || (watch->awaited & direction) != 0) return;
    watch->awaited |= direction;
    watch->descriptor.async_wait(
        direction == CURL_POLL_IN ? CurlDescriptor::wait_read : CurlDescriptor::wait_write,
        [self = shared_from_this(), watch, direction](const boost::system::error_code& error) {
            watch->awaited &= ~direction;
            // libcurl may have lost interest after the event was queued.
            if (error || (watch->wanted & direction) == 0) return;
            self->act(watch->socket, direction);
            self->await(watch, direction);
        }
    );
}

void CurlMulti::State::unwatch(curl_socket_t socket) {
    const auto found = watches.find(socket);
    if (found == watches.end()) return;
    boost::system::error_code ignored;
    found->second->wanted = CURL_POLL_NONE;
    found->second->descriptor.close(ignored);
    watches.erase(found);
}

void CurlMulti::State::set_timeout(long timeout_ms) {
    if (timeout_ms < 0) {
        timer.cancel();
        return;
    }
    timer.expires_after(std::chrono::milliseconds{timeout_ms});
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error && self->multi != nullptr) self->act(CURL_SOCKET_TIMEOUT, 0);
    });
}

int CurlMulti::State::on_socket(CURL*, curl_socket_t socket, int wanted, void* state, void*) {
    auto& self = *static_cast<State*>(state);
    if (wanted == CURL_POLL_REMOVE)
        self.unwatch(socket);
    else
        self.watch(socket, wanted);
    return 0;
}

int CurlMulti::State::on_timeout(CURLM*, long timeout_ms, void* state) {
    static_cast<State*>(state)->set_timeout(timeout_ms);
    return 0;
}

}  // namespace frontrow::io
