#pragma once

#include "app/cluster_comparison.h"
#include "io/awaitable.h"
#include "store/side_records.h"

#include <string>

namespace frontrow::app {

/// The secret with which this cluster's nodes sign and check tokens, which they must have in
/// common: otherwise a token of one node is refused by the next. A node without a secret takes no
/// tokens, and says so if others take some. One thread, the executor's.
class SharedSecret {
public:
    SharedSecret(ClusterComparison::Ports ports, store::SideRecords& records, std::string secret);

    void start() { comparison_.start(); }
    /// Returns when nothing of it runs any more; destroy it only then.
    io::Awaitable<void> close() { return comparison_.close(); }

private:
    io::Awaitable<Result<bool, io::Fault>> compare(FirstUse first_use);

    const telemetry::Log& log_;
    store::SideRecords& records_;
    /// Empty if there is no secret.
    std::string fingerprint_;
    ClusterComparison comparison_;
};

}  // namespace frontrow::app
