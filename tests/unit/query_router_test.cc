#include "http/query.h"
#include "http/router.h"
#include "telemetry/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::http {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

/// The text as in a connection's buffer: followed by bytes that don't belong to it.
class InABuffer {
public:
    explicit InABuffer(std::string_view text, std::string_view more = "1%41&page=9/x HTTP/1.1")
        : size_{text.size()}, buffer_{std::string{text} + std::string{more}} {}
    std::string_view text() const { return std::string_view{buffer_}.substr(0, size_); }

private:
    std::size_t size_;
    std::string buffer_;
};

TEST(DecodePercent, decodes_what_is_well_formed_and_refuses_the_rest) {
    const struct {
        std::string_view text;
        std::optional<std::string> decoded;
    } rows[] = {
        {"", ""},
        {"plain", "plain"},
        {"a+b", "a+b"},
        {"%41%7a", "Az"},
        {"%e5%B8%ad", "席"},
        {"%2525", "%25"},
        {"%2F%00", "/\0"s},
        {"%", std::nullopt},
        {"%4", std::nullopt},
        {"a%", std::nullopt},
        {"a%4", std::nullopt},
        {"%4g", std::nullopt},
        {"%g4", std::nullopt},
        {"%%41", std::nullopt},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(decode_percent(InABuffer{row.text}.text()), row.decoded) << row.text;
        EXPECT_EQ(decode_percent(InABuffer{row.text, "41"}.text()), row.decoded) << row.text;
    }
}

TEST(QueryParameter, is_found_by_its_name_and_decoded) {
    const struct {
        std::string_view query;
        std::optional<std::string> page;
    } rows[] = {
        {"", std::nullopt},
        {"page=1", "1"},
        {"page=", ""},
        {"page", ""},
        {"page&x=1", ""},
        {"page=a=b", "a=b"},
        {"x=1&page=2&y=3", "2"},
        {"page=1&page=2", "1"},
        {"&&page=1&&", "1"},
        {"=&page=1", "1"},
        {"=page", std::nullopt},
        {"xpage=1", std::nullopt},
        {"pages=1", std::nullopt},
        {"pag=1", std::nullopt},
        {"Page=1", std::nullopt},
        {"x=page=1", std::nullopt},
        {"x=1", std::nullopt},
        {"p%61ge=1", "1"},
        {"%70%61%67%65=1", "1"},
        {"x=1&%70age=2&page=3", "2"},
        {"%70age", ""},
        {"page%3D1=2", std::nullopt},
        {"%zzpage=1", std::nullopt},
        {"page%=1", std::nullopt},
        {"page=a+b", "a b"},
        {"page=a%2Bb", "a+b"},
        {"page=%e5%b8%ad%20%26", "席 &"},
        {"page=%", "%"},
        {"page=%4", "%4"},
        {"page=%zz", "%zz"},
        {"x=%zz&page=1", "1"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(query_parameter(InABuffer{row.query}.text(), "page"), row.page) << row.query;
}

TEST(QueryNumber, is_whole_and_within_bounds) {
    const auto number = [](std::string_view query) {
        return query_number(InABuffer{query}.text(), "limit", 1, 100, 20);
    };
    EXPECT_EQ(number(""), 20U);
    EXPECT_EQ(number("x=7"), 20U);
    EXPECT_EQ(number("limit=1"), 1U);
    EXPECT_EQ(number("limit=100"), 100U);
    EXPECT_EQ(number("limit=007"), 7U);
    EXPECT_EQ(number("limit=%37"), 7U);
    for (const auto query :
         {"limit=",
          "limit",
          "limit=0",
          "limit=101",
          "limit=-1",
          "limit=%2B1",
          "limit=+1",
          "limit=1.0",
          "limit=1e1",
          "limit=0x1",
          "limit=1+",
          "limit=7x",
          "limit=%31%00",
          "limit=%",
          "limit=%zz",
          "limit=18446744073709551616",
          "limit=18446744073709551617",
          "limit=ten"}) {
        const auto refused = number(query);
        ASSERT_FALSE(refused) << query;
        ASSERT_EQ(refused.error().fields.size(), 1U);
        EXPECT_EQ(refused.error().fields.front().field, "limit");
        EXPECT_EQ(refused.error().fields.front().message, "must be a whole number from 1 to 100");
    }
}

constexpr Route kRoutes[] = {
    {Method::get, "/", Access::anyone, Owner::nobody, BodyKind::none, nullptr},
    {Method::get, "/events", Access::anyone, Owner::nobody, BodyKind::none, nullptr},
    {Method::post, "/events", Access::organizer, Owner::nobody, BodyKind::json, nullptr},
    {Method::get, "/events/count", Access::anyone, Owner::nobody, BodyKind::none, nullptr},
    {Method::get, "/events/{id}.svg", Access::anyone, Owner::nobody, BodyKind::none, nullptr},
    {Method::get, "/events/{id}", Access::anyone, Owner::nobody, BodyKind::none, nullptr},
    {Method::patch, "/events/{id}", Access::organizer, Owner::nobody, BodyKind::json, nullptr},
    {Method::delete_, "/events/{id}", Access::organizer, Owner::nobody, BodyKind::none, nullptr},
    {Method::post,
     "/events/{id}/seats/bulk",
     Access::organizer,
     Owner::nobody,
     BodyKind::bulk_seats,
     nullptr},
    {Method::get,
     "/events/{id}/seats/{seat}",
     Access::anyone,
     Owner::nobody,
     BodyKind::none,
     nullptr},
};

/// Returns `METHOD pattern part part`, `405 allowed` or `404`.
std::string found(Router& router, Method method, std::string_view path) {
    std::array<std::string, 2> parts;
    const InABuffer buffer{path, "/more?query HTTP/1.1"};
    const auto match = router.find(method, buffer.text(), parts);
    if (match.entry == nullptr) return match.allowed.empty() ? "404" : "405 " + match.allowed;
    std::string text{name_of(match.entry->route.method)};
    text += " " + std::string{match.entry->route.pattern};
    for (const auto& part : parts) {
        if (!part.empty()) text += " " + part;
    }
    return text;
}

TEST(Router, finds_the_route_of_a_path_and_decodes_its_parts) {
    telemetry::Metrics metrics;
    Router router{kRoutes, metrics};
    const struct {
        Method method;
        std::string_view path;
        std::string_view found;
    } rows[] = {
        {Method::get, "/", "GET /"},
        {Method::get, "/events", "GET /events"},
        {Method::post, "/events", "POST /events"},
        {Method::get, "/events/7", "GET /events/{id} 7"},
        {Method::patch, "/events/7", "PATCH /events/{id} 7"},
        {Method::delete_, "/events/7", "DELETE /events/{id} 7"},
        {Method::get, "/events/count", "GET /events/count"},
        {Method::get, "/events/a/seats/b", "GET /events/{id}/seats/{seat} a b"},
        {Method::get, "/events/7.svg", "GET /events/{id}.svg 7"},
        {Method::get, "/events/7.svg.svg", "GET /events/{id}.svg 7.svg"},
        {Method::get, "/events/7%2Esv%67", "GET /events/{id}.svg 7"},
        {Method::get, "/events/.svg", "GET /events/{id} .svg"},
        {Method::get, "/events/7.png", "GET /events/{id} 7.png"},
        {Method::get, "/events/svg", "GET /events/{id} svg"},
        {Method::post, "/events/a/seats/bulk", "POST /events/{id}/seats/bulk a"},
        {Method::get, "/%65vents", "GET /events"},
        {Method::post, "/events/%61/s%65ats/bul%6B", "POST /events/{id}/seats/bulk a"},
        {Method::get, "/events/c%6funt", "GET /events/count"},
        {Method::get, "/events/%7Bid%7d", "GET /events/{id} {id}"},
        {Method::get, "/events/%e5%b8%ad", "GET /events/{id} 席"},
        {Method::get, "/events/a%2Fb", "GET /events/{id} a/b"},
        {Method::get, "/events/a%2Fseats%2fb", "GET /events/{id} a/seats/b"},
        {Method::get, "/events/a%20b+c", "GET /events/{id} a b+c"},
        {Method::get, "/events/..", "GET /events/{id} .."},
        {Method::get, "/events/{id}", "GET /events/{id} {id}"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(found(router, row.method, row.path), row.found) << row.path;
}

TEST(Router, knows_no_other_paths) {
    telemetry::Metrics metrics;
    Router router{kRoutes, metrics};
    for (const auto path :
         {"",
          "events",
          "//",
          "/event",
          "/eventss",
          "/Events",
          "/events/",
          "//events",
          "/events//",
          "/events//seats/b",
          "/events/a/seats/",
          "/events/a/seats",
          "/events/a/",
          "/events/a/b",
          "/events/a/seats/b/",
          "/events/a/seats/b/c",
          "/%45vents",
          "/%zz",
          "/events%00",
          "/events%2F7",
          "/events/%",
          "/events/%4",
          "/events/%zz",
          "/events/a%",
          "/events/%00",
          "/events/a%00b",
          "/events/a/seats/%zz",
          "/events/%zz/seats/b"}) {
        EXPECT_EQ(found(router, Method::get, path), "404") << path;
    }
}

TEST(Router, names_the_methods_that_a_path_is_known_with) {
    telemetry::Metrics metrics;
    Router router{kRoutes, metrics};
    EXPECT_EQ(found(router, Method::put, "/"), "405 GET, HEAD, OPTIONS");
    EXPECT_EQ(found(router, Method::put, "/events"), "405 GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(found(router, Method::other, "/events/7"), "405 GET, HEAD, PATCH, DELETE, OPTIONS");
    EXPECT_EQ(found(router, Method::patch, "/events"), "405 GET, HEAD, POST, OPTIONS");
    for (const auto method : {Method::get, Method::delete_})
        EXPECT_EQ(found(router, method, "/events/a/seats/bulk"), "405 POST, OPTIONS");
    EXPECT_EQ(found(router, Method::patch, "/events/count"), "405 GET, HEAD, OPTIONS");
    EXPECT_EQ(found(router, Method::patch, "/events/7.svg"), "405 GET, HEAD, OPTIONS");
    EXPECT_EQ(found(router, Method::post, "/events/a/seats/b"), "405 GET, HEAD, OPTIONS");
    EXPECT_EQ(found(router, Method::options, "/events"), "405 GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(found(router, Method::put, "/%65vents"), "405 GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(found(router, Method::put, "/events/"), "404");
    EXPECT_EQ(found(router, Method::options, "/events/"), "404");
}

TEST(Router, finds_all_below_its_base_path_and_elsewhere_what_is_also_at_the_root) {
    constexpr Route kSome[] = {
        {Method::get, "/", Access::anyone, Owner::nobody, BodyKind::none, nullptr},
        {Method::get, "/events/{id}", Access::anyone, Owner::nobody, BodyKind::none, nullptr},
        {Method::get,
         "/livez",
         Access::anyone,
         Owner::nobody,
         BodyKind::none,
         nullptr,
         Weight::light,
         true},
    };
    telemetry::Metrics metrics;
    Router router{kSome, metrics, BasePath{"/a/shop"}};
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"/a/shop", "GET /"},
        {"/a/shop/", "GET /"},
        {"/a/shop/events/7", "GET /events/{id} 7"},
        {"/a/shop/livez", "GET /livez"},
        {"/livez", "GET /livez"},
        {"/", "404"},
        {"/a", "404"},
        {"/events/7", "404"},
        {"/a/shopevents/7", "404"},
        {"/a/shops/events/7", "404"},
        {"/A/shop/events/7", "404"},
        {"/a/shop//events/7", "404"},
        {"/a/shop/a/shop/events/7", "404"},
        {"/shop/livez", "404"},
    };
    for (const auto& [path, expected] : rows)
        EXPECT_EQ(found(router, Method::get, path), expected) << path;
    EXPECT_EQ(found(router, Method::put, "/events/7"), "404");
    EXPECT_EQ(found(router, Method::put, "/livez"), "405 GET, HEAD, OPTIONS");
    EXPECT_EQ(found(router, Method::put, "/a/shop/events/7"), "405 GET, HEAD, OPTIONS");
}

constexpr std::string_view kTraceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(Traceparent, gives_its_trace) {
    const auto trace = telemetry::parse_traceparent(InABuffer{kTraceparent}.text());
    ASSERT_TRUE(trace);
    EXPECT_EQ(trace->bits, (Bits128{0x0af7'6519'16cd'43dd, 0x8448'eb21'1c80'319c}));
    // A later version may have more fields after the flags.
    EXPECT_EQ(
        telemetry::parse_traceparent("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"
        ),
        trace
    );
}

TEST(Traceparent, that_is_malformed_gives_nothing) {
    for (const auto header :
         {""sv,
          "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"sv,
          "00-00000000000000000000000000000000-b7ad6b7169203331-01"sv,
          "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01"sv,
          "00-0af7651916cd43dd8448eb211c80319-cb7ad6b7169203331-01"sv,
          "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"sv,
          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01"sv,
          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-011"sv,
          "0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"sv}) {
        EXPECT_FALSE(telemetry::parse_traceparent(header)) << header;
    }
    for (std::size_t length = 0; length < kTraceparent.size(); ++length) {
        const InABuffer cut{kTraceparent.substr(0, length), kTraceparent.substr(length)};
        EXPECT_FALSE(telemetry::parse_traceparent(cut.text())) << length;
    }
}

}  // namespace
}  // namespace frontrow::http
