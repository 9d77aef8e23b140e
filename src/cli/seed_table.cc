#include "cli/seed_table.h"

#include "base/hash_map.h"
#include "config/text_file.h"
#include "domain/reads.h"
#include "http/problem.h"
#include "io/clock.h"
#include "wire/requests.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

namespace frontrow::cli {
namespace {

using io::Fault;
using store::Awaitable;

constexpr std::chrono::days kUntilStart{30};
constexpr std::chrono::hours kLength{3};
/// Several times the size of a table with the most seats that are allowed.
constexpr std::size_t kTableBytesMax = 32 << 20;

using Errors = std::vector<std::string>;

/// Reads one of the files with `parse(text)` into `value`, or adds to the errors. Does nothing if
/// no file is named.
template <class Value, class Parse>
void read_table(const std::filesystem::path& file, Parse parse, Value& value, Errors& errors) {
    if (file.empty()) return;
    const auto text = config::read_text_file(file, kTableBytesMax);
    if (!text) return errors.push_back(text.error().message);
    auto table = parse(*text);
    if (table) {
        value = std::move(*table);
        return;
    }
    for (const auto& [field, message] : table.error().fields)
        errors.push_back(file.string() + ": " + (field.empty() ? "" : field + " ") + message);
}

/// Adds an error for each allocation that is in two rows, and for each row without a category whose
/// allocation holds no seats back.
void check_allocations(const Stock& stock, Errors& errors) {
    HashMap<std::string_view, std::size_t> lines;
    for (const auto& [allocation, code, line] : stock.allocations) {
        const auto place = stock.allocations_file + ": line " + std::to_string(line) + ", name ";
        const auto [first, is_new] = lines.try_emplace(allocation.name, line);
        if (!is_new)
            errors.push_back(place + "is in line " + std::to_string(first->second) + " too");
        const auto& held_back = stock.seats.held_back;
        const bool has_seats =
            std::ranges::count(held_back, allocation.name, &domain::HeldBackSeats::allocation) > 0;
        if (allocation.category.empty() && !has_seats)
            errors.push_back(
                place +
                "must be in the column allocation of --csv, unless the row has a category "
                "and a quantity"
            );
    }
}

/// The name of the new event.
Result<std::string, Fault> name_of_event(const config::SeedSettings& settings) {
    const auto& file = settings.csv.empty() ? settings.categories : settings.csv;
    auto name =
        wire::accept_event_name(settings.name.empty() ? file.stem().string() : settings.name);
    if (name) return *std::move(name);
    return std::unexpected(
        refused("the event's name " + name.error().message + "; --name gives it another")
    );
}

/// The number of places that the new event declares: 1 at least.
std::int64_t capacity_of(const Stock& stock) {
    auto places = static_cast<std::int64_t>(stock.seats.seats.size());
    for (const auto& row : stock.categories)
        places += row.category.total_stock;
    return std::max(places, std::int64_t{1});
}

domain::CreateEvent new_event(EventId event, std::string name, std::int64_t capacity, Instant now) {
    const auto start = std::chrono::ceil<std::chrono::days>(now) + kUntilStart;
    domain::EventSpec spec{
        .name = std::move(name),
        .start_at = start,
        .end_at = start + kLength,
        .total_seats = capacity,
    };
    return {.event = event, .by = kSeeder, .spec = std::move(spec)};
}

Awaitable<Result<void, Fault>>
add_to_new(store::Store& store, io::IdSource& ids, std::string name, Stock stock) {
    auto create = new_event(ids.next<EventId>(), std::move(name), capacity_of(stock), store.now());
    const auto event = create.event;
    auto steps = steps_of(event, ids.next<SeatId>(), std::move(stock));
    if (auto good = rehearse(steps, event, {}, store.now()); !good) co_return good;
    auto created = co_await store.execute(std::move(create), TraceId{});
    if (!created) co_return std::unexpected(std::move(created.error()));
    if (!*created) co_return std::unexpected(refused(http::problem_of(created->error()).message));
    const auto summary = summary_of(steps);
    auto added = co_await take_steps(store, std::move(steps));
    const auto id = event.to_string();
    if (added) {
        std::printf("%s: %s\n", id.c_str(), summary.c_str());
    } else {
        added.error().what += "\nThe new event " + id + " was created";
    }
    co_return added;
}

/// What the event has beside its seats.
Awaitable<Result<PresentStock, Fault>> read_present(store::Store& store, EventId event) {
    auto categories = co_await store.read(domain::read_categories, event);
    if (!categories) co_return std::unexpected(std::move(categories.error()));
    auto allocations = co_await store.read(domain::read_allocations, event, kSeeder);
    if (!allocations) co_return std::unexpected(std::move(allocations.error()));
    if (!*categories || !*allocations) {
        const domain::Refusal unknown{.reason = domain::Reason::event_not_found};
        co_return std::unexpected(refused(http::problem_of(unknown).message));
    }
    co_return PresentStock{**std::move(categories), **std::move(allocations)};
}

/// Leaves only the step that the store alone can judge: whether the event has such seats already.
std::vector<SeedStep> only_checked(std::vector<SeedStep> steps) {
    std::vector<SeedStep> checked;
    for (auto& step : steps) {
        auto* add = std::get_if<domain::AddSeats>(&step.command);
        if (add == nullptr) continue;
        step.command = domain::CheckSeats{
            add->event, std::move(add->by), std::move(add->block), std::move(add->held_back)
        };
        checked.push_back(std::move(step));
    }
    return checked;
}

Awaitable<Result<void, Fault>>
add_to_named(store::Store& store, io::IdSource& ids, EventId event, bool is_dry_run, Stock stock) {
    const auto present = co_await read_present(store, event);
    if (!present) co_return std::unexpected(present.error());
    auto steps = steps_of(event, ids.next<SeatId>(), std::move(stock));
    if (auto good = rehearse(steps, event, *present, store.now()); !good) co_return good;
    const auto summary = summary_of(steps);
    if (is_dry_run) steps = only_checked(std::move(steps));
    auto added = co_await take_steps(store, std::move(steps));
    if (!added) co_return added;
    const auto id = event.to_string();
    if (is_dry_run) {
        std::printf("Nothing was added: %s would have %s more\n", id.c_str(), summary.c_str());
    } else {
        std::printf("%s: %s\n", id.c_str(), summary.c_str());
    }
    co_return Result<void, Fault>{};
}

}  // namespace

Result<Stock, Errors> read_tables(const config::SeedSettings& settings) {
    Stock stock{
        .categories_file = settings.categories.string(),
        .allocations_file = settings.allocations.string(),
    };
    Errors errors;
    read_table(settings.csv, wire::parse_seat_csv, stock.seats, errors);
    read_table(settings.categories, wire::parse_category_csv, stock.categories, errors);
    read_table(settings.allocations, wire::parse_allocation_csv, stock.allocations, errors);
    if (errors.empty()) check_allocations(stock, errors);
    if (!errors.empty()) return std::unexpected(std::move(errors));
    return stock;
}

Result<void, Fault> check_for_new_event(const config::SeedSettings& settings, Stock stock) {
    const auto name = name_of_event(settings);
    if (!name) return std::unexpected(name.error());
    // Nothing is kept, so any ids will do.
    const EventId event{Bits128{1, 1}};
    const auto steps = steps_of(event, SeatId{Bits128{1, 1}}, std::move(stock));
    if (auto good = rehearse(steps, event, {}, io::SystemClock{}.now()); !good) return good;
    const auto summary = summary_of(steps);
    std::printf(
        "Nothing was added: a new event %s would have %s\n", name->c_str(), summary.c_str()
    );
    return {};
}

Awaitable<Result<void, Fault>> add_tables(
    store::Store& store,
    io::IdSource& ids,
    const config::SeedSettings& settings,
    Stock stock
) {
    if (settings.event.empty()) {
        auto name = name_of_event(settings);
        if (!name) co_return std::unexpected(std::move(name.error()));
        co_return co_await add_to_new(store, ids, *std::move(name), std::move(stock));
    }
    const auto event = EventId::parse(settings.event);
    if (!event) co_return std::unexpected(refused("--event must be a UUID"));
    co_return co_await add_to_named(store, ids, *event, settings.dry_run, std::move(stock));
}

}  // namespace frontrow::cli
