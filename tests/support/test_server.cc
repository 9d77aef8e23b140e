#include "support/test_server.h"

#include "app/application.h"
#include "domain/audit.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/journal.h"
#include "store/sqlite/side_file.h"
#include "support/seeded_random.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include <stdexcept>
#include <thread>

namespace frontrow::test {

struct TestServer::Running {
    explicit Running(std::uint64_t seed) : random{seed} {}

    boost::asio::io_context context{1};
    telemetry::Log log{telemetry::LogLevel::error};
    SeededRandom random;
    std::unique_ptr<app::Application> application;
    bool is_stopping = false;
    std::jthread thread;
};

TestServer::TestServer(Options options) : options_{std::move(options)} {
    start_again();
}

TestServer::~TestServer() {
    if (options_.faulty_disk != nullptr) options_.faulty_disk->release_syncs();
    if (running_) stop();
}

std::string TestServer::vfs() const {
    return options_.faulty_disk == nullptr ? std::string{} : options_.faulty_disk->name();
}

void TestServer::start_again() {
    running_ = std::make_unique<Running>(seed_++);
    std::promise<std::uint16_t> listening;
    running_->thread = std::jthread{[&] { run(*running_, listening); }};
    port_ = listening.get_future().get();
}

void TestServer::run(Running& running, std::promise<std::uint16_t>& listening) {
    app::Application::World world{clock, running.random, disk, running.log, [this] {
                                      ++failures_;
                                  }};
    app::Application::Settings settings{
        .listen = {.host = "127.0.0.1", .port = 0},
        .metrics_listen = options_.serves_metrics_apart
                              ? std::optional{http::Address{.host = "127.0.0.1", .port = 0}}
                              : std::nullopt,
        .store =
            store::sqlite::EmbeddedStore::Settings{
                .folder = folder_.path(), .vfs = vfs(), .waiting_max = options_.waiting_max
            },
        .auth = options_.auth,
        .limits = options_.limits,
        .cors_origins = options_.cors_origins,
        .base_path = http::BasePath{options_.base_path},
        .payments = options_.payments,
        .verdicts = options_.verdicts,
        .dialects = options_.dialects,
        .rate_limits = options_.rate_limits,
        .proxies = options_.proxies,
    };
    auto opened = app::Application::open(
        running.context.get_executor(), std::move(settings), std::move(world)
    );
    if (!opened) {
        listening.set_exception(std::make_exception_ptr(std::runtime_error(opened.error().what)));
        return;
    }
    running.application = std::move(*opened);
    running.application->start();
    metrics_port_ = running.application->metrics_port();
    listening.set_value(running.application->port());
    running.context.run();
}

void TestServer::begin_stop() {
    if (std::exchange(running_->is_stopping, true)) return;
    auto& running = *running_;
    boost::asio::co_spawn(
        running.context,
        [](Running& one, std::chrono::milliseconds time) -> io::Awaitable<void> {
            if (one.application) co_await one.application->stop(time);
        }(running, options_.limits.drain_time),
        [&running](const std::exception_ptr&) { running.application.reset(); }
    );
}

void TestServer::stop() {
    begin_stop();
    running_->thread.join();
    running_.reset();
}

void TestServer::restart() {
    stop();
    start_again();
}

std::vector<std::string> TestServer::violations() const {
    using store::sqlite::Journal;
    auto journal = Journal::open(
        store::sqlite::DataFolder::journal_of(folder_.path()), {.read_only = true, .vfs = vfs()}
    );
    if (!journal) return {journal.error().what};
    domain::Audit audit;
    const auto newest = journal->newest_batch();
    if (!newest) return {newest.error().what};
    const auto replayed =
        journal->replay([&](const domain::Fact& fact) { audit.observe(fact); }, *newest);
    if (!replayed) return {replayed.error().what};
    std::vector<std::string> found;
    for (const auto& one : audit.violations())
        found.push_back("fact " + std::to_string(one.seq) + ": " + one.what);
    return found;
}

std::vector<std::string> TestServer::side_records(std::string_view prefix) const {
    using store::sqlite::SideFile;
    auto file = SideFile::open_to_read(store::sqlite::DataFolder::side_of(folder_.path()));
    std::vector<std::string> names;
    if (!file) return {file.error().what};
    if (!*file) return names;
    const auto walked = (*file)->walk(prefix, [&](const store::SideRecord& record) {
        names.push_back(record.name);
        return Result<void, io::Fault>{};
    });
    if (!walked) return {walked.error().what};
    return names;
}

HttpAnswer Caller::ask(
    std::string_view method,
    std::string_view path,
    std::string_view body,
    Headers headers
) {
    if (!user_.empty()) headers.emplace_back("X-User-ID", user_);
    return client_.ask(method, path, headers, body);
}

HttpAnswer Caller::get(std::string_view path, Headers headers) {
    return ask("GET", path, {}, std::move(headers));
}

HttpAnswer Caller::post(std::string_view path, std::string_view body, Headers headers) {
    return ask("POST", path, body, std::move(headers));
}

HttpAnswer Caller::put(std::string_view path, std::string_view body, Headers headers) {
    return ask("PUT", path, body, std::move(headers));
}

HttpAnswer Caller::patch(std::string_view path, std::string_view body, Headers headers) {
    return ask("PATCH", path, body, std::move(headers));
}

HttpAnswer Caller::del(std::string_view path, Headers headers) {
    return ask("DELETE", path, {}, std::move(headers));
}

HttpAnswer Caller::reserve(
    const std::string& event,
    const std::vector<std::string>& seats,
    const std::string& key,
    std::string_view more
) {
    std::string body = R"({"event_id":")" + event + R"(","seat_ids":[)";
    for (const auto& seat : seats)
        body += (body.back() == '[' ? "\"" : ",\"") + seat + "\"";
    body += "]";
    body += more;
    body += "}";
    return post("/api/v1/reservations", body, {{"Idempotency-Key", key}});
}

std::string event_body(std::string_view more) {
    return R"({"name":"Winter Concert","start_at":"2027-01-01T10:00:00Z","end_at":"2027-01-01T12:00:00Z","total_seats":100)" +
           std::string{more} + "}";
}

Venue make_venue(const TestServer& server, std::size_t seats, std::string_view more) {
    Caller organizer{server, ""};
    Venue venue;
    const auto event = organizer.post("/api/v1/events", event_body(more));
    if (event.status != 201) throw std::runtime_error("no event for the test: " + event.body);
    venue.event = event.text("id");
    const auto body = R"({"prefix":"S","count":)" + std::to_string(seats) + R"(,"price":1000})";
    const auto made = organizer.post("/api/v1/events/" + venue.event + "/seats/bulk", body);
    if (made.status != 201) throw std::runtime_error("no seats for the test: " + made.body);
    for (const auto& seat : made.json.as_array())
        venue.seats.emplace_back(seat.at("id").as_string());
    return venue;
}

}  // namespace frontrow::test
