#include "io/postgres/pg_link.h"

#include "base/check.h"
#include "io/timer.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <libpq-fe.h>

#include <array>
#include <chrono>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace frontrow::io::postgres {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
using Wait = asio::posix::descriptor_base;
using Clock = std::chrono::steady_clock;

/// Extracts the SQLSTATE from a message such as "FATAL:  53300: too many…", as libpq writes it in
/// verbose mode. There is no other way to learn the SQLSTATE with which a server refused a new
/// connection.
std::string sqlstate_in(std::string_view message) {
    const auto is_code = [](std::string_view text) {
        if (text.size() != 7 || text.substr(5) != ": ") return false;
        for (const char c : text.substr(0, 5)) {
            if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z')) return false;
        }
        return true;
    };
    for (auto at = message.rfind(":  "); at != std::string_view::npos && at > 0;
         at = message.rfind(":  ", at - 1)) {
        if (is_code(message.substr(at + 3, 7))) return std::string{message.substr(at + 3, 5)};
    }
    return {};
}

std::string text_of(const char* text) {
    return text == nullptr ? std::string{} : std::string{text};
}

/// Removes the line that names PostgreSQL's source file, which is of no use to an operator.
std::string without_location(std::string text) {
    constexpr std::string_view kLocation = "LOCATION:";
    for (auto at = text.find(kLocation); at != std::string::npos; at = text.find(kLocation))
        text.erase(at, std::min(text.find('\n', at), text.size()) - at);
    return text;
}

/// True if OpenSSL holds decrypted bytes that libpq hasn't read. A pooler may send longer TLS
/// records than PostgreSQL does. libpq reads only a part of such a record, and the socket doesn't
/// become readable for the rest.
bool has_decrypted_input(pg_conn* handle) {
    const auto* tls = static_cast<const SSL*>(PQsslStruct(handle, "OpenSSL"));
    return tls != nullptr && SSL_pending(tls) > 0;
}

/// Later keywords override earlier ones. So those before the URL (`dbname`) are defaults, and the
/// URL can't override those after it. An empty value counts as absent.
pg_conn* begin_connecting(const PgOptions& options, const PgHost& host) {
    const std::array keywords{
        "keepalives_idle",
        "keepalives_interval",
        "keepalives_count",
        "gssencmode",
        "fallback_application_name",
        "dbname",
        "host",
        "hostaddr",
        "port",
        "client_encoding",
        static_cast<const char*>(nullptr),
    };
    const std::array values{
        "30",
        "10",
        "3",
        "disable",
        options.application_name.c_str(),
        options.url.c_str(),
        host.name.c_str(),
        host.address.c_str(),
        host.port.c_str(),
        "UTF8",
        static_cast<const char*>(nullptr),
    };
    return PQconnectStartParams(keywords.data(), values.data(), 1);
}

}  // namespace

struct PgLink::Socket {
    explicit Socket(Executor executor) : descriptor{executor}, timer{executor} {}

    Descriptor descriptor;
    Timer timer;
};

PgLink::PgLink(Executor executor)
    : executor_{executor}, socket_{std::make_unique<Socket>(executor)} {
}

PgLink::~PgLink() {
    unwatch();
    PQfinish(handle_);
}

Awaitable<Result<void, PgError>> PgLink::connect(PgOptions options) {
    CHECK(handle_ == nullptr);
    const auto until = Clock::now() + options.connect_time;
    set_deadline(options.connect_time);
    auto named = hosts_of(options.url);
    if (!named) co_return std::unexpected(std::move(named.error()));
    auto hosts = co_await look_up(executor_, std::move(*named));
    if (!hosts) co_return std::unexpected(std::move(hosts.error()));
    // If the URL names no host, libpq's default applies.
    if (hosts->empty()) hosts->emplace_back();
    PgError error = connect_error();
    for (std::size_t i = 0; i < hosts->size() && !is_closed_; ++i) {
        const auto share = (until - Clock::now()) / static_cast<int>(hosts->size() - i);
        set_deadline(std::chrono::ceil<std::chrono::milliseconds>(share));
        auto done = co_await try_host(options, (*hosts)[i]);
        if (!done) {
            const auto before = i == 0 ? std::string{} : error.what + "; ";
            error = std::move(done.error());
            error.what.insert(0, before);
            continue;
        }
        set_deadline(std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()));
        co_return done;
    }
    co_return std::unexpected(std::move(error));
}

Awaitable<Result<void, PgError>> PgLink::try_host(const PgOptions& options, const PgHost& host) {
    if (is_late_) co_return std::unexpected(connect_error());
    unwatch();
    PQfinish(std::exchange(handle_, nullptr));
    handle_ = begin_connecting(options, host);
    CHECK(handle_ != nullptr);
    PQsetErrorVerbosity(handle_, PQERRORS_VERBOSE);
    PQsetNoticeReceiver(handle_, &PgLink::hear, this);
    auto done = co_await go_through_handshake();
    if (!done) co_return done;
    PQsetErrorVerbosity(handle_, PQERRORS_DEFAULT);
    CHECK(PQsetnonblocking(handle_, 1) == 0 && PQenterPipelineMode(handle_) == 1);
    co_return done;
}

Awaitable<Result<void, PgError>> PgLink::go_through_handshake() {
    auto next = PQstatus(handle_) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK) {
        // The last step may have moved on to another address, and so to another socket.
        const bool goes_on = next != PGRES_POLLING_FAILED && watch_socket() &&
                             co_await wait(next == PGRES_POLLING_WRITING);
        if (!goes_on) co_return std::unexpected(connect_error());
        next = PQconnectPoll(handle_);
    }
    if (!watch_socket()) co_return std::unexpected(connect_error());
    co_return Result<void, PgError>{};
}

PgError PgLink::connect_error() const {
    PgError error{.kind = PgErrorKind::refused};
    if (is_closed_) {
        error.what = "the connection was closed while it was being made";
        return error;
    }
    const std::string said =
        handle_ == nullptr ? "" : in_one_line(without_location(PQerrorMessage(handle_)));
    error.what = is_late_ ? "no connection in time" : "no connection";
    if (!said.empty()) error.what += ": " + said;
    error.sqlstate = sqlstate_in(said);
    if (kind_of(error.sqlstate) == PgErrorKind::unavailable) error.kind = PgErrorKind::unavailable;
    return error;
}

bool PgLink::is_open() const {
    return handle_ != nullptr && PQstatus(handle_) == CONNECTION_OK && last_words_.what.empty();
}

bool PgLink::has_ended() {
    if (!is_open()) return true;
    const bool has_broken = PQconsumeInput(handle_) == 0;
    // PQisBusy makes libpq parse the input without waiting; the server's last message arrives as a
    // notice.
    PQisBusy(handle_);
    return has_broken || !is_open();
}

/// Notes that a warning came, but not its text, which is in the server's log. Keeps the message
/// with which the server ends the connection.
void PgLink::hear(void* link, const pg_result* notice) {
    const auto severity = text_of(PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED));
    auto& self = *static_cast<PgLink*>(link);
    self.has_warned_ |= severity == "WARNING";
    if (severity != "FATAL" && severity != "PANIC") return;
    auto& words = self.last_words_;
    words.kind = PgErrorKind::unavailable;
    words.sqlstate = text_of(PQresultErrorField(notice, PG_DIAG_SQLSTATE));
    words.what = "the server ended the connection: " +
                 in_one_line(text_of(PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY)));
}

void PgLink::flush() {
    if (is_flushing_ || !is_open()) return;
    // If this failed, the next receive() fails, too.
    if (PQflush(handle_) != 1) return;
    is_flushing_ = true;
    socket_->descriptor.async_wait(
        Wait::wait_write,
        [self = shared_from_this()](const boost::system::error_code& error) {
            self->is_flushing_ = false;
            if (!error) self->flush();
        }
    );
}

Awaitable<bool> PgLink::receive() {
    const bool has_input = co_await wait(false);
    if (!has_input) co_return false;
    do {
        if (PQconsumeInput(handle_) == 0) co_return false;
    } while (has_decrypted_input(handle_));
    flush();
    co_return true;
}

Awaitable<bool> PgLink::wait(bool for_write) {
    if (is_late_ || is_closed_) co_return false;
    const auto self = shared_from_this();
    const auto [error] = co_await socket_->descriptor.async_wait(
        for_write ? Wait::wait_write : Wait::wait_read, asio::as_tuple(use_awaitable)
    );
    co_return !error && !is_closed_;
}

void PgLink::set_deadline(std::chrono::milliseconds time) {
    is_late_ = false;
    socket_->timer.expires_after(time);
    socket_->timer.async_wait([self = shared_from_this(),
                               number =
                                   ++deadline_number_](const boost::system::error_code& error) {
        if (error || number != self->deadline_number_) return;
        self->is_late_ = true;
        boost::system::error_code ignored;
        self->socket_->descriptor.cancel(ignored);
    });
}

void PgLink::clear_deadline() {
    ++deadline_number_;
    is_late_ = false;
    socket_->timer.cancel();
}

bool PgLink::watch_socket() {
    unwatch();
    const int copy = fcntl(PQsocket(handle_), F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return false;
    boost::system::error_code error;
    socket_->descriptor.assign(copy, error);
    if (error) ::close(copy);
    return !error;
}

void PgLink::unwatch() {
    boost::system::error_code ignored;
    socket_->descriptor.close(ignored);
}

void PgLink::close() {
    is_closed_ = true;
    clear_deadline();
    unwatch();
    PQfinish(handle_);
    handle_ = nullptr;
}

}  // namespace frontrow::io::postgres
