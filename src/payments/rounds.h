#pragma once

#include "base/instant.h"
#include "domain/reads.h"

namespace frontrow::payments {

/// Says which parts of all that is unfinished to look at, if it is too much for one look. Each look
/// takes the next part of the payments and the next part of the refunds, round after round. Before
/// them it takes the payments that are new: thousands of buyers may be on a provider's page, and
/// nobody else shall wait for them.
///
/// Pure. One thread.
class Rounds {
public:
    /// What is new.
    domain::UnfinishedSince fresh() const { return {fresh_since_, std::nullopt}; }
    /// The next parts.
    domain::UnfinishedSince part() const { return {payments_since_, refunds_since_}; }

    /// Call this when all charges have begun that were read from fresh() on. Until then the same is
    /// looked at again. Returns whether this was all that is new.
    bool has_begun_fresh(const domain::Unfinished& fresh);

    // Call them after a look at the payments, or the refunds, that were read from part() on. They
    // return whether this was the last part of the round.

    bool has_passed_payments(const domain::Unfinished& part);
    bool has_passed_refunds(const domain::Unfinished& part);

private:
    Instant fresh_since_ = Instant::min();
    Instant payments_since_ = Instant::min();
    Instant refunds_since_ = Instant::min();
};

}  // namespace frontrow::payments
