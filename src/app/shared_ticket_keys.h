#pragma once

#include "app/open_ticket_keys.h"
#include "http/ticket_codes.h"
#include "io/awaitable.h"
#include "io/task_group.h"
#include "io/timer.h"
#include "store/side_records.h"

#include <functional>

namespace frontrow::app {

/// The keys for tickets on this node. A cluster's nodes must sign with the same keys, so they are
/// compared with the record in the database, as soon as that answers. Until then nothing is signed
/// or checked. The first node that signs writes the record. A node with other keys than the
/// record's ends. One thread, the executor's.
class SharedTicketKeys {
public:
    struct Ports {
        io::Executor executor;
        store::SideRecords& records;
        http::TicketCodes& codes;
        const telemetry::Log& log;
        /// Ends the process.
        std::function<void()> on_failure;
    };

    SharedTicketKeys(Ports ports, TicketKeys keys);

    void start();
    /// Returns when nothing of it runs any more; destroy it only then.
    io::Awaitable<void> close();

private:
    void accept(const std::optional<tickets::KeyRegistry>& registry);
    /// Takes what was found in the store. False if it should be looked for again.
    bool take(const Result<std::optional<tickets::KeyRegistry>, io::Fault>& found);
    io::Awaitable<void> compare();
    io::Awaitable<Result<void, io::Fault>> before_signing();

    Ports ports_;
    TicketKeys keys_;
    io::Timer pause_;
    bool is_registered_ = false;
    bool is_closing_ = false;
    io::TaskGroup tasks_;
};

}  // namespace frontrow::app
