#include "bench/organizer.h"

#include "bench/failed.h"
#include "bench/presale.h"
#include "bench/request_writer.h"
#include "bench/venue_requests.h"
#include "io/timer.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

namespace frontrow::bench {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kPatience{60};

/// A number in an answer. Absent if the answer isn't JSON or has no such number.
std::optional<std::uint64_t> number_in(const json::value& document, std::string_view pointer) {
    boost::system::error_code error;
    const auto* value = document.find_pointer({pointer.data(), pointer.size()}, error);
    if (value == nullptr || !value->is_int64()) return std::nullopt;
    return static_cast<std::uint64_t>(value->as_int64());
}

std::optional<std::string> id_in(const std::string& body) {
    boost::system::error_code error;
    const auto document = json::parse(body, error);
    const auto* id = error ? nullptr : document.find_pointer("/id", error);
    if (id == nullptr || !id->is_string()) return std::nullopt;
    return std::string{id->as_string()};
}

/// Where the event's path goes on to what is left of the goods.
std::string_view left_path(Goods goods) {
    switch (goods) {
        case Goods::seats:
        case Goods::best_seats:
            return "/seats/available/count";
        case Goods::units:
            return "/availability";
        case Goods::held_back_seats:
            break;
    }
    return "/allocations";
}

std::optional<std::uint64_t> left_in(Goods goods, const std::string& body) {
    boost::system::error_code error;
    const auto document = json::parse(body, error);
    if (error) return std::nullopt;
    if (goods == Goods::units) return number_in(document, "/categories/0/available");
    if (goods != Goods::held_back_seats) return number_in(document, "/count");
    if (!document.is_array()) return std::nullopt;
    std::uint64_t sum = 0;
    for (const auto& allocation : document.get_array()) {
        const auto left = number_in(allocation, "/left");
        if (!left) return std::nullopt;
        sum += *left;
    }
    return sum;
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

/// Adds the orders of a list. Returns false if it is no list of orders.
bool append_orders(const std::string& body, std::vector<ToldOrder>& orders) {
    boost::system::error_code error;
    const auto document = json::parse(body, error);
    if (error || !document.is_array()) return false;
    for (const auto& one : document.get_array()) {
        auto order = order_in(one);
        if (!order) return false;
        orders.push_back(std::move(*order));
    }
    return true;
}

/// The path of the page behind this one, below the server's base path. Empty if it is the last.
std::string next_page(const std::string& head, const Target& target) {
    constexpr std::string_view mark = "\r\nlink: <";
    const auto found = std::ranges::search(head, mark, [](char one, char other) {
        return std::tolower(static_cast<unsigned char>(one)) == other;
    });
    const std::string_view path{found.end(), std::ranges::find(found.end(), head.end(), '>')};
    return std::string{
        path.starts_with(target.base_path) ? path.substr(target.base_path.size()) : path
    };
}

std::string path_of(const Venue& venue, std::string_view below) {
    return "/api/v1/events/" + venue.event + std::string{below};
}

}  // namespace

io::Awaitable<Result<Organizer::Sample, io::Fault>> Organizer::ask(Call call) {
    const auto what = call.method + " " + target_.base_path + call.path;
    auto request = request_head(call.method, call.path, target_);
    if (call.method != "GET") {
        request += "Content-Type: application/json\r\nContent-Length: " +
                   std::to_string(call.body.size()) + "\r\n";
    }
    return exchange(what, request + "\r\n" + call.body, call.expected);
}

io::Awaitable<Result<Organizer::Sample, io::Fault>>
Organizer::exchange(std::string what, std::string request, unsigned expected) {
    Connection connection{executor_};
    io::Timer patience{executor_, kPatience};
    // The handler may run after this coroutine has ended; then it must find no connection.
    const auto alive = std::make_shared<Connection*>(&connection);
    patience.async_wait([alive](const boost::system::error_code& cancelled) {
        if (!cancelled && *alive != nullptr) (*alive)->close();
    });
    auto connected = co_await connection.connect(target_);
    Result<Answer, io::Fault> answer = failed("");
    if (connected) answer = co_await connection.exchange(request);
    *alive = nullptr;
    if (!connected) co_return std::unexpected(connected.error());
    if (!answer) co_return failed(what + ": " + answer.error().what);
    if (answer->status != expected) {
        co_return failed(
            what + " was answered " + std::to_string(answer->status) + " and not " +
            std::to_string(expected) + ": " + answer->excerpt()
        );
    }
    co_return Sample{std::string{answer->head}, std::string{answer->body}};
}

io::Awaitable<Result<Venue, io::Fault>> Organizer::make_venue(const Plan& plan) {
    Call create{
        .method = "POST", .path = "/api/v1/events", .body = event_request(plan), .expected = 201
    };
    const auto created = co_await ask(std::move(create));
    if (!created) co_return failed("can't make an event: " + created.error().what);
    auto id = id_in(created->body);
    if (!id) co_return failed("can't make an event: the answer has no id");
    Venue venue{.event = std::move(*id), .seats = {}};
    if (plan.goods() == Goods::units) {
        Call add{
            .method = "POST",
            .path = path_of(venue, "/ticket-categories"),
            .body = category_request(plan),
            .expected = 201,
        };
        const auto added = co_await ask(std::move(add));
        if (!added) co_return failed("can't add a category: " + added.error().what);
        co_return venue;
    }
    auto added = co_await add_seats(plan, venue);
    if (added && plan.goods() == Goods::held_back_seats) added = co_await hold_back(venue);
    if (!added) co_return std::unexpected(added.error());
    co_return venue;
}

io::Awaitable<Result<void, io::Fault>> Organizer::add_seats(const Plan& plan, Venue& venue) {
    while (venue.seats.size() < plan.tickets()) {
        const auto before = static_cast<std::uint32_t>(venue.seats.size());
        const auto count = std::min(kBulkSeats, plan.tickets() - before);
        Call add{
            .method = "POST",
            .path = path_of(venue, "/seats/bulk"),
            .body = seats_request(plan, before, count),
            .expected = 201,
        };
        const auto added = co_await ask(std::move(add));
        if (!added) co_return failed("can't add seats: " + added.error().what);
        append_seats(added->body, venue.seats);
        if (venue.seats.size() != before + count) {
            co_return failed(
                "can't add seats: the answer to a call for " + std::to_string(count) +
                " doesn't list as many"
            );
        }
    }
    co_return Result<void, io::Fault>{};
}

io::Awaitable<Result<void, io::Fault>> Organizer::hold_back(const Venue& venue) {
    for (std::uint32_t allocation = 0; allocation < kAllocations; ++allocation) {
        Call add{
            .method = "POST",
            .path = path_of(venue, "/allocations"),
            .body = allocation_request(venue, allocation),
            .expected = 201,
        };
        const auto added = co_await ask(std::move(add));
        if (!added) co_return failed("can't hold seats back: " + added.error().what);
        Call withdraw{
            .method = "PATCH",
            .path = path_of(venue, "/allocations/" + allocation_name(allocation)),
            .body = codes_request(allocation),
        };
        const auto withdrawn = co_await ask(std::move(withdraw));
        if (!withdrawn) co_return failed("can't withdraw codes: " + withdrawn.error().what);
    }
    co_return Result<void, io::Fault>{};
}

io::Awaitable<Result<std::uint64_t, io::Fault>>
Organizer::available(const Plan& plan, const Venue& venue) {
    const auto path = left_path(plan.goods());
    Call count{.method = "GET", .path = path_of(venue, path), .body = {}};
    const auto answer = co_await ask(std::move(count));
    if (!answer) co_return std::unexpected(answer.error());
    const auto left = left_in(plan.goods(), answer->body);
    if (!left)
        co_return failed("the answer to " + std::string{path} + " doesn't say how much is left");
    co_return *left;
}

io::Awaitable<Result<ServerMoney, io::Fault>> Organizer::money(const Venue& venue) {
    const auto sums = co_await takings(venue);
    if (!sums) co_return std::unexpected(sums.error());
    auto all = co_await orders(venue);
    if (!all) co_return std::unexpected(all.error());
    co_return ServerMoney{.takings = *sums, .orders = std::move(*all)};
}

io::Awaitable<Result<Takings, io::Fault>> Organizer::takings(const Venue& venue) {
    Call read{.method = "GET", .path = path_of(venue, "/sales"), .body = {}};
    const auto answer = co_await ask(std::move(read));
    if (!answer) co_return std::unexpected(answer.error());
    boost::system::error_code error;
    const auto document = json::parse(answer->body, error);
    const auto number = [&](std::string_view pointer) {
        return error ? std::nullopt : number_in(document, pointer);
    };
    const auto paid = number("/orders");
    const auto captured = number("/captured");
    const auto refunded = number("/refunded");
    if (!paid || !captured || !refunded)
        co_return failed("the answer to /sales doesn't say what was paid and refunded");
    co_return Takings{
        .orders = *paid,
        .captured = static_cast<Amount>(*captured),
        .refunded = static_cast<Amount>(*refunded),
    };
}

io::Awaitable<Result<std::vector<ToldOrder>, io::Fault>> Organizer::orders(const Venue& venue) {
    std::vector<ToldOrder> all;
    for (auto path = path_of(venue, "/orders?limit=100"); !path.empty();) {
        Call read{.method = "GET", .path = std::move(path), .body = {}};
        const auto answer = co_await ask(std::move(read));
        if (!answer) co_return std::unexpected(answer.error());
        if (!append_orders(answer->body, all))
            co_return failed("the answer to /orders isn't a list of orders");
        path = next_page(answer->head, target_);
    }
    co_return all;
}

io::Awaitable<Result<Organizer::Sample, io::Fault>>
Organizer::reserve_one(const Plan& plan, const Venue& venue) {
    std::uint64_t number = 0;
    while (plan.ask(number).action != Action::reserve)
        ++number;
    RequestWriter writer{target_, plan, venue, venue.event};
    const std::string request{writer.write(plan.ask(number), number)};
    co_return co_await exchange("a reservation", request, 201);
}

}  // namespace frontrow::bench
