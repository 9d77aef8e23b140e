#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/postgres/pg_address.h"
#include "io/postgres/pg_error.h"
#include "io/postgres/pg_options.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

struct pg_conn;
struct pg_result;

namespace frontrow::io::postgres {

/// A libpq connection and its socket on an executor: it connects, sends what libpq holds whenever
/// the socket takes it, and waits for what comes, all without holding the thread. Shared by whoever
/// waits on it, so that a close() in the meantime leaves nothing dangling. One thread.
///
/// Asio watches a duplicate of libpq's socket: libpq closes its own whenever it likes, and the
/// number would then be somebody else's.
class PgLink : public std::enable_shared_from_this<PgLink> {
public:
    explicit PgLink(Executor executor);
    ~PgLink();
    PgLink(const PgLink&) = delete;
    PgLink& operator=(const PgLink&) = delete;

    /// Ends connected and in pipeline mode, or with `refused` or `unavailable`. Of several hosts it
    /// tries one after the other: libpq would give all of the time to one that says nothing. The
    /// deadline that is left when it returns is connect_time's.
    Awaitable<Result<void, PgError>> connect(PgOptions options);

    /// nullptr once closed.
    pg_conn* handle() const { return handle_; }
    bool is_open() const;
    /// Looks, without waiting, whether the server has said good-bye.
    bool has_ended();
    /// The server's last words before it ended the connection unasked; empty if it had none.
    const PgError& last_words() const { return last_words_; }

    /// Whether the server has warned since forget_warnings(). A commit that was told with a warning
    /// may not have reached a synchronous standby.
    bool has_warned() const { return has_warned_; }
    void forget_warnings() { has_warned_ = false; }

    /// Sends what libpq has buffered, now and as the socket takes it.
    void flush();
    /// Waits for bytes and hands them to libpq. False: broken, closed, or the deadline has passed.
    Awaitable<bool> receive();

    /// From now on, receive() and connect() end when so much time is over.
    void set_deadline(std::chrono::milliseconds time);
    void clear_deadline();
    bool is_late() const { return is_late_; }

    /// Ends the connection and whoever waits on it.
    void close();

    /// Somebody is in the middle of something that must be finished before the next begins.
    bool is_used = false;

private:
    struct Socket;

    Awaitable<Result<void, PgError>> try_host(const PgOptions& options, const PgHost& host);
    Awaitable<Result<void, PgError>> go_through_handshake();
    Awaitable<bool> wait(bool for_write);
    bool watch_socket();
    void unwatch();
    PgError connect_error() const;
    static void hear(void* link, const pg_result* notice);

    Executor executor_;
    pg_conn* handle_ = nullptr;
    std::unique_ptr<Socket> socket_;
    PgError last_words_;
    bool has_warned_ = false;
    bool is_closed_ = false;
    bool is_late_ = false;
    bool is_flushing_ = false;
    std::size_t deadline_number_ = 0;
};

}  // namespace frontrow::io::postgres
