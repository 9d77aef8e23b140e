#include "http/body_cache.h"

#include <gtest/gtest.h>

namespace frontrow::http {
namespace {

class BodyCacheOfTen : public testing::Test {
protected:
    BodyCache::Body ask(const std::string& name, std::size_t bytes) {
        return cache_.find_or_make(name, [&] {
            ++made_;
            return std::string(bytes, 'x');
        });
    }

    BodyCache cache_{10};
    int made_ = 0;
};

TEST_F(BodyCacheOfTen, makes_a_body_once) {
    EXPECT_EQ(cache_.find("a"), nullptr);
    const auto first = ask("a", 4);
    EXPECT_EQ(*first, "xxxx");
    EXPECT_EQ(ask("a", 4), first);
    EXPECT_EQ(cache_.find("a"), first);
    EXPECT_EQ(made_, 1);
}

TEST_F(BodyCacheOfTen, lets_go_of_what_was_asked_for_longest_ago) {
    ask("a", 4);
    ask("b", 4);
    ask("a", 4);
    ask("c", 4);
    EXPECT_NE(cache_.find("a"), nullptr);
    EXPECT_EQ(cache_.find("b"), nullptr);
    EXPECT_NE(cache_.find("c"), nullptr);
}

TEST_F(BodyCacheOfTen, gives_but_does_not_keep_what_is_larger_than_it) {
    ask("a", 4);
    const auto large = ask("large", 11);
    EXPECT_EQ(large->size(), 11);
    EXPECT_EQ(cache_.find("large"), nullptr);
    ask("b", 10);
    EXPECT_NE(cache_.find("b"), nullptr);
}

}  // namespace
}  // namespace frontrow::http
