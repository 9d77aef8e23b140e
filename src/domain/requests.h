#pragma once

#include "base/instant.h"
#include "base/state_index.h"
#include "base/state_log.h"
#include "base/state_table.h"
#include "domain/idempotency.h"

#include <cstdint>

namespace frontrow::domain {

using RequestIndex = std::uint32_t;

/// What a request under a key has done.
enum class RequestKind : std::uint8_t {
    reservation,
    extension,
    event,
    sale,
    seats,
    api_key,
    member,
};

struct RequestRow {
    RequestMark mark;
    Instant at;
    RequestKind kind = RequestKind::reservation;
    /// The index of what it made or changed: among reservations, events or API keys, and of seats
    /// among the blocks of their event. Of a member 1 for a new one.
    std::uint32_t made = 0;
};

/// The requests under Idempotency-Keys that have made facts, whatever they asked for: who asks
/// again within kRequestMemory is told what was made then. One that was refused isn't here, and may
/// be tried again. Evolve alone changes it. One thread.
class Requests {
public:
    explicit Requests(StateLog& log);
    Requests(const Requests&) = delete;
    Requests& operator=(const Requests&) = delete;
    ~Requests();

    /// The newest under this key, if it is still remembered at `now`.
    const RequestRow* find(Bits128 key, Instant now) const;
    std::size_t size() const { return rows_.size(); }
    /// Nothing for one that was forgotten.
    const RequestRow* at(RequestIndex index) const {
        return rows_.has(index) ? &rows_[index] : nullptr;
    }
    void prefetch(Bits128 key) const { by_key_.prefetch(key); }

    /// In the order of their times. No other under its key is remembered any more.
    RequestIndex add(const RequestRow& row);
    /// Some aren't remembered any more at `now`.
    bool has_forgettable(Instant now) const;
    /// Lets those go that aren't remembered any more at `now`, the oldest first, `at_most` of them.
    /// At a boundary.
    void forget(Instant now, std::size_t at_most);

    /// CHECKs that each key leads to its newest request. Reads everything.
    void verify() const;

    // For a loader (domain/inventory_image.h).

    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& requests);
    /// What follows from the rows: the table.
    void derive();

private:
    RequestIndex index_of(Bits128 key) const {
        return by_key_.find(key, [&](auto index) { return rows_[index].mark.key == key; });
    }
    void enter(RequestIndex index);

    StateLog& log_;
    StateTable<RequestRow> rows_{log_, "requests"};
    StateIndex by_key_{log_};
};

}  // namespace frontrow::domain
