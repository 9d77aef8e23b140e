#include "bench/bench.h"

#include "bench/words.h"
#include "cli/commands.h"
#include "cli/file_limit.h"
#include "config/bench_settings.h"
#include "io/random.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <unistd.h>

namespace frontrow::cli {
namespace {

namespace asio = boost::asio;

constexpr const char* kFooter =
    R"(Scenarios: what the crowd wants
  distinct   every request wants a seat of its own: all are sold
  same-seat  everybody wants the same 100 seats: nearly all are refused
  overlap    every request wants four neighbours, all or none, and the sets overlap
  mixed      four reads, then a reservation of a seat of its own
  expiry     holds of one second, which run out under the load and are taken again

Closed and open loop
  Without --rate each connection asks again as soon as it has its answer. That finds the most a
  server can do; its latencies leave out those who would have come while it stood still.
  With --rate the requests come when they come, and a latency counts from when the request was
  meant to start. That is what buyers feel. Take half of what the closed loop reached.

What fails it (exit 1, with the reason)
  two buyers told that one seat is theirs at the same time; an answer that the scenario doesn't
  know; a load that wasn't made; a server that counts other seats sold than the buyers were told.

Try it
  frontrow bench --seconds 5 --report bench.html
  frontrow bench --rate 5000 --scenario mixed
  frontrow bench --nginx --connections 256 --rounds 3
  FRONTROW_BENCH_TOKEN=$(frontrow token --sub bench --role organizer) frontrow bench --url http://127.0.0.1:8080)";

void end_on_signal(asio::signal_set& signals, bench::Bench& bench) {
    signals.async_wait([&](const boost::system::error_code& cancelled, int) {
        if (cancelled) return;
        bench.interrupt();
        end_on_signal(signals, bench);
    });
}

bench::BenchResult run(const config::BenchSettings& settings) {
    asio::io_context context{1};
    io::SystemRandom random;
    bench::Progress progress{stderr, isatty(STDERR_FILENO) != 0};
    bench::Bench bench{context.get_executor(), settings, progress, random};
    asio::signal_set signals{context, SIGINT, SIGTERM};
    end_on_signal(signals, bench);
    bench::BenchResult result;
    asio::co_spawn(
        context,
        bench.run(),
        [&](const std::exception_ptr& error, bench::BenchResult came_of_it) {
            signals.cancel();
            if (error) std::rethrow_exception(error);
            result = std::move(came_of_it);
        }
    );
    context.run();
    return result;
}

int bench(const config::BenchSettings& settings) {
    if (const auto error = config::check(settings)) {
        std::fprintf(stderr, "frontrow bench: %s\n", error->message.c_str());
        return kWrongUsage;
    }
    raise_file_limit();
    const auto result = run(settings);
    for (const auto& round : result.rounds) {
        const auto latency = round.sale.total.latency();
        std::printf(
            "%s answers in %s, %f cores\n",
            bench::in_words(latency.count()).c_str(),
            bench::in_words(round.sale.took).c_str(),
            round.sale.own_cores
        );
    }
    for (const auto& note : result.notes)
        std::printf("note: %s\n", note.c_str());
    for (const auto& failure : result.failures)
        std::fprintf(stderr, "frontrow bench: FAILED: %s\n", failure.c_str());
    return result.failures.empty() ? kDone : kFailed;
}

}  // namespace

void add_bench(CLI::App& app, int& exit_code) {
    auto settings = std::make_shared<config::BenchSettings>();
    auto* command = app.add_subcommand(
        "bench", "Load a server as a crowd of buyers would, and check what it told them"
    );
    command->footer(kFooter);
    config::add_options(*command, *settings);
    command->callback([settings, &exit_code] { exit_code = bench(*settings); });
}

}  // namespace frontrow::cli
