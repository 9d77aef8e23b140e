#pragma once

#include "app/cluster_comparison.h"
#include "app/open_ticket_keys.h"
#include "http/guest_sessions.h"
#include "http/ticket_codes.h"
#include "io/awaitable.h"
#include "store/side_records.h"

#include <optional>

namespace frontrow::app {

/// The keys for tickets and for guests' sessions on this node. A cluster's nodes must sign with the
/// same keys. Until they are compared, nothing is signed or checked. On a single machine, the
/// record is written before the first ticket is signed. One thread, the executor's.
class SharedTicketKeys {
public:
    SharedTicketKeys(
        ClusterComparison::Ports ports,
        store::SideRecords& records,
        http::TicketCodes& codes,
        http::GuestSessions& sessions,
        TicketKeys keys
    );

    void start();
    /// Returns when nothing of it runs any more; destroy it only then.
    io::Awaitable<void> close() { return comparison_.close(); }

private:
    void accept(const std::optional<tickets::KeyRegistry>& registry);
    io::Awaitable<Result<bool, io::Fault>> compare(FirstUse first_use);
    io::Awaitable<Result<void, io::Fault>> before_signing();

    const telemetry::Log& log_;
    store::SideRecords& records_;
    http::TicketCodes& codes_;
    http::GuestSessions& sessions_;
    TicketKeys keys_;
    bool is_registered_ = false;
    ClusterComparison comparison_;
};

}  // namespace frontrow::app
