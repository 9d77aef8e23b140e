#include "store/cluster/replay.h"

#include "domain/evolve.h"
#include "store/engine/snapshot.h"

#include <string>
#include <utility>

namespace frontrow::store::cluster {
namespace {

using io::Fault;
using io::FaultKind;

}  // namespace

engine::JournalEnd end_of(const Head& head) {
    return {.batch = head.first_seq, .last_seq = head.last_seq, .hash = head.hash};
}

Result<Beginning, Fault> read_beginning(const std::filesystem::path& snapshot_file) {
    auto snapshot = engine::Snapshot::open(snapshot_file);
    if (!snapshot) return std::unexpected(snapshot.error());
    auto state = snapshot->read(StateLog::Digests::on);
    if (!state) return std::unexpected(state.error());
    (*state)->digest();
    return Beginning{
        .state = std::move(*state),
        .end = snapshot->end(),
        .generation = snapshot->generation(),
        .bytes = snapshot->bytes(),
    };
}

Result<void, Fault> check_stands(Beginning& beginning, const Head& there) {
    if (beginning.end != end_of(there)) {
        return std::unexpected(Fault{FaultKind::corrupt, "the snapshot belongs to another journal"}
        );
    }
    if (beginning.state->digest() != there.state) {
        return std::unexpected(Fault{
            FaultKind::corrupt, "the snapshot doesn't match the journal's digest of the state"
        });
    }
    return {};
}

void end_batch(domain::Inventory& state, std::size_t facts) {
    // Erases more rows than the facts can add, but only a few at a time.
    constexpr std::size_t kErasedExtra = 64;
    state.let_go(2 * facts + kErasedExtra);
}

Result<std::vector<domain::Fact>, Fault>
replay(domain::Inventory& state, const Head& before, const Batch& batch) {
    auto facts = read_following(before, batch);
    if (!facts) return facts;
    for (const auto& fact : *facts)
        domain::evolve(state, fact);
    if (state.digest() == batch.head.state) {
        end_batch(state, facts->size());
        return facts;
    }
    return std::unexpected(Fault{
        FaultKind::corrupt,
        "batch " + std::to_string(batch.head.first_seq) +
            ": it leads to another state here than on its node"
    });
}

}  // namespace frontrow::store::cluster
