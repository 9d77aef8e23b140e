#include "scenario/store_world.h"

#include "scenario/postgres_world.h"
#include "store/sqlite/sqlite_fact_reader.h"
#include "store/sqlite/take_snapshot.h"
#include "support/one_machine.h"

#include <stdexcept>

namespace frontrow::test {
namespace {

class EmbeddedWorld final : public StoreWorld {
public:
    EmbeddedWorld() { machine_.start(); }

    store::Store& store() override { return machine_.store(); }
    boost::asio::io_context& io() override { return machine_.io; }
    Sale& sale() override { return machine_.sale; }
    /// Every third restart takes a snapshot of everything first; the next two start from it and the
    /// facts after it.
    void restart() override {
        if (++restarts_ % 3 == 1 && !store::sqlite::take_snapshot(machine_.folder.path()))
            throw std::runtime_error("no snapshot can be taken");
        machine_.restart();
    }
    void move_clock(Millis by) override {
        if (by >= Millis{0}) return machine_.clock.advance(by);
        machine_.clock.step(by);
        machine_.accept_clock = true;
    }
    std::unique_ptr<store::engine::FactReader> reader_beside() override {
        return std::make_unique<store::sqlite::SqliteFactReader>(
            machine_.io.get_executor(), machine_.folder.path()
        );
    }

private:
    OneMachine machine_;
    int restarts_ = 0;
};

}  // namespace

std::vector<StoreKind> store_kinds() {
    return {
        {.name = "embedded",
         .make = [] -> std::unique_ptr<StoreWorld> { return std::make_unique<EmbeddedWorld>(); },
         .decides_at_once = true},
        {.name = "postgres",
         .make = [] -> std::unique_ptr<StoreWorld> {
             return std::make_unique<PostgresWorld>(false);
         },
         .why_not = &PostgresServer::why_not},
        {.name = "postgres_and_redis",
         .make = [] -> std::unique_ptr<StoreWorld> {
             return std::make_unique<PostgresWorld>(true);
         },
         .why_not = &PostgresWorld::why_no_gate},
    };
}

StoreKind store_kind(const std::string& name) {
    for (auto& kind : store_kinds()) {
        if (kind.name == name) return kind;
    }
    throw std::invalid_argument("there is no store of the kind " + name);
}

}  // namespace frontrow::test
