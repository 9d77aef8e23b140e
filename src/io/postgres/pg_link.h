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

/// A libpq connection and its socket on an executor. It connects, sends libpq's buffered output
/// whenever the socket accepts more, and waits for input, all without blocking the thread. Callers
/// hold it by shared_ptr while they wait, so close() may be called meanwhile. One thread.
///
/// Asio watches a duplicate of libpq's socket: libpq may close its own at any time, and the
/// descriptor's number could then belong to another file.
class PgLink : public std::enable_shared_from_this<PgLink> {
public:
    explicit PgLink(Executor executor);
    ~PgLink();
    PgLink(const PgLink&) = delete;
    PgLink& operator=(const PgLink&) = delete;

    /// Returns when connected and in pipeline mode, or with `refused` or `unavailable`. Several
    /// hosts are tried one after the other, each with its share of the time, because libpq would
    /// spend all of the time on a host that doesn't answer. When it returns, the deadline set by
    /// connect_time still applies.
    Awaitable<Result<void, PgError>> connect(PgOptions options);

    /// nullptr once closed.
    pg_conn* handle() const { return handle_; }
    bool is_open() const;
    /// Checks, without waiting, whether the server has ended the session.
    bool has_ended();
    /// The message with which the server ended the connection; empty if there was none.
    const PgError& last_words() const { return last_words_; }

    /// True if the server has sent a warning since forget_warnings(). A commit acknowledged with a
    /// warning may not have reached a synchronous standby.
    bool has_warned() const { return has_warned_; }
    void forget_warnings() { has_warned_ = false; }

    /// Sends what libpq has buffered, now and whenever the socket accepts more.
    void flush();
    /// Waits for bytes and passes them to libpq. False if the connection is broken or closed, or
    /// the deadline has passed.
    Awaitable<bool> receive();

    /// Sets the deadline: receive() and connect() end after this time.
    void set_deadline(std::chrono::milliseconds time);
    void clear_deadline();
    bool is_late() const { return is_late_; }

    /// Ends the connection and resumes the waiting caller.
    void close();

    /// True while an operation is under way; the next may begin only when it has finished.
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
