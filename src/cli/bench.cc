#include "bench/bench.h"

#include "bench/report/report.h"
#include "bench/report/targets.h"
#include "bench/target.h"
#include "cli/commands.h"
#include "cli/file_limit.h"
#include "cli/stop_signals.h"
#include "config/bench_settings.h"
#include "config/text_file.h"
#include "io/clock.h"
#include "io/random.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace frontrow::cli {
namespace {

namespace asio = boost::asio;

constexpr const char* kFooter =
    R"(Scenarios: what the crowd wants
  distinct           every request wants a different seat: all are sold
  same-seat          everybody wants the same 100 seats: nearly all are refused
  overlap            every request wants four neighbours, all or none, and the sets overlap
  mixed              four reads, then a reservation of a different seat each time
  expiry             holds of one second, which expire under load; their seats are taken again
  general-admission  groups of one to four want units of a category, a tenth more than there are
  best-available     groups of one to four want the best seats of an arena, together, a tenth
                     more than there are; the server chooses them
  presale            every seat is held back; half of the requests have a right access code, the
                     others have none, another allocation's, a wrong one or one that has ended
  orders             every buyer orders a different seat and pays, some with a second card; some
                     leave without paying, and some get the money back. The server needs
                     `--payments simulator`, which it has with --dev

Closed and open loop
  Without --rate each connection sends its next request as soon as it has an answer. That finds
  the server's maximum, but during a stall it sends fewer requests, so the stall hardly shows in
  the latencies.
  With --rate the requests are sent on schedule, and a latency counts from when its request
  should have started. That is what buyers feel. Take half of what the closed loop reached.

What fails it (exit 1, with the reason)
  two buyers who were told that one seat is theirs at the same time; more units sold than there
  are; a held-back seat sold without a right code; an answer that the scenario doesn't expect; a
  load that could not be sent in full; a server whose count of what is sold, or whose orders and
  money, differ from what the buyers were told.

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
    asio::signal_set signals{context};
    for (const int signal : stop_signals())
        signals.add(signal);
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

/// Prints an error and returns false if the file can't be written. An empty path means that no file
/// was requested.
bool write(const std::filesystem::path& file, const std::string& text) {
    if (file.empty()) return true;
    std::ofstream stream{file};
    stream << text;
    stream.close();
    if (!stream) std::fprintf(stderr, "frontrow bench: can't write %s\n", file.c_str());
    return !stream.fail();
}

int bench_failed(const std::vector<std::string>& failures) {
    for (const auto& failure : failures)
        std::fprintf(stderr, "frontrow bench: FAILED: %s\n", failure.c_str());
    return kFailed;
}

/// The largest report.json that is drawn.
constexpr std::size_t kReportBytesMax = 64 << 20;

int draw(const config::BenchSettings& settings) {
    const auto text = config::read_text_file(settings.draw, kReportBytesMax);
    if (!text) {
        std::fprintf(stderr, "frontrow bench: %s\n", text.error().message.c_str());
        return kFailed;
    }
    const auto drawing = bench::report::draw_targets(*text);
    if (!drawing) {
        std::fprintf(
            stderr, "frontrow bench: %s: %s\n", settings.draw.c_str(), drawing.error().c_str()
        );
        return kFailed;
    }
    const bool has_page = write(settings.report, drawing->page);
    return write(settings.picture, drawing->picture) && has_page ? kDone : kFailed;
}

int bench(const config::BenchSettings& settings) {
    if (const auto error = config::check(settings)) {
        std::fprintf(stderr, "frontrow bench: %s\n", error->message.c_str());
        return kWrongUsage;
    }
    if (!settings.draw.empty()) return draw(settings);
    if (const auto error = bench::check_scenario(settings)) {
        std::fprintf(stderr, "frontrow bench: %s\n", error->c_str());
        return kWrongUsage;
    }
    if (!settings.url.empty()) {
        if (const auto target = bench::parse_target(settings.url); !target) {
            std::fprintf(stderr, "frontrow bench: %s\n", target.error().what.c_str());
            return kWrongUsage;
        }
    }
    raise_file_limit();
    auto result = run(settings);
    // No rounds: the load never began, so there are no figures.
    if (result.rounds.empty())
        return result.failures.empty() ? kDone : bench_failed(result.failures);
    const auto figures =
        bench::report::figures_of(settings, std::move(result), io::SystemClock{}.now());
    std::fputs(bench::report::as_summary(figures).c_str(), stdout);
    const bool has_page = write(settings.report, bench::report::as_page(figures));
    const bool has_json = write(settings.json, bench::report::as_json(figures));
    const int exit_code = figures.failures.empty() ? kDone : bench_failed(figures.failures);
    return has_page && has_json ? exit_code : kFailed;
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
