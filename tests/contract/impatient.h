#pragma once

#include "support/test_server.h"

namespace frontrow::test {

/// Options of a server that waits a third of a second for any client.
inline TestServer::Options impatient() {
    TestServer::Options options;
    options.limits.request_time = Millis{300};
    options.limits.idle_time = Millis{300};
    options.limits.stalled_write_time = Millis{300};
    options.limits.drain_time = Millis{300};
    return options;
}

}  // namespace frontrow::test
