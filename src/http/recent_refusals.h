#pragma once

#include "base/instant.h"
#include "wire/refused_request_json.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::http {

/// Why requests were refused, for callers who ask later. Remembers the newest answers with an error
/// to known callers, in this process's memory alone: for an hour, or until as many have followed as
/// it has room for. Requests that succeeded aren't remembered, so a sale pays nothing for this.
/// One thread.
class RecentRefusals {
public:
    static constexpr std::chrono::hours kTime{1};
    static constexpr std::size_t kRoom = 65'536;
    /// A longer message is cut.
    static constexpr std::size_t kMessageBytesMax = 512;

    explicit RecentRefusals(std::size_t room = kRoom) : room_{room} {}

    /// Remembers a refusal of this caller. `request_id`: the caller's own X-Request-Id, or empty.
    void
    note(std::string_view caller, std::string_view request_id, const wire::RefusedRequest& refused);
    /// This caller's newest refusal with this trace id, in hexadecimal, or this X-Request-Id. Null
    /// if there is none, or if only others have one. Valid until the next note().
    const wire::RefusedRequest* find(std::string_view caller, std::string_view id, Instant now)
        const;

private:
    struct Entry {
        std::string caller;
        std::string request_id;
        std::string message;
        /// Its message is the one above.
        wire::RefusedRequest refused;
    };
    /// Of the trace id and of the X-Request-Id. Kept apart from the entries, so that a search reads
    /// one stretch of memory.
    using Digests = std::array<std::uint64_t, 2>;

    std::size_t room_;
    /// A ring, once it is full. Entries are reused with their memory.
    std::deque<Entry> entries_;
    std::vector<Digests> digests_;
    /// Where the next entry goes.
    std::size_t next_ = 0;
};

}  // namespace frontrow::http
