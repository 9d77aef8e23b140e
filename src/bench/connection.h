#pragma once

#include "base/result.h"
#include "bench/answer_reader.h"
#include "bench/target.h"
#include "io/awaitable.h"
#include "io/fault.h"

#include <memory>
#include <string_view>

namespace frontrow::bench {

/// A keep-alive connection to a server. It has no timeout: the caller enforces its deadline with
/// close(). One thread.
class Connection {
public:
    explicit Connection(io::Executor executor);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Fault unavailable: the server can't be reached.
    io::Awaitable<Result<void, io::Fault>> connect(const Target& target);
    /// Sends a request and reads its answer. The request must live until then; the answer is valid
    /// until the next call. Fault outcome_unknown: the connection broke, or the answer isn't valid
    /// HTTP; the connection is then closed.
    io::Awaitable<Result<Answer, io::Fault>> exchange(std::string_view request);
    /// Ends a running exchange() or connect() with a broken connection.
    void close();

private:
    struct Socket;

    std::unique_ptr<Socket> socket_;
    AnswerReader reader_;
};

}  // namespace frontrow::bench
