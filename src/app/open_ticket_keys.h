#pragma once

#include "app/common_record.h"
#include "app/open_store.h"
#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "store/side_records.h"
#include "telemetry/log.h"
#include "tickets/key_registry.h"

#include <filesystem>
#include <optional>

namespace frontrow::app {

/// The keys for tickets' codes, as a process that starts has them.
struct TicketKeys {
    /// Empty for a cluster's node that has no key file, which signs nothing.
    std::filesystem::path file;
    tickets::KeyRing ring;
    /// They were compared with the store's record. A cluster's are compared later, since its
    /// database may not answer yet (ClusterComparison).
    bool is_compared = false;
    /// The record; absent if the store has none.
    std::optional<tickets::KeyRegistry> registry;
};

/// Reads the keys in `file`, or, if that is empty, in the data folder, which may have none yet.
/// Faults: those of read_key_file; unusable if a cluster's file is missing.
Result<TicketKeys, io::Fault>
read_ticket_keys(const StoreChoice& choice, std::filesystem::path file, const telemetry::Log& log);

/// Compares a data folder's keys with its store's record, and makes the first key. The store must
/// be open already. Does nothing for a cluster. Faults: those of change_key_file, SqliteSideRecords
/// and compare_ticket_keys.
Result<TicketKeys, io::Fault>
settle_ticket_keys(const StoreChoice& choice, TicketKeys keys, const StoreWorld& world);

/// Compares the keys with the store's record, and returns that, if there is one in the end. If the
/// file's last key is new to the record, adds it, so that all nodes accept what it signs. Faults:
/// those of SideRecords; unusable if the store's tickets are signed with other keys, with what to
/// do.
io::Awaitable<Result<std::optional<tickets::KeyRegistry>, io::Fault>>
compare_ticket_keys(store::SideRecords& records, const TicketKeys& keys, FirstUse first_use);

}  // namespace frontrow::app
