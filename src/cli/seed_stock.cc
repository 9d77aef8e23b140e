#include "cli/seed_stock.h"

#include "cli/counted.h"
#include "domain/decide.h"
#include "domain/evolve.h"
#include "domain/inventory.h"
#include "http/problem.h"
#include "identity/access_code.h"
#include "io/sha256.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace frontrow::cli {
namespace {

using io::Fault;

std::string message_of(const domain::Refusal& refusal, const SeedStep& step) {
    if (step.block != nullptr)
        return http::problem_in_table(refusal, step.block->seats, step.lines).message;
    return step.where + http::problem_of(refusal).message;
}

std::string place_of(const std::string& file, std::size_t line) {
    return file.empty() ? "" : file + ": line " + std::to_string(line) + ": ";
}

/// A new allocation of units; or new terms for one of seats, which was added with the seats.
domain::Command command_of(EventId event, wire::AllocationRow row, io::Sha256& sha) {
    auto& allocation = row.allocation;
    domain::AccessCodes codes;
    if (row.access_code)
        codes.push_back(identity::digest_access_code(sha, event, *row.access_code));
    if (!allocation.category.empty()) {
        allocation.codes = std::move(codes);
        return domain::AddAllocation{event, kSeeder, std::move(allocation)};
    }
    domain::AllocationChange change{
        .limit = allocation.limit,
        .limit_per_user = allocation.limit_per_user,
        .until = allocation.until,
        .codes = std::move(codes),
    };
    return domain::ChangeAllocation{event, kSeeder, std::move(allocation.name), std::move(change)};
}

/// An inventory with one event, on which steps are tried.
class Rehearsal {
public:
    Rehearsal(EventId event, const PresentStock& present, Instant now) : event_{event}, now_{now} {
        apply(domain::EventCreated{{}, kSeeder.sub});
        // New allocations can have what is left of a category.
        for (const auto& view : present.categories) {
            auto category = view.category;
            category.total_stock = view.available();
            apply(domain::CategoryAdded{std::move(category)});
        }
        // Only their names and codes matter: what they hold back isn't here.
        for (const auto& view : present.allocations)
            apply(domain::AllocationAdded{
                {.name = view.allocation->name, .codes = view.allocation->codes}
            });
    }

    domain::Outcome act(const domain::Command& command) {
        auto decision = domain::decide_and_raise(inventory_, command, now_);
        for (auto& fact : decision.facts)
            apply(std::move(fact.body), fact.event);
        return std::move(decision.outcome);
    }

private:
    void apply(domain::FactBody body) { apply(std::move(body), event_); }
    void apply(domain::FactBody body, EventId event) {
        const domain::Fact fact{
            .seq = ++seq_, .at = now_, .trace = {}, .event = event, .body = std::move(body)
        };
        domain::evolve(inventory_, fact);
    }

    EventId event_;
    Instant now_;
    std::uint64_t seq_ = 0;
    domain::Inventory inventory_;
};

}  // namespace

std::vector<SeedStep> steps_of(EventId event, SeatId first_seat, Stock stock) {
    std::vector<SeedStep> steps;
    if (!stock.seats.seats.empty()) {
        auto& [seats, lines, held_back] = stock.seats;
        auto block = std::make_shared<const domain::SeatBlock>(first_seat, std::move(seats));
        domain::AddSeats add{
            .event = event, .by = kSeeder, .block = block, .held_back = std::move(held_back)
        };
        steps.push_back(
            {.command = std::move(add), .block = std::move(block), .lines = std::move(lines)}
        );
    }
    for (auto& [category, line] : stock.categories)
        steps.push_back({
            .command = domain::AddCategory{event, kSeeder, std::move(category)},
            .where = place_of(stock.categories_file, line),
        });
    io::Sha256 sha;
    for (auto& row : stock.allocations) {
        auto where = place_of(stock.allocations_file, row.line);
        steps.push_back(
            {.command = command_of(event, std::move(row), sha), .where = std::move(where)}
        );
    }
    return steps;
}

std::string summary_of(std::span<const SeedStep> steps) {
    std::size_t seats = 0;
    std::size_t categories = 0;
    std::size_t allocations = 0;
    for (const auto& [command, block, lines, where] : steps) {
        if (const auto* add = std::get_if<domain::AddSeats>(&command)) {
            seats += block->seats.size();
            allocations += add->held_back.size();
        }
        categories += std::holds_alternative<domain::AddCategory>(command) ? 1 : 0;
        allocations += std::holds_alternative<domain::AddAllocation>(command) ? 1 : 0;
    }
    std::string summary;
    const auto list = [&](std::size_t count, const char* one, const char* many) {
        if (count > 0) summary += (summary.empty() ? "" : ", ") + counted(count, one, many);
    };
    list(seats, "seat", "seats");
    list(categories, "category", "categories");
    list(allocations, "allocation", "allocations");
    return summary;
}

Result<void, Fault>
rehearse(std::span<const SeedStep> steps, EventId event, const PresentStock& present, Instant now) {
    Rehearsal rehearsal{event, present, now};
    for (const auto& step : steps) {
        if (const auto outcome = rehearsal.act(step.command); !outcome)
            return std::unexpected(refused(message_of(outcome.error(), step)));
    }
    return {};
}

io::Awaitable<Result<void, Fault>> take_steps(store::Store& store, std::vector<SeedStep> steps) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
        auto outcome = co_await store.execute(steps[i].command, TraceId{});
        if (outcome && *outcome) continue;
        auto fault = outcome ? refused(message_of(outcome->error(), steps[i])) : outcome.error();
        const auto added = summary_of(std::span{steps}.first(i));
        if (!added.empty()) fault.what += "\nOnly this was added: " + added;
        co_return std::unexpected(std::move(fault));
    }
    co_return Result<void, Fault>{};
}

}  // namespace frontrow::cli
