#include "http/handlers/replies.h"

#include "http/query.h"

namespace frontrow::http::handlers {
namespace {

constexpr std::size_t kLimitDefault = 20;
constexpr std::size_t kLimitMax = 100;

}  // namespace

std::optional<store::Page> page_or_fail(Context& context) {
    auto limit = query_number(context.request.query, "limit", 1, kLimitMax, kLimitDefault);
    if (context.value_or_fail(limit) == nullptr) return std::nullopt;
    auto offset = query_number(context.request.query, "offset", 0, kOffsetMax, 0);
    if (context.value_or_fail(offset) == nullptr) return std::nullopt;
    return store::Page{.limit = *limit, .offset = *offset};
}

}  // namespace frontrow::http::handlers
