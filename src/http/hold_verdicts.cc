#include "http/hold_verdicts.h"

#include "io/circuit_breaker.h"
#include "io/http/http_client.h"
#include "io/stopwatch.h"
#include "payments/json_fields.h"
#include "payments/notice_signature.h"

#include <cstddef>
#include <string_view>
#include <utility>

namespace frontrow::http {
namespace {

/// Questions under way, each on a connection of its own, and questions that wait for one. A rush
/// beyond that is like a service that doesn't answer.
constexpr std::size_t kRunningMax = 128;
constexpr std::size_t kWaitingMax = 512;
/// For one word and whatever else a service likes to say.
constexpr std::size_t kAnswerBytesMax = 16UL * 1024;

io::HttpSettings http_settings(const std::string& url) {
    return {
        .allows_plain_http = url.starts_with("http://"),
        .user_agent = "Frontrow",
        .body_bytes_max = kAnswerBytesMax,
        .running_per_server_max = kRunningMax,
        .waiting_per_server_max = kWaitingMax,
        .calls_max = kRunningMax + kWaitingMax,
        .idle_connections_max = kRunningMax,
    };
}

io::Fault fault_saying(std::string what) {
    return {io::FaultKind::unavailable, std::move(what)};
}

/// Whether the buyer is let in.
Result<bool, io::Fault> read(const io::HttpResult& answer) {
    if (!answer) return std::unexpected(fault_saying(answer.error().what));
    if (answer->status != 200) {
        return std::unexpected(
            fault_saying("it answered with status " + std::to_string(answer->status))
        );
    }
    const auto object = payments::parse_json_object(answer->body);
    const auto verdict = object ? payments::text_in(*object, "verdict") : std::string{};
    if (verdict == "allow") return true;
    if (verdict == "refuse") return false;
    return std::unexpected(fault_saying("its answer has no verdict, which is allow or refuse"));
}

}  // namespace

class HoldVerdicts::Service {
public:
    Service(World world, Settings settings)
        : world_{std::move(world)},
          settings_{std::move(settings)},
          signer_{settings_.secret},
          client_{world_.executor, http_settings(settings_.url)},
          breaker_{{}, world_.random} {}

    io::Awaitable<Verdict> ask(wire::HoldQuestion question) {
        auto verdict = co_await this->verdict(wire::hold_question_json(question));
        if (!verdict) {
            ++without_verdict_;
            co_return settings_.allows_without_verdict ? Verdict::allowed : Verdict::unknown;
        }
        ++(*verdict ? allowed_ : refused_);
        co_return *verdict ? Verdict::allowed : Verdict::refused;
    }

    io::Awaitable<void> close() { co_await client_.close(); }

    void measure(telemetry::Figures& figures) const {
        const auto count = [&](const char* verdict, std::uint64_t total) {
            figures.count(
                "hold_verdicts_total",
                "Questions before a hold to the operator's service, by its verdict.",
                static_cast<double>(total),
                {{"verdict", verdict}}
            );
        };
        count("allow", allowed_);
        count("refuse", refused_);
        count("none", without_verdict_);
        figures.durations(
            "hold_verdict_duration_seconds",
            "From the question to the verdict, or until the wait for it ended.",
            durations_
        );
    }

private:
    io::Awaitable<Result<bool, io::Fault>> verdict(std::string body) {
        if (!breaker_.allows(world_.now()))
            co_return std::unexpected(fault_saying("it was down a moment ago"));
        const io::Stopwatch stopwatch;
        auto answer = co_await client_.send(signed_request(std::move(body)));
        durations_.add(std::chrono::duration<double>(stopwatch.elapsed()).count());
        auto verdict = read(answer);
        // That there are too many questions says nothing about the service. But a probe must end.
        const bool is_overloaded = !answer && answer.error().kind == io::HttpErrorKind::overloaded;
        if (is_overloaded && breaker_.state() != io::CircuitBreaker::State::half_open)
            co_return verdict;
        // A service that finds fault with a question is there. Otherwise a caller who sends odd
        // ones could have it given up for all.
        const bool is_there = verdict || (answer && answer->status < 500);
        if (is_there)
            breaker_.succeeded(world_.now());
        else
            breaker_.failed(world_.now());
        world_.on_contact(verdict ? Result<void, io::Fault>{} : std::unexpected(verdict.error()));
        co_return verdict;
    }

    io::HttpRequest signed_request(std::string body) {
        std::string id = "verdict-";
        append_hex128(id, world_.random.next());
        auto time = payments::signing_time(world_.now());
        auto signature = signer_.sign(id, time, body);
        return {
            .method = "POST",
            .url = settings_.url,
            .headers =
                {{"Content-Type", "application/json"},
                 {"Webhook-Id", std::move(id)},
                 {"Webhook-Timestamp", std::move(time)},
                 {"Webhook-Signature", std::move(signature)}},
            .body = std::move(body),
            .time = settings_.deadline,
        };
    }

    World world_;
    Settings settings_;
    payments::StandardSigner signer_;
    io::HttpClient client_;
    io::CircuitBreaker breaker_;
    std::uint64_t allowed_ = 0;
    std::uint64_t refused_ = 0;
    std::uint64_t without_verdict_ = 0;
    telemetry::Durations durations_;
};

HoldVerdicts::HoldVerdicts(World world, std::optional<Settings> settings) {
    if (settings) service_ = std::make_unique<Service>(std::move(world), *std::move(settings));
}

HoldVerdicts::~HoldVerdicts() = default;

io::Awaitable<HoldVerdicts::Verdict> HoldVerdicts::ask(wire::HoldQuestion question) {
    return service_->ask(question);
}

io::Awaitable<void> HoldVerdicts::close() {
    if (service_ != nullptr) co_await service_->close();
}

void HoldVerdicts::measure(telemetry::Figures& figures) const {
    if (service_ != nullptr) service_->measure(figures);
}

}  // namespace frontrow::http
