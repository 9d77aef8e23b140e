#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "io/workers.h"
#include "wire/fact_json.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What an event's organisers and admins did. The state knows which facts these are; the facts are
// read from the journal.

namespace frontrow::http::handlers {
namespace {

/// The answer ends after the act that makes it longer than this.
constexpr std::size_t kActBytesMax = 1 << 20;
/// How long to wait until the feed may deliver a fact that is durable.
constexpr std::chrono::milliseconds kFeedPatience{1'000};

/// Acts that were read, newest first, as the answer's list without its end.
struct ToldActs {
    std::string text = "[";
    std::uint64_t last_seq = 0;
};

/// The batch that has this fact. If it can't be read, answers with an error and returns nothing.
Awaitable<std::optional<store::FeedBatch>> batch_or_fail(Context& context, std::uint64_t seq) {
    auto& feed = context.services.store.feed();
    auto waited = co_await feed.until_beyond(seq - 1, kFeedPatience);
    if (!waited) {
        context.fail(problem_of(waited.error()));
        co_return std::nullopt;
    }
    auto found = co_await feed.after({.seq = seq - 1}, 1);
    auto* const page = context.value_or_fail(found);
    auto* const batches = page == nullptr ? nullptr : context.value_or_fail(*page);
    if (batches == nullptr) co_return std::nullopt;
    if (!batches->empty()) co_return std::move(batches->front());
    context.fail(problem_of(io::Fault{io::FaultKind::unavailable, "the feed is behind"}));
    co_return std::nullopt;
}

/// Renders the acts with these numbers, newest first. If one can't be read, answers with an error
/// and returns nothing.
Awaitable<std::optional<ToldActs>>
tell_acts_or_fail(Context& context, std::vector<std::uint64_t> seqs) {
    ToldActs told;
    std::optional<store::FeedBatch> batch;
    for (const auto seq : seqs) {
        if (told.text.size() > kActBytesMax) break;
        // Acts that one command caused are in one batch.
        if (!batch || batch->facts->front().seq > seq) batch = co_await batch_or_fail(context, seq);
        if (!batch) co_return std::nullopt;
        auto work = [&] {
            const auto& fact = batch->behind(seq - 1).front();
            wire::append_act(told.text, fact, batch->at(fact).to_string());
            return fact.seq;
        };
        told.last_seq = co_await context.services.workers.run(work);
    }
    co_return told;
}

}  // namespace

Awaitable<void> list_acts(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    const auto name = "acts of event " + event->to_string();
    const ListBounds bounds{.list = name};
    const auto page = page_or_fail(context, bounds);
    if (!page) co_return;
    auto found = co_await context.services.store.read(
        domain::read_acts, *event, context.organizer(), one_more(*page)
    );
    auto* const seqs = found_or_fail(context, found, "event");
    if (seqs == nullptr) co_return;
    std::optional<std::uint64_t> oldest;
    if (!seqs->empty()) oldest = seqs->back();
    if (seqs->size() > page->limit) seqs->pop_back();
    auto told = co_await tell_acts_or_fail(context, std::move(*seqs));
    if (!told) co_return;
    if (oldest && told->last_seq > *oldest) {
        const domain::Place last{.id = {0, told->last_seq}};
        link_next(context, bounds, *page, last, "/api/v1/events/" + event->to_string() + "/audit");
    }
    told->text += ']';
    context.response.body = std::move(told->text);
}

}  // namespace frontrow::http::handlers
