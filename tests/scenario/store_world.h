#pragma once

#include "store/engine/fact_reader.h"
#include "store/store.h"
#include "support/run_coroutine.h"
#include "support/sale.h"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::test {

/// A store of some kind and the world around it. The scenarios know this and the port; a store that
/// passes them is one.
class StoreWorld {
public:
    using Answer = Result<domain::Outcome, io::Fault>;

    virtual ~StoreWorld() = default;

    virtual store::Store& store() = 0;
    /// What the store's coroutines run on.
    virtual boost::asio::io_context& io() = 0;
    virtual Sale& sale() = 0;
    /// Ends the store and starts one on what it kept.
    virtual void restart() = 0;
    /// Lets time pass; backwards it's the machine's or the database's clock that is set.
    virtual void move_clock(Millis by) = 0;
    /// As another process reads the journal beside the store.
    virtual std::unique_ptr<store::engine::FactReader> reader_beside() = 0;

    Started<Answer> start(domain::Command command) {
        return test::start(io(), store().execute(std::move(command), sale().trace()));
    }
    Answer execute(domain::Command command) { return start(std::move(command)).get(); }

    /// Runs a read to its answer, which must come.
    template <class T>
    T read(io::Awaitable<Result<T, io::Fault>> reading) {
        return run(io(), std::move(reading)).value();
    }
};

struct StoreKind {
    std::string name;
    std::unique_ptr<StoreWorld> (*make)() = nullptr;
    /// A command is decided in the turn of the loop in which it arrives, and only its answer waits.
    bool decides_at_once = false;
    /// Why there can't be one here, if there can't.
    std::optional<std::string> (*why_not)() = [] { return std::optional<std::string>{}; };

    friend void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }
};

/// Every kind of store there is.
std::vector<StoreKind> store_kinds();
/// One of them.
StoreKind store_kind(const std::string& name);

}  // namespace frontrow::test
