#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/one_at_a_time.h"
#include "io/postgres/pg_options.h"
#include "io/workers.h"
#include "store/engine/fact_reader.h"
#include "store/postgres/line.h"

#include <boost/asio/io_context.hpp>

#include <cstddef>

namespace frontrow::store::postgres {

/// Reads facts in a cluster's journal, over a connection of its own, which is opened when it is
/// needed: a node's first reader who is far behind opens it. Everything that takes long, the
/// connection too, is on a thread of its own.
class PostgresFactReader final : public engine::FactReader {
public:
    /// `connection` as the operator has it.
    PostgresFactReader(io::Executor owner, io::postgres::PgOptions connection);

    io::Awaitable<Result<FeedPage, io::Fault>>
    read(FeedPosition position, engine::JournalEnd until, std::size_t at_most) override;
    io::Awaitable<Result<engine::JournalEnd, io::Fault>> find_end() override;
    io::Awaitable<void> close() override;

private:
    /// What the coroutine that `begin` begins comes to on the other thread, when those before have
    /// ended.
    template <class Begin>
    auto run(Begin begin) -> decltype(begin());

    /// Of the other thread.
    boost::asio::io_context loop_{1};
    Line line_;
    io::OneAtATime turns_;
    bool is_closing_ = false;
    io::Workers worker_;
};

}  // namespace frontrow::store::postgres
