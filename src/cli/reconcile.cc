#include "app/open_payments.h"
#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/counted.h"
#include "cli/fact_source.h"
#include "cli/payment_choice.h"
#include "cli/store_name.h"
#include "config/options.h"
#include "io/clock.h"
#include "io/random.h"
#include "io/retry_policy.h"
#include "io/run_to_end.h"
#include "io/timer.h"
#include "payments/reconciliation.h"
#include "store/engine/polled_feed.h"

#include <boost/asio/as_tuple.hpp>

#include <CLI/CLI.hpp>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace frontrow::cli {
namespace {

using io::Awaitable;
using io::Fault;
using payments::Reconciliation;

constexpr std::size_t kFactsAtATime = 10'000;

/// Reads the facts from `from` up to the head of now. Returns where it has stopped.
Awaitable<Result<store::FeedPosition, Fault>>
observe_facts(store::Feed& feed, store::FeedPosition from, Reconciliation& books) {
    const auto head = co_await feed.head();
    if (!head) co_return std::unexpected(head.error());
    while (from.seq < head->seq) {
        const auto page = co_await feed.after(from, kFactsAtATime);
        if (!page) co_return std::unexpected(page.error());
        if (!*page) {
            co_return std::unexpected(
                Fault{io::FaultKind::unavailable, "the journal was replaced meanwhile; start again"}
            );
        }
        for (const auto& batch : **page) {
            for (const auto& fact : batch.behind(from.seq)) {
                books.observe(fact);
                from = batch.at(fact);
            }
        }
    }
    co_return from;
}

/// A page of the provider's movements, asked for again a few times if there is no answer.
Awaitable<Result<payments::Movements, Fault>> ask_page(
    payments::Provider& provider,
    std::string from,
    io::Executor executor,
    io::Random& random
) {
    const io::RetryPolicy policy;
    for (int failures = 1;; ++failures) {
        auto page = co_await provider.list_movements(from);
        const bool is_final = page || page.error().kind == io::FaultKind::unusable;
        const auto wait = is_final ? std::nullopt : policy.after(failures, random.next());
        if (!wait) co_return page;
        io::Timer timer{executor};
        timer.expires_after(*wait);
        co_await timer.async_wait(boost::asio::as_tuple(io::use_awaitable));
    }
}

Awaitable<Result<void, Fault>> take_movements(
    payments::Provider& provider,
    io::Executor executor,
    io::Random& random,
    Reconciliation& books
) {
    std::string from;
    std::set<std::string> taken;
    do {
        if (!taken.insert(from).second) {
            co_return std::unexpected(
                Fault{io::FaultKind::unusable, "the provider's list of movements never ends"}
            );
        }
        const auto page = co_await ask_page(provider, from, executor, random);
        if (!page) co_return std::unexpected(page.error());
        for (const auto& movement : page->some)
            books.take(movement);
        for (const auto& dispute : page->disputes)
            books.take(dispute);
        from = page->next;
    } while (!from.empty());
    co_return Result<void, Fault>{};
}

Awaitable<Result<void, Fault>> compare(
    io::Executor executor,
    const config::ReconcileSettings& settings,
    io::Random& random,
    Reconciliation& books
) {
    const io::SystemClock clock;
    const payments::ProviderWorld world{executor, random, [&clock] { return clock.now(); }};
    const auto reader = make_fact_reader(executor, settings.store);
    store::engine::PolledFeed feed{executor, *reader};
    auto providers = app::open_payments(world, payment_choice(settings.payments, false));
    const auto seen = co_await observe_facts(feed, {}, books);
    auto ended = seen ? Result<void, Fault>{} : std::unexpected(seen.error());
    if (ended) {
        books.expect_all(clock.now());
        auto& provider = *providers.find(settings.payments.provider);
        ended = co_await take_movements(provider, executor, random, books);
    }
    if (ended) {
        // What the provider has moved meanwhile may have become a fact, too.
        const auto later = co_await observe_facts(feed, *seen, books);
        if (!later) ended = std::unexpected(later.error());
    }
    co_await providers.close();
    co_await reader->close();
    co_return ended;
}

std::string told(const std::optional<Reconciliation::Sum>& sum) {
    if (!sum) return "-";
    return std::to_string(sum->amount) + " " + std::string{sum->currency.code()};
}

int print_differences(const Reconciliation& books, const std::string& provider) {
    const auto differences = books.differences();
    constexpr auto kRow = "%-28s  %-36s  %-36s  %18s  %18s  %s\n";
    if (!differences.empty())
        std::printf(kRow, "difference", "payment", "refund", "here", "there", "reference");
    for (const auto& one : differences) {
        const auto refund = one.refund ? one.refund->to_string() : one.is_refund ? "by hand" : "-";
        std::printf(
            kRow,
            std::string{name_of(one.kind)}.c_str(),
            one.payment.to_string().c_str(),
            refund.c_str(),
            told(one.here).c_str(),
            told(one.there).c_str(),
            one.reference.c_str()
        );
    }
    const auto totals = books.totals();
    std::printf(
        "%s and %s by %s, %" PRIu64 " without a result: %s\n",
        counted(totals.payments, "payment").c_str(),
        counted(totals.refunds, "refund").c_str(),
        provider.c_str(),
        totals.open,
        differences.empty() ? "no difference" : counted(differences.size(), "difference").c_str()
    );
    return differences.empty() ? kDone : kFailed;
}

int reconcile(const config::ReconcileSettings& settings) {
    if (const auto error = config::check(settings)) {
        return misused("reconcile", error->message);
    }
    say_store("reconcile", settings.store);
    if (const auto why = why_no_journal(settings.store); !why.empty())
        return failed("reconcile", why);
    io::SystemRandom random;
    Reconciliation books{settings.payments.provider};
    boost::asio::io_context context{1};
    const auto compared =
        io::run_to_end(context, compare(context.get_executor(), settings, random, books));
    if (!compared) return failed("reconcile", compared.error().what);
    return print_differences(books, settings.payments.provider);
}

}  // namespace

void add_reconcile(CLI::App& app, int& exit_code) {
    auto settings = std::make_shared<config::ReconcileSettings>();
    auto* command = app.add_subcommand(
        "reconcile", "Compare the payments and refunds with what the provider has moved"
    );
    command->footer(
        "Reads the journal, beside a running server, and all that the provider says it has moved.\n"
        "Whatever only one of them knows, or knows otherwise, is a line of its own. What is still\n"
        "under way, and not for long, is no difference. Exit code 0: both agree; 1: they differ, "
        "or one of them "
        "can't\n"
        "be read; 2: wrong usage. Give it the settings of `serve`; --payments may name a provider\n"
        "that took payments earlier. docs/payments.md explains each difference. For example:\n"
        "\n"
        "  frontrow reconcile --data-dir sale --payments stripe"
    );
    config::add_options(*command, *settings);
    command->callback([settings, &exit_code] { exit_code = reconcile(*settings); });
}

}  // namespace frontrow::cli
