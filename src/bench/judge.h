#pragma once

#include "bench/answer_reader.h"
#include "bench/complaints.h"
#include "bench/ledger.h"
#include "bench/scenario.h"
#include "bench/told_reservation.h"
#include "bench/venue.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace frontrow::bench {

/// A request and the times of its exchange, on the bench's own clock.
struct Exchange {
    std::uint64_t number = 0;
    Ask ask;
    std::chrono::nanoseconds sent{0};
    std::chrono::nanoseconds answered{0};
};

/// Checks each answer against the contract. Any thread.
class Judge {
public:
    virtual ~Judge() = default;
    virtual void judge(const Exchange& exchange, const Answer& answer, Complaints& to) = 0;
};

/// The contract, or the scenario, doesn't allow the answer.
void complain_of(const Answer& answer, Complaints& to);
/// Whether it is 429 or 503: this is how the contract refuses excess load, so they are counted like
/// any other answer. A 503 that leaves the outcome unknown is a complaint.
bool turns_away(const Answer& answer, Complaints& to);

/// The judge for Frontrow. Accepts only the answers that the scenario allows, and those that turn
/// buyers away. Each 201 must be a reservation of what was asked for, a group's seats must be
/// together, and a seat must belong to one buyer at a time.
class SaleJudge final : public Judge {
public:
    /// All of them outlive the judge.
    SaleJudge(const Plan& plan, const Venue& venue, Ledger& ledger);

    void judge(const Exchange& exchange, const Answer& answer, Complaints& to) override;

private:
    void sold(const Exchange& exchange, const Answer& answer, Complaints& to);
    void refused(const Ask& ask, const Answer& answer, Complaints& to);
    std::optional<std::uint32_t> first_seat_told(const Ask& ask, const Told& told) const;
    std::optional<std::uint32_t> group_told(const Ask& ask, std::string_view seat_ids) const;
    std::optional<std::uint32_t> find(const SeatId& id) const;
    std::span<const SeatId> seats(std::uint32_t first, std::uint32_t count) const;

    const Plan& plan_;
    const Venue& venue_;
    Ledger& ledger_;
    /// The seats in the order of their ids. Empty unless the server chooses the seats.
    std::vector<std::uint32_t> by_id_;
};

/// The judge for the yardstick (nginx): every answer must be a 201.
class ConstantJudge final : public Judge {
public:
    void judge(const Exchange& exchange, const Answer& answer, Complaints& to) override;
};

}  // namespace frontrow::bench
