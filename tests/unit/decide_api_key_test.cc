#include "box_office.h"

namespace frontrow::domain {
namespace {

class DecideApiKey : public testing::Test {
protected:
    static CreateApiKey key(std::uint64_t number) {
        return {
            .key = ApiKeyId{Bits128{7, number}},
            .name = "a key",
            .role = Role::scanner,
            .prefix = "frk_1",
            .digest = {static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8)},
            .by = "root",
        };
    }
    static RevokeApiKey revocation(std::uint64_t number) {
        return {.key = ApiKeyId{Bits128{7, number}}, .by = "root"};
    }
    const ApiKeys& keys() const { return office.inventory().api_keys(); }

    BoxOffice office;
};

TEST_F(DecideApiKey, a_new_one_is_in_force_at_once_and_a_revoked_one_no_more) {
    ASSERT_TRUE(office.act(key(1)));
    ASSERT_NE(keys().find_live(key(1).digest), nullptr);
    EXPECT_EQ(keys().find_live(key(1).digest)->role, Role::scanner);
    office.now += Millis{7};
    ASSERT_TRUE(office.act(revocation(1)));
    EXPECT_EQ(keys().find_live(key(1).digest), nullptr);
    EXPECT_EQ(keys().find(key(1).key)->revoked_at, office.now);
    EXPECT_EQ(keys().live_count(), 0);
}

TEST_F(DecideApiKey, revoked_again_it_is_revoked_and_no_fact_is_made) {
    ASSERT_TRUE(office.act(key(1)));
    ASSERT_TRUE(office.act(revocation(1)));
    office.now += Millis{7};
    ASSERT_TRUE(office.act(revocation(1)));
    EXPECT_EQ(office.history().size(), 2);
}

TEST_F(DecideApiKey, that_is_unknown_cannot_be_revoked) {
    const auto outcome = office.act(revocation(1));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().reason, Reason::api_key_not_found);
}

TEST_F(DecideApiKey, counts_against_the_bound_while_it_is_in_force) {
    for (std::uint64_t i = 0; i < kApiKeysMax; ++i)
        ASSERT_TRUE(office.act(key(i)));
    const auto outcome = office.act(key(kApiKeysMax));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().reason, Reason::too_many_api_keys);
    EXPECT_EQ(outcome.error().limit, kApiKeysMax);
    ASSERT_TRUE(office.act(revocation(0)));
    EXPECT_TRUE(office.act(key(kApiKeysMax)));
}

TEST_F(DecideApiKey, are_listed_newest_first) {
    for (std::uint64_t i = 0; i < 5; ++i)
        ASSERT_TRUE(office.act(key(i)));
    const auto page = keys().list({.limit = 2, .offset = 1});
    ASSERT_EQ(page.size(), 2);
    EXPECT_EQ(page[0].id, key(3).key);
    EXPECT_EQ(page[1].id, key(2).key);
    EXPECT_TRUE(keys().list({.limit = 2, .offset = 5}).empty());
    EXPECT_TRUE(keys().list({.limit = 2, .offset = 500}).empty());
}

}  // namespace
}  // namespace frontrow::domain
