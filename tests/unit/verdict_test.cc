#include "cli/verdict.h"

#include "cli/commands.h"
#include "domain/evolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// What `frontrow verify` says at its end.

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Verdict : public testing::Test {
protected:
    static domain::Fact created_by(std::string sub) {
        domain::EventSpec spec;
        spec.name = "Winter concert";
        spec.start_at = Instant{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1}};
        spec.end_at = spec.start_at + std::chrono::hours{2};
        const auto at = spec.start_at - std::chrono::days{10};
        return {
            .seq = 1,
            .at = at,
            .trace = {},
            .event = EventId{Bits128{1, 1}},
            .body = domain::EventCreated{std::move(spec), std::move(sub), {}},
        };
    }

    void read(const domain::Fact& by_audit, const domain::Fact& by_inventory) {
        audit_.observe(by_audit);
        domain::evolve_for_good(inventory_, by_inventory);
    }
    /// Reads a seat of 5,000 yen that is sold by an order.
    void read_paid_order() {
        const auto first = created_by("house");
        std::uint64_t seq = 0;
        const auto add = [&](domain::FactBody body) {
            auto fact = first;
            fact.seq = ++seq;
            if (std::holds_alternative<domain::FormatRaised>(body)) fact.event = {};
            fact.body = std::move(body);
            read(fact, fact);
        };
        auto block = std::make_shared<domain::SeatBlock>();
        const SeatId seat{Bits128{2, 1}};
        block->first_id = seat;
        block->seats.push_back({.number = "A-1", .section = "", .row = "", .price = 5'000});
        const ReservationId reservation{Bits128{3, 1}};
        const OrderId order{Bits128{4, 1}};
        const PaymentId payment{Bits128{5, 1}};
        const auto end = first.at + std::chrono::minutes{10};
        add(first.body);
        add(domain::SeatsAdded{std::move(block)});
        add(domain::FormatRaised{domain::kNewestFormat});
        add(domain::ReservationHeld{
            .reservation = reservation,
            .user = "ann",
            .seats = {seat},
            .total_amount = 5'000,
            .expires_at = end,
            .request = {.key = {6, 1}, .content = {}},
            .unit_prices = {5'000},
        });
        add(domain::OrderPlaced{
            .order = order,
            .reservation = reservation,
            .lines = {{.seat = seat, .unit_price = 5'000, .amount = 5'000}},
            .amount = 5'000,
            .request = {.key = {6, 2}, .content = {}},
        });
        add(domain::PaymentIntended{
            .order = order,
            .payment = payment,
            .provider = "sim",
            .token = "tok",
            .return_url = "",
            .pinned_until = end,
        });
        add(domain::PaymentSucceeded{order, payment, "ref"});
        add(domain::ReservationConfirmed{reservation});
    }
    /// Returns the exit code; `said` is what was printed.
    int verdict(const std::vector<std::string>& others = {}) {
        testing::internal::CaptureStdout();
        const int exit_code = cli::print_verdict(audit_, inventory_, others);
        said = testing::internal::GetCapturedStdout();
        return exit_code;
    }

    std::string said;

private:
    domain::Audit audit_;
    domain::Inventory inventory_;
};

TEST_F(Verdict, is_good_where_the_state_is_what_the_facts_say) {
    read(created_by("house"), created_by("house"));
    EXPECT_EQ(verdict(), cli::kDone);
    EXPECT_THAT(said, HasSubstr("1 fact: 1 event"));
    EXPECT_THAT(said, HasSubstr("\nin order: "));
}

TEST_F(Verdict, adds_up_the_money_of_orders) {
    read_paid_order();
    EXPECT_EQ(verdict(), cli::kDone);
    EXPECT_THAT(said, HasSubstr("\n1 order\n"));
    EXPECT_THAT(said, HasSubstr("1 capture of 5000 JPY, 0 refunds of 0 JPY: 5000 JPY for what"));
    EXPECT_THAT(said, HasSubstr(", 0 JPY still to be refunded\n"));
}

TEST_F(Verdict, names_what_the_state_is_wrong_about) {
    read(created_by("house"), created_by("another house"));
    EXPECT_EQ(verdict(), cli::kFailed);
    EXPECT_THAT(said, HasSubstr("the state is wrong about event 00000000-0000-0001-"));
    EXPECT_THAT(said, HasSubstr("NOT IN ORDER: what the server makes of the facts"));
    EXPECT_THAT(said, Not(HasSubstr("\nin order: ")));
}

TEST_F(Verdict, names_what_else_is_not_in_order) {
    read(created_by("house"), created_by("house"));
    EXPECT_EQ(verdict({"snapshot-1 is wrong"}), cli::kFailed);
    EXPECT_THAT(said, HasSubstr("NOT IN ORDER: snapshot-1 is wrong\n"));
    EXPECT_THAT(said, Not(HasSubstr("\nin order: ")));
}

}  // namespace
}  // namespace frontrow::test
