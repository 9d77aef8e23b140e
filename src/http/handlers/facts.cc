#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "http/query.h"
#include "io/workers.h"
#include "wire/fact_json.h"

#include <string>
#include <utility>
#include <vector>

// All facts in order, for callers that copy or watch them.

namespace frontrow::http::handlers {
namespace {

using store::FeedBatch;
using store::FeedPosition;

constexpr std::size_t kFactsMax = 1'000;
constexpr std::size_t kFactsUsual = 100;
/// The longest answer, except for one with a single fact, which may have 100,000 seats.
constexpr std::size_t kFactBytesMax = 4 << 20;

std::optional<FeedPosition> place_or_fail(Context& context) {
    const auto text = query_parameter(context.request.query, "after");
    const auto place = text ? FeedPosition::parse(*text) : FeedPosition{};
    if (!place) context.fail(invalid_field("after", "must be 0, or the seq or the id of a fact"));
    return place;
}

struct ToldFacts {
    std::string text;
    FeedPosition last;
};

/// Closes the list and frees the memory that its text doesn't use. That may be most of the memory,
/// because render_facts() removes its last fact again if that fact makes the text too long.
ToldFacts finish(ToldFacts told) {
    told.text += ']';
    told.text.shrink_to_fit();
    return told;
}

/// May run on any thread. It may be the last owner of the batches, and frees them then.
ToldFacts
render_facts(std::vector<FeedBatch> batches, const FeedPosition& after, std::size_t limit) {
    ToldFacts told{.text = "[", .last = after};
    for (const auto& batch : batches) {
        for (const auto& fact : batch.behind(after.seq)) {
            if (told.last.seq - after.seq >= limit) break;
            const auto before = told.text.size();
            wire::append_told_fact(told.text, fact, batch.at(fact).to_string());
            if (told.text.size() > kFactBytesMax && told.last != after) {
                told.text.resize(before);
                return finish(std::move(told));
            }
            told.last = batch.at(fact);
        }
    }
    return finish(std::move(told));
}

}  // namespace

Awaitable<void> list_facts(Context& context) {
    auto limit = query_number(context.request.query, "limit", 1, kFactsMax, kFactsUsual);
    if (context.value_or_fail(limit) == nullptr) co_return;
    const auto after = place_or_fail(context);
    if (!after) co_return;
    auto& feed = context.services.store.feed();
    auto head = co_await feed.head();
    if (context.value_or_fail(head) == nullptr) co_return;
    auto found = co_await feed.after(*after, *limit);
    auto* page = context.value_or_fail(found);
    auto* batches = page == nullptr ? nullptr : context.value_or_fail(*page);
    if (batches == nullptr) co_return;
    auto work = [&] { return render_facts(std::move(*batches), *after, *limit); };
    auto told = co_await context.services.workers.run(work);
    if (told.last.seq < head->seq) {
        context.response.add_header(
            "Link",
            "<" + context.services.base_path.put_before("/api/v1/facts") + "?limit=" +
                std::to_string(*limit) + "&after=" + told.last.to_string() + ">; rel=\"next\""
        );
    }
    context.response.body = std::move(told.text);
}

}  // namespace frontrow::http::handlers
