#pragma once

#include "http_client/misbehaving_server.h"
#include "payments/provider.h"
#include "payments/provider_calls.h"
#include "support/run_coroutine.h"
#include "support/seeded_random.h"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::test {

inline PaymentId payment_id(std::uint64_t number) {
    return PaymentId{Bits128{0x0197'0000'0000'7000, number}};
}

/// A server that stands in for a provider's, and an io_context that runs it and the adapter.
class ProviderTest : public testing::Test {
protected:
    using Received = MisbehavingServer::Received;
    using Reply = MisbehavingServer::Reply;
    using Then = MisbehavingServer::Then;

    void TearDown() override {
        if (provider) run(io, closed(*provider));
        provider.reset();
        run(io, server.stop());
    }

    payments::ProviderWorld world() {
        return {io.get_executor(), random, [this] { return now; }};
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server.port()); }

    static io::Awaitable<bool> closed(payments::Provider& provider) {
        co_await provider.close();
        co_return true;
    }

    Result<payments::Verdict, io::Fault> charge(payments::Charge what) {
        return run(io, provider->charge(std::move(what)));
    }
    Result<payments::Verdict, io::Fault> look_up(payments::Charge what) {
        return run(io, provider->look_up(std::move(what)));
    }
    Result<payments::Verdict, io::Fault> abandon(payments::Charge what) {
        return run(io, provider->abandon(std::move(what)));
    }
    Result<payments::RepaymentVerdict, io::Fault> repay(payments::Repayment what) {
        return run(io, provider->repay(std::move(what)));
    }
    /// All pages as one.
    payments::Movements listed() {
        payments::Movements all;
        std::string from;
        do {
            auto page = run(io, provider->list_movements(from));
            EXPECT_TRUE(page) << page.error().what;
            if (!page) return all;
            all.some.insert(all.some.end(), page->some.begin(), page->some.end());
            const auto& disputes = page->disputes;
            all.disputes.insert(all.disputes.end(), disputes.begin(), disputes.end());
            from = page->next;
        } while (!from.empty());
        return all;
    }
    std::vector<payments::Movement> movements() { return listed().some; }
    std::vector<payments::Dispute> disputes() { return listed().disputes; }
    payments::NoticeReading
    read(const std::vector<payments::NoticeHeader>& headers, const std::string& body) {
        auto reading = run(io, provider->read_notice(headers, body, now));
        EXPECT_TRUE(reading) << reading.error().what;
        return reading.value_or(payments::NoticeReading{std::unexpected("a fault")});
    }

    payments::Charge with_token(std::string token, std::uint64_t number = 1) const {
        return {
            .payment = payment_id(number),
            .order = OrderId{Bits128{0x0197'0000'0000'7000, 7}},
            .amount = 3'000,
            .currency = *Currency::parse("EUR"),
            .token = std::move(token),
            .return_url = {},
            .started_at = now,
            .until = now + std::chrono::minutes{10},
            .reference = {},
        };
    }
    payments::Charge on_page(std::uint64_t number = 1) const {
        auto what = with_token("", number);
        what.return_url = "https://shop.example/back?order=7&lang=日本";
        return what;
    }
    static payments::Repayment
    repayment(std::uint64_t number, std::string reference, Amount amount = 1'000) {
        return {
            .refund = RefundId{Bits128{0x0197'0000'0000'7000, 1'000 + number}},
            .payment = payment_id(1),
            .reference = std::move(reference),
            .amount = amount,
            .currency = *Currency::parse("EUR"),
        };
    }

    boost::asio::io_context io;
    SeededRandom random{1};
    Instant now = *parse_rfc3339("2026-11-21T10:00:00Z");
    MisbehavingServer server{io.get_executor()};
    std::unique_ptr<payments::Provider> provider;
};

MATCHER_P(has_news, news, "") {
    if (!arg) *result_listener << arg.error().what;
    return arg && arg->news == news;
}
MATCHER_P(is_declined_with, code, "") {
    if (!arg)
        *result_listener << arg.error().what;
    else
        *result_listener << arg->code;
    return arg && arg->news == domain::PaymentNews::declined && arg->code == code;
}
MATCHER(is_not_known, "") {
    return !arg && arg.error().kind == io::FaultKind::outcome_unknown;
}

}  // namespace frontrow::test
