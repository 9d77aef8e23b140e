#pragma once

#include "bench/answer_reader.h"
#include "bench/complaints.h"
#include "bench/ledger.h"
#include "bench/scenario.h"
#include "bench/venue.h"

#include <chrono>
#include <cstdint>

namespace frontrow::bench {

/// A request and when it was under way, on the bench's own clock.
struct Exchange {
    std::uint64_t number = 0;
    Ask ask;
    std::chrono::nanoseconds sent{0};
    std::chrono::nanoseconds answered{0};
};

/// Holds each answer against the contract. Any thread.
class Judge {
public:
    virtual ~Judge() = default;
    virtual void judge(const Exchange& exchange, const Answer& answer, Complaints& to) = 0;
};

/// For Frontrow: only the statuses that the scenario is about, each 201 a reservation of the seats
/// that were asked for, and each told to one buyer at a time. 429 and 503 are the contract's way of
/// turning a crowd away and are counted like any other answer, unless they leave open what was
/// done.
class SaleJudge final : public Judge {
public:
    /// All outlive the judge.
    SaleJudge(const Plan& plan, const Venue& venue, Ledger& ledger)
        : plan_{plan}, venue_{venue}, ledger_{ledger} {}

    void judge(const Exchange& exchange, const Answer& answer, Complaints& to) override;

private:
    void sold(const Exchange& exchange, const Answer& answer, Complaints& to);

    const Plan& plan_;
    const Venue& venue_;
    Ledger& ledger_;
};

/// For the yardstick: 201, whatever was asked.
class ConstantJudge final : public Judge {
public:
    void judge(const Exchange& exchange, const Answer& answer, Complaints& to) override;
};

}  // namespace frontrow::bench
