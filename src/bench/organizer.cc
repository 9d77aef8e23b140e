#include "bench/organizer.h"

#include "bench/failed.h"
#include "io/timer.h"

#include <boost/json.hpp>

#include <algorithm>
#include <optional>

namespace frontrow::bench {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kPatience{60};
/// The most seats that one bulk call accepts.
constexpr std::uint32_t kBulkSeats = 100'000;

/// A field of an answer. Absent if the answer isn't JSON or has no such field.
std::optional<json::value> field_of(const std::string& body, std::string_view name) {
    boost::system::error_code error;
    const auto document = json::parse(body, error);
    const auto* object = error ? nullptr : document.if_object();
    const auto* value =
        object == nullptr ? nullptr : object->if_contains({name.data(), name.size()});
    return value == nullptr ? std::nullopt : std::optional{*value};
}

/// Reads the ids from a list of seats without building a document, which would take gigabytes for a
/// million seats.
void append_seats(std::string_view list, std::vector<SeatId>& seats) {
    constexpr std::string_view mark = "\"id\":\"";
    for (auto at = list.find(mark); at != std::string_view::npos; at = list.find(mark, at)) {
        at += mark.size();
        if (list.size() < at + sizeof(SeatId)) return;
        std::ranges::copy(list.substr(at, sizeof(SeatId)), seats.emplace_back().begin());
    }
}

}  // namespace

io::Awaitable<Result<Organizer::Sample, io::Fault>> Organizer::ask(Call call) {
    Connection connection{executor_};
    io::Timer patience{executor_, kPatience};
    // The handler may run after this coroutine has ended; then it must find no connection.
    const auto alive = std::make_shared<Connection*>(&connection);
    patience.async_wait([alive](const boost::system::error_code& cancelled) {
        if (!cancelled && *alive != nullptr) (*alive)->close();
    });
    auto connected = co_await connection.connect(target_);
    const auto what = call.method + " " + target_.base_path + call.path;
    std::string request =
        what + " HTTP/1.1\r\nHost: " + target_.authority() + "\r\n" + call.headers;
    if (!target_.token.empty()) request += "Authorization: Bearer " + target_.token + "\r\n";
    if (call.method != "GET") {
        request += "Content-Type: application/json\r\nContent-Length: " +
                   std::to_string(call.body.size()) + "\r\n";
    }
    request += "\r\n" + call.body;
    Result<Answer, io::Fault> answer = failed("");
    if (connected) answer = co_await connection.exchange(request);
    *alive = nullptr;
    if (!connected) co_return std::unexpected(connected.error());
    if (!answer) co_return failed(what + ": " + answer.error().what);
    if (answer->status != call.expected) {
        co_return failed(
            what + " was answered " + std::to_string(answer->status) + " and not " +
            std::to_string(call.expected) + ": " + answer->excerpt()
        );
    }
    co_return Sample{std::string{answer->head}, std::string{answer->body}};
}

io::Awaitable<Result<Venue, io::Fault>>
Organizer::make_venue(std::uint32_t seats, std::chrono::seconds hold) {
    const json::object event{
        {"name", "Benchmark"},
        {"description", "Made by frontrow bench; may be deleted when its holds have run out."},
        {"start_at", "2099-01-01T00:00:00Z"},
        {"end_at", "2099-01-02T00:00:00Z"},
        {"total_seats", seats},
        {"hold_seconds", hold.count()},
    };
    Call create{
        .method = "POST",
        .path = "/api/v1/events",
        .body = json::serialize(event),
        .expected = 201,
        .headers = {}
    };
    const auto created = co_await ask(std::move(create));
    if (!created) co_return failed("can't make an event: " + created.error().what);
    const auto id = field_of(created->body, "id");
    if (!id || !id->is_string()) co_return failed("can't make an event: the answer has no id");
    Venue venue{.event = std::string{id->as_string()}, .seats = {}};
    while (venue.seats.size() < seats) {
        const auto count = std::min<std::size_t>(kBulkSeats, seats - venue.seats.size());
        const auto wanted = venue.seats.size() + count;
        const json::object block{
            {"prefix", "B" + std::to_string(venue.seats.size() / kBulkSeats)},
            {"count", count},
            {"price", 5'000}
        };
        Call add{
            .method = "POST",
            .path = "/api/v1/events/" + venue.event + "/seats/bulk",
            .body = json::serialize(block),
            .expected = 201,
            .headers = {}
        };
        const auto added = co_await ask(std::move(add));
        if (!added) co_return failed("can't add seats: " + added.error().what);
        append_seats(added->body, venue.seats);
        if (venue.seats.size() != wanted) {
            co_return failed(
                "can't add seats: the answer to a call for " + std::to_string(count) +
                " doesn't list as many"
            );
        }
    }
    co_return venue;
}

io::Awaitable<Result<std::uint64_t, io::Fault>> Organizer::available(const std::string& event) {
    Call count{
        .method = "GET",
        .path = "/api/v1/events/" + event + "/seats/available/count",
        .body = {},
        .expected = 200,
        .headers = {}
    };
    const auto answer = co_await ask(std::move(count));
    if (!answer) co_return std::unexpected(answer.error());
    const auto number = field_of(answer->body, "count");
    if (!number || !number->is_int64())
        co_return failed("the answer to available/count has no count");
    co_return static_cast<std::uint64_t>(number->as_int64());
}

io::Awaitable<Result<Organizer::Sample, io::Fault>> Organizer::reserve_one(const Venue& venue) {
    const json::object wanted{
        {"event_id", venue.event}, {"seat_ids", json::array{text_of(venue.seats.front())}}
    };
    Call reserve{
        .method = "POST",
        .path = "/api/v1/reservations",
        .body = json::serialize(wanted),
        .expected = 201,
        .headers = "Idempotency-Key: bench-" + venue.event + "\r\n",
    };
    if (target_.token.empty()) reserve.headers += "X-User-ID: buyer-000000000000\r\n";
    return ask(std::move(reserve));
}

}  // namespace frontrow::bench
