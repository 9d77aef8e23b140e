#pragma once

#include "base/instant.h"
#include "base/state_index.h"
#include "base/state_log.h"
#include "base/state_table.h"
#include "domain/idempotency.h"

#include <cstdint>

namespace frontrow::domain {

using RequestIndex = std::uint32_t;

/// What a request with an idempotency key made or changed.
enum class RequestKind : std::uint8_t {
    reservation,
    extension,
    event,
    sale,
    seats,
    api_key,
    member,
    category,
    change,
    allocation,
    order,
    payment,
    refund,
    cancellation,
    ticket,
};

struct RequestRow {
    RequestMark mark;
    Instant at;
    RequestKind kind = RequestKind::reservation;
    /// The index of what the request made or changed, among reservations, events, API keys, orders
    /// or tickets; for a payment or a refund, the index of its order. For seats, a category or an
    /// allocation, the index of the block, category or allocation in its event. For a member, 1 if
    /// the member was new.
    std::uint32_t made = 0;
};

/// All requests with idempotency keys that produced facts. A client that repeats such a request
/// within kRequestMemory gets the first answer. Refused requests aren't recorded and may be tried
/// again. Changed by `evolve` only. One thread.
class Requests {
public:
    explicit Requests(StateLog& log);
    Requests(const Requests&) = delete;
    Requests& operator=(const Requests&) = delete;
    ~Requests();

    /// The newest request under this key, if it is still remembered at `now`.
    const RequestRow* find(Bits128 key, Instant now) const;
    std::size_t size() const { return rows_.size(); }
    /// Null if the request is forgotten.
    const RequestRow* at(RequestIndex index) const {
        return rows_.has(index) ? &rows_[index] : nullptr;
    }
    void prefetch(Bits128 key) const { by_key_.prefetch(key); }

    /// Requests must be added in the order of their times. No other request with the same key may
    /// still be remembered.
    RequestIndex add(const RequestRow& row);
    /// True if some requests are no longer remembered at `now`.
    bool has_forgettable(Instant now) const;
    /// Erases requests that are no longer remembered at `now`, oldest first, at most `at_most`.
    /// Call it only while no savepoint is open.
    void forget(Instant now, std::size_t at_most);

    /// CHECKs that each key leads to its newest request. Reads everything.
    void verify() const;

    // For saving and loading rows (domain/inventory_image.h).

    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& requests);
    /// Rebuilds what is derived from the rows: the look-up table.
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
