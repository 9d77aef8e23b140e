#include "order_office.h"
#include "payments/runner.h"
#include "support/run_coroutine.h"
#include "support/seeded_random.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

// The runner between a store in memory and a provider that the test plays.

namespace frontrow::payments {
namespace {

using domain::BoxOffice;
using domain::OrderStatus;

/// The box office as a store. What it is asked needs no waiting.
class OfficeStore final : public store::Store {
public:
    explicit OfficeStore(BoxOffice& office) : office_{office} {}

    io::Awaitable<void> close() override { co_return; }
    io::Awaitable<Result<domain::Outcome, io::Fault>> execute(domain::Command command, TraceId)
        override {
        ++commands;
        if (refuses_refunds && std::holds_alternative<domain::RefundOrder>(command))
            co_return domain::Outcome{
                std::unexpected(domain::Refusal{.reason = domain::Reason::nothing_to_refund})
            };
        co_return office_.act(command);
    }
    bool is_member_organizer(EventId, std::string_view) const override { return false; }
    io::Awaitable<Result<std::optional<domain::SeatList>, io::Fault>>
    list_seats(EventId, bool, store::Page) override {
        co_return std::nullopt;
    }
    io::Awaitable<Result<std::optional<std::shared_ptr<const domain::SeatMap>>, io::Fault>>
    seat_map(EventId) override {
        co_return std::nullopt;
    }
    const domain::ApiKey* find_api_key(const domain::ApiKeyDigest&) const override {
        return nullptr;
    }
    store::Feed& feed() override { throw std::logic_error("no runner reads the feed"); }
    void measure(telemetry::Figures&) override {}
    bool is_ready() const override { return true; }
    Instant now() override { return office_.now; }

    int commands = 0;
    int reads = 0;
    bool refuses_refunds = false;

protected:
    io::Awaitable<std::optional<io::Fault>> look(Look look) override {
        ++reads;
        look(office_.inventory(), office_.now);
        co_return std::nullopt;
    }

private:
    BoxOffice& office_;
};

class HeldLease final : public store::TaskLeases {
public:
    void stand_for(std::string) override {}
    std::optional<store::TaskLease> held(std::string_view task) const override {
        return store::TaskLease{std::string{task}, 1};
    }
    io::Awaitable<void> close() override { co_return; }
};

/// Pays every charge. Answers no repayment until it is closed, if it is told so.
class Bank final : public Provider {
public:
    explicit Bank(io::Executor executor) : opening_{std::move(executor)} {
        opening_.expires_at(io::Timer::time_point::max());
    }

    io::Awaitable<void> close() override {
        opening_.cancel();
        co_return;
    }
    std::string_view name() const override { return "bank"; }
    io::Awaitable<Result<Verdict, io::Fault>> charge(Charge charge) override {
        if (throws) throw std::runtime_error("a library's exception");
        co_return paid(charge);
    }
    io::Awaitable<Result<Verdict, io::Fault>> look_up(Charge charge) override {
        co_return paid(charge);
    }
    io::Awaitable<Result<Verdict, io::Fault>> abandon(Charge charge) override {
        abandoned.insert(charge.payment);
        co_return Verdict{
            .payment = charge.payment,
            .news = domain::PaymentNews::declined,
            .code = "abandoned",
        };
    }
    io::Awaitable<Result<RepaymentVerdict, io::Fault>> repay(Repayment repayment) override {
        ++repayments;
        if (is_slow) {
            co_await opening_.async_wait(boost::asio::as_tuple(io::use_awaitable));
            co_return std::unexpected(io::Fault{io::FaultKind::outcome_unknown, "closed"});
        }
        co_return domain::NoteRefund{.refund = repayment.refund, .is_done = true};
    }
    io::Awaitable<Result<Movements, io::Fault>> list_movements(std::string) override {
        co_return Movements{};
    }
    io::Awaitable<Result<NoticeReading, io::Fault>>
    read_notice(std::vector<NoticeHeader>, std::string_view, Instant) override {
        co_return NoticeReading{};
    }

    bool throws = false;
    bool is_slow = false;
    std::size_t repayments = 0;
    std::set<PaymentId> abandoned;

private:
    static Verdict paid(const Charge& charge) {
        return {
            .payment = charge.payment,
            .news = domain::PaymentNews::succeeded,
            .reference = "ref",
            .amount = charge.amount,
            .currency = charge.currency,
        };
    }

    io::Timer opening_;
};

class PaymentRunner : public domain::OrderOffice {
protected:
    PaymentRunner() {
        auto bank = std::make_unique<Bank>(io_.get_executor());
        bank_ = bank.get();
        std::vector<std::unique_ptr<Provider>> all;
        all.push_back(std::move(bank));
        providers_ = std::make_unique<Providers>(std::move(all), "bank");
        runner_ = std::make_unique<Runner>(Runner::Ports{
            .executor = io_.get_executor(),
            .store = store_,
            .leases = lease_,
            .providers = *providers_,
            .desk = desk_,
            .random = random_,
            .log = log_,
        });
    }
    void TearDown() override {
        test::run(io_, closed());
        OrderOffice::TearDown();
    }

    /// Runs until this is so; a test that waits for a minute has failed.
    void run_until(const std::function<bool()>& is_so) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
        io_.restart();
        while (!is_so())
            ASSERT_GT(io_.run_one_until(deadline), 0U);
    }
    void start_runner() { runner_->start(); }

    boost::asio::io_context io_;
    OfficeStore store_{office};
    HeldLease lease_;
    test::SeededRandom random_{1};
    telemetry::Log log_{telemetry::LogLevel::error};
    Desk desk_{io_.get_executor(), store_};
    Bank* bank_ = nullptr;

private:
    io::Awaitable<bool> closed() {
        co_await providers_->close();
        co_await runner_->close();
        co_return true;
    }

    std::unique_ptr<Providers> providers_;
    std::unique_ptr<Runner> runner_;
};

TEST_F(PaymentRunner, takes_a_payment_while_the_refunds_of_an_event_hang) {
    constexpr std::uint32_t kOrders = kRefundsAtOnce + 4;
    event = office.open(kOrders, paid());
    for (std::uint32_t seat = 0; seat < kOrders; ++seat)
        buy("buyer " + std::to_string(seat), {seat});
    EXPECT_TRUE(office.act(cancelling()));
    bank_->is_slow = true;
    start_runner();
    run_until([&] { return bank_->repayments == kRefundsAtOnce; });
    event = office.open(1, paid());
    const auto order = place(hold("ann", {0}));
    start(order);
    run_until([&] { return status(order) == OrderStatus::paid; });
    EXPECT_EQ(bank_->repayments, kRefundsAtOnce);
}

TEST_F(PaymentRunner, refunds_all_orders_of_a_cancelled_event) {
    constexpr std::uint32_t kOrders = kRefundsAtOnce + 4;
    event = office.open(kOrders, paid());
    for (std::uint32_t seat = 0; seat < kOrders; ++seat)
        buy("buyer " + std::to_string(seat), {seat});
    EXPECT_TRUE(office.act(cancelling()));
    start_runner();
    run_until([&] { return sales().cancelled == domain::RefundProgress{0, kOrders}; });
    EXPECT_EQ(bank_->repayments, kOrders);
}

TEST_F(PaymentRunner, charges_nobody_for_a_cancelled_event) {
    const auto order = place(hold("ann", {0}));
    const auto attempt = start(order);
    EXPECT_TRUE(office.act(cancelling()));
    start_runner();
    run_until([&] { return status(order) != OrderStatus::paying; });
    EXPECT_THAT(bank_->abandoned, testing::ElementsAre(attempt.id));
}

TEST_F(PaymentRunner, asks_again_after_a_step_that_ended_in_an_exception) {
    bank_->throws = true;
    const auto order = place(hold("ann", {0}));
    start(order);
    start_runner();
    run_until([&] { return store_.reads > 3; });
    EXPECT_EQ(status(order), OrderStatus::paying);
    office.now += std::chrono::minutes{1};
    run_until([&] { return status(order) == OrderStatus::paid; });
}

TEST_F(PaymentRunner, does_not_try_a_refused_refund_again_at_once) {
    buy("ann", {0});
    EXPECT_TRUE(office.act(cancelling()));
    store_.refuses_refunds = true;
    start_runner();
    run_until([&] { return store_.reads > 10; });
    EXPECT_EQ(store_.commands, 1);
    office.now += std::chrono::minutes{1};
    run_until([&] { return store_.commands == 2; });
}

}  // namespace
}  // namespace frontrow::payments
