#include "http/negotiation.h"

#include "http/cursor.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace frontrow::http {
namespace {

TEST(ContentType, is_json_whatever_its_parameters_and_its_case) {
    for (const auto* json :
         {"application/json",
          "Application/JSON",
          "application/json; charset=utf-8",
          " application/json ;charset=utf-8",
          "application/problem+json",
          "application/vnd.example.v2+JSON; q=1"})
        EXPECT_TRUE(is_json(json)) << json;
    for (const auto* other :
         {"",
          ";",
          "text/json",
          "application/json5",
          "application/jso",
          "application/problem+json5",
          "application+json",
          "text/plain+json",
          "text/csv"})
        EXPECT_FALSE(is_json(other)) << other;
}

TEST(ContentType, is_csv_whatever_its_parameters_and_its_case) {
    EXPECT_TRUE(is_csv("text/csv"));
    EXPECT_TRUE(is_csv("Text/CSV; header=present"));
    EXPECT_FALSE(is_csv("text/csv2"));
    EXPECT_FALSE(is_csv("application/json"));
}

TEST(AcceptEncoding, takes_gzip_where_it_is_named_or_meant_and_not_refused) {
    for (const auto* takes :
         {"gzip",
          "GZip",
          "x-gzip",
          "br, gzip",
          "deflate,gzip;q=0.1",
          "gzip ; q=1.000",
          "*",
          "identity, *;q=0.5",
          " \tgzip\t"})
        EXPECT_TRUE(accepts_gzip(takes)) << takes;
    for (const auto* refuses :
         {"",
          "identity",
          "br",
          "gzip;q=0",
          "gzip; q=0.000",
          "gzip;Q=0, *",
          "*;q=0",
          "gzipped",
          "x-gzip2",
          ",",
          ";",
          "q=1"})
        EXPECT_FALSE(accepts_gzip(refuses)) << refuses;
}

TEST(IfNoneMatch, names_an_etag_alone_among_others_or_any) {
    for (const auto* names :
         {"\"a\"",
          "W/\"a\"",
          "\"b\", \"a\"",
          "\"b\",W/\"a\" ",
          "\"a-gzip\"",
          "W/\"a-br\"",
          ", ,\"a\"",
          "nonsense, \"a\"",
          "*",
          " * "})
        EXPECT_TRUE(names_tag(names, "a")) << names;
    for (const auto* others :
         {"",
          "a",
          "\"b\"",
          "\"ab\"",
          "\"A\"",
          "W/a",
          "w/\"a\"",
          ",",
          "\"*\"",
          "\"a",
          "a\"",
          "\" a\"",
          "\"a \"",
          "\"a\"b",
          "\"a\" \"b\"",
          "\"b,\"a\"",
          "\"a-gz\"",
          "\"a-gzip-gzip\""})
        EXPECT_FALSE(names_tag(others, "a")) << others;
}

TEST(IfMatch, lists_tags_with_commas_of_their_own_and_without_what_proxies_add) {
    std::string_view list = "\"a,b\" ,W/\"\", x, \"c\"d, W/\"e-gzip\",\"-br\"";
    std::vector<std::string_view> tags;
    while (const auto tag = take_tag(list))
        tags.push_back(*tag);
    EXPECT_EQ(tags, (std::vector<std::string_view>{"a,b", "", "e", ""}));
    EXPECT_EQ(list, "");
    EXPECT_TRUE(names_any("\t* "));
    for (const auto* other : {"", "**", "*,*", "\"*\"", "\"a\""})
        EXPECT_FALSE(names_any(other)) << other;
}

TEST(Cursor, leads_back_to_the_place_that_it_was_made_for) {
    io::Sha256 sha;
    const Bits128 id{0x0123'4567'89AB'CDEF, ~std::uint64_t{0}};
    for (const auto& place : {
             domain::Place{.id = id},
             domain::Place{.id = id, .start_at = Instant{Millis{1'766'000'000'123}}},
             domain::Place{.id = id, .start_at = Instant{Millis{-1}}},
             domain::Place{.id = id, .number = 1},
             domain::Place{.id = id, .number = ~std::uint32_t{0}},
         }) {
        const auto cursor = write_cursor(sha, "events", place);
        EXPECT_EQ(read_cursor(sha, "events", cursor), place);
        EXPECT_EQ(read_cursor(sha, "event", cursor), std::nullopt);
        auto of_next = place;
        ++of_next.number;
        const auto next = write_cursor(sha, "events", of_next);
        if (next.size() <= 64) continue;
        EXPECT_EQ(read_cursor(sha, "events", cursor.substr(0, 64) + next.substr(64)), std::nullopt);
    }
}

}  // namespace
}  // namespace frontrow::http
