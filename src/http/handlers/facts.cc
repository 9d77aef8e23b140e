#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "http/query.h"
#include "io/workers.h"
#include "wire/fact_json.h"

#include <string>
#include <utility>
#include <vector>

// What has become true, in order, for those who copy or watch all of it.

namespace frontrow::http::handlers {
namespace {

using store::FeedBatch;
using store::FeedPosition;

constexpr std::size_t kFactsMax = 1'000;
constexpr std::size_t kFactsUsual = 100;
/// An answer that is so long takes no further fact. One fact may have 100,000 seats.
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

/// Any thread.
ToldFacts
render_facts(const std::vector<FeedBatch>& batches, const FeedPosition& after, std::size_t limit) {
    ToldFacts told{.text = "[", .last = after};
    for (const auto& batch : batches) {
        for (const auto& fact : batch.behind(after.seq)) {
            const bool is_full =
                told.last.seq - after.seq >= limit || told.text.size() >= kFactBytesMax;
            if (is_full) break;
            told.last = batch.at(fact);
            wire::append_told_fact(told.text, fact, told.last.to_string());
        }
    }
    told.text += ']';
    return told;
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
    const auto* batches = page == nullptr ? nullptr : context.value_or_fail(*page);
    if (batches == nullptr) co_return;
    auto work = [&] { return render_facts(*batches, *after, *limit); };
    auto told = co_await context.services.workers.run(work);
    if (told.last.seq < head->seq) {
        context.response.add_header(
            "Link",
            "</api/v1/facts?limit=" + std::to_string(*limit) + "&after=" + told.last.to_string() +
                ">; rel=\"next\""
        );
    }
    context.response.body = std::move(told.text);
}

}  // namespace frontrow::http::handlers
