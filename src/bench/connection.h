#pragma once

#include "base/result.h"
#include "bench/answer_reader.h"
#include "bench/target.h"
#include "io/awaitable.h"
#include "io/fault.h"

#include <memory>
#include <string_view>

namespace frontrow::bench {

/// One kept-alive connection to a server. It has no patience of its own: whoever has set a deadline
/// calls close(). One thread.
class Connection {
public:
    explicit Connection(io::Executor executor);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Fault unavailable: nobody answers there.
    io::Awaitable<Result<void, io::Fault>> connect(const Target& target);
    /// Sends a request, which lives until then, and reads its answer, which lives until the next
    /// one. Fault outcome_unknown: the connection broke, or what came is no answer; it's closed.
    io::Awaitable<Result<Answer, io::Fault>> exchange(std::string_view request);
    /// Ends what waits on it, which then finds the connection broken.
    void close();

private:
    struct Socket;

    std::unique_ptr<Socket> socket_;
    AnswerReader reader_;
};

}  // namespace frontrow::bench
