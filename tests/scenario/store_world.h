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

/// A store of one kind and its surroundings. The scenarios know only this and the port; a store
/// that passes them is a valid one.
class StoreWorld {
public:
    using Answer = Result<domain::Outcome, io::Fault>;

    virtual ~StoreWorld() = default;

    virtual store::Store& store() = 0;
    /// Runs the store's coroutines.
    virtual boost::asio::io_context& io() = 0;
    virtual Sale& sale() = 0;
    /// Ends the store and starts another on its data.
    virtual void restart() = 0;
    /// Lets time pass. A negative time sets the machine's or the database's clock back.
    virtual void move_clock(Millis by) = 0;
    /// Reads the journal as another process does while the store runs.
    virtual std::unique_ptr<store::engine::FactReader> reader_beside() = 0;

    Started<Answer> start(domain::Command command) {
        return test::start(io(), store().execute(std::move(command), sale().trace()));
    }
    Answer execute(domain::Command command) { return start(std::move(command)).get(); }

    /// Runs a read until its answer; there must be one.
    template <class T>
    T read(io::Awaitable<Result<T, io::Fault>> reading) {
        return run(io(), std::move(reading)).value();
    }
};

struct StoreKind {
    std::string name;
    std::unique_ptr<StoreWorld> (*make)() = nullptr;
    /// The store decides a command in the turn of the loop in which it arrives; only the answer
    /// waits.
    bool decides_at_once = false;
    /// Why this kind can't run here; nothing if it can.
    std::optional<std::string> (*why_not)() = [] { return std::optional<std::string>{}; };

    friend void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }
};

/// All kinds of store.
std::vector<StoreKind> store_kinds();
/// The kind with this name.
StoreKind store_kind(const std::string& name);

}  // namespace frontrow::test
