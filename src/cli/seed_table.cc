#include "cli/seed_table.h"

#include "base/hash_map.h"
#include "cli/counted.h"
#include "config/text_file.h"
#include "http/problem.h"
#include "wire/requests.h"

#include <cstdio>
#include <memory>
#include <utility>

namespace frontrow::cli {
namespace {

using io::Fault;
using io::FaultKind;
using store::Awaitable;

constexpr std::chrono::days kUntilStart{30};
constexpr std::chrono::hours kLength{3};
/// Several times the size of a table with the most seats that are allowed.
constexpr std::size_t kTableBytesMax = 32 << 20;

const domain::Organizer kOrganizer{.sub = "dev", .is_admin = true};

Fault refused(std::string what) {
    return Fault{FaultKind::unavailable, std::move(what)};
}

/// The name of the new event.
Result<std::string, Fault> name_of_event(const config::SeedSettings& settings) {
    auto name = wire::accept_event_name(
        settings.name.empty() ? settings.csv.stem().string() : settings.name
    );
    if (name) return *std::move(name);
    return std::unexpected(
        refused("the event's name " + name.error().message + "; --name gives it another")
    );
}

/// Returns the event that was named, or creates a new one.
Awaitable<Result<EventId, Fault>> choose_event(
    store::Store& store,
    io::IdSource& ids,
    const config::SeedSettings& settings,
    std::size_t seats
) {
    if (!settings.event.empty()) {
        const auto named = EventId::parse(settings.event);
        if (!named) co_return std::unexpected(refused("--event must be a UUID"));
        co_return *named;
    }
    auto name = name_of_event(settings);
    if (!name) co_return std::unexpected(std::move(name.error()));
    const auto start = std::chrono::ceil<std::chrono::days>(store.now()) + kUntilStart;
    domain::EventSpec spec{
        .name = *std::move(name),
        .start_at = start,
        .end_at = start + kLength,
        .total_seats = static_cast<std::int64_t>(seats),
    };
    domain::CreateEvent create{
        .event = ids.next<EventId>(), .by = kOrganizer, .spec = std::move(spec)
    };
    const auto event = create.event;
    auto created = co_await store.execute(std::move(create), TraceId{});
    if (!created) co_return std::unexpected(std::move(created.error()));
    if (!*created) co_return std::unexpected(refused(http::problem_of(created->error()).message));
    co_return event;
}

/// Refuses duplicate seats. The store refuses them as well, but only after a new event was created.
Result<void, Fault> check_twice(const wire::SeatTable& table) {
    HashSet<std::string_view> numbers;
    for (const auto& seat : table.seats) {
        if (numbers.insert(seat.number).second) continue;
        const domain::Refusal refusal{
            .reason = domain::Reason::seat_number_taken, .subject = seat.number
        };
        return std::unexpected(
            refused(http::problem_in_table(refusal, table.seats, table.lines).message)
        );
    }
    return {};
}

domain::Command
command_for(bool dry_run, EventId event, const std::shared_ptr<const domain::SeatBlock>& block) {
    if (dry_run) return domain::CheckSeats{.event = event, .by = kOrganizer, .block = block};
    return domain::AddSeats{.event = event, .by = kOrganizer, .block = block};
}

}  // namespace

Result<wire::SeatTable, std::vector<std::string>> read_table(const config::SeedSettings& settings) {
    const auto name = settings.csv.string();
    const auto text = config::read_text_file(settings.csv, kTableBytesMax);
    if (!text) return std::unexpected(std::vector{text.error().message});
    auto table = wire::parse_seat_csv(*text);
    if (table) return std::move(*table);
    std::vector<std::string> errors;
    for (const auto& [field, message] : table.error().fields)
        errors.push_back(name + ": " + (field.empty() ? "" : field + " ") + message);
    return std::unexpected(std::move(errors));
}

Result<void, Fault>
check_for_new_event(const config::SeedSettings& settings, const wire::SeatTable& table) {
    if (auto once = check_twice(table); !once) return once;
    const auto name = name_of_event(settings);
    if (!name) return std::unexpected(name.error());
    const auto seats = counted(table.seats.size(), "seat");
    std::printf("Nothing was added: a new event %s would have %s\n", name->c_str(), seats.c_str());
    return {};
}

Awaitable<Result<void, Fault>> add_table(
    store::Store& store,
    io::IdSource& ids,
    const config::SeedSettings& settings,
    wire::SeatTable table
) {
    if (auto once = check_twice(table); !once) co_return once;
    const auto event = co_await choose_event(store, ids, settings, table.seats.size());
    if (!event) co_return std::unexpected(event.error());
    const auto block =
        std::make_shared<const domain::SeatBlock>(ids.next<SeatId>(), std::move(table.seats));
    auto added = co_await store.execute(command_for(settings.dry_run, *event, block), TraceId{});
    if (!added) co_return std::unexpected(std::move(added.error()));
    if (!*added) {
        const auto problem = http::problem_in_table(added->error(), block->seats, table.lines);
        co_return std::unexpected(refused(problem.message));
    }
    const auto name = event->to_string();
    const auto seats = counted(block->seats.size(), "seat");
    if (settings.dry_run) {
        std::printf("Nothing was added: %s would have %s more\n", name.c_str(), seats.c_str());
    } else {
        std::printf("%s: %s\n", name.c_str(), seats.c_str());
    }
    co_return Result<void, Fault>{};
}

}  // namespace frontrow::cli
