#include "box_office.h"
#include "domain/command_traits.h"

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
    static CreateApiKey key_for(std::string account) {
        auto command = key(1);
        command.account = std::move(account);
        return command;
    }
    static RevokeApiKey revocation(std::uint64_t number) {
        return {.key = ApiKeyId{Bits128{7, number}}, .by = "root"};
    }
    static MoveApiKey move_to(std::string account) {
        return {.key = key(1).key, .account = std::move(account), .by = "root"};
    }
    static std::string default_account() { return "api-key:" + key(1).key.to_string(); }
    const ApiKeys& keys() const { return office.inventory().api_keys(); }
    std::string account() const { return account_of(*keys().find_live(key(1).digest)); }

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

TEST_F(DecideApiKey, acts_for_the_account_that_was_named_or_else_for_one_of_its_own) {
    ASSERT_TRUE(office.act(key(1)));
    EXPECT_EQ(account(), default_account());
    EXPECT_EQ(traits_of(office.history().back().body).format, 0);
    BoxOffice other;
    const auto outcome = other.act(key_for("hall"));
    ASSERT_TRUE(outcome);
    EXPECT_EQ(account_of(std::get<ApiKey>(outcome->entity)), "hall");
    EXPECT_EQ(account_of(*other.inventory().api_keys().find(key(1).key)), "hall");
    EXPECT_EQ(traits_of(other.history().back().body).format, 1);
}

TEST_F(DecideApiKey, moved_to_another_account_it_acts_for_that_at_once) {
    ASSERT_TRUE(office.act(key_for("hall")));
    const auto created = keys().last_seq();
    office.now += Millis{7};
    const auto outcome = office.act(move_to("yard"));
    ASSERT_TRUE(outcome);
    auto expected = *keys().find(key(1).key);
    expected.account = "yard";
    EXPECT_EQ(std::get<ApiKey>(outcome->entity), expected);
    EXPECT_EQ(account(), "yard");
    EXPECT_EQ(keys().last_seq(), created + 1);
    EXPECT_EQ(keys().live_count(), 1);
    const FactBody moved = ApiKeyMoved{.key = key(1).key, .account = "yard", .moved_by = "root"};
    EXPECT_TRUE(office.history().back().body == moved);
}

TEST_F(DecideApiKey, moved_to_the_account_that_it_has_it_stays_there_and_no_fact_is_made) {
    ASSERT_TRUE(office.act(key(1)));
    ASSERT_TRUE(office.act(move_to(default_account())));
    EXPECT_EQ(office.facts_of_last(), 0);
    ASSERT_TRUE(office.act(move_to("hall")));
    ASSERT_TRUE(office.act(move_to("hall")));
    EXPECT_EQ(office.facts_of_last(), 0);
    ASSERT_TRUE(office.act(move_to(default_account())));
    EXPECT_EQ(office.facts_of_last(), 1);
    EXPECT_EQ(account(), default_account());
}

TEST_F(DecideApiKey, that_is_unknown_or_revoked_cannot_be_moved) {
    const auto unknown = office.act(move_to("hall"));
    EXPECT_EQ(answer(unknown), "api_key_not_found");
    ASSERT_TRUE(office.act(key_for("hall")));
    ASSERT_TRUE(office.act(revocation(1)));
    for (const auto* account : {"yard", "hall"})
        EXPECT_EQ(answer(office.act(move_to(account))), "api_key_not_found") << account;
    EXPECT_EQ(office.facts_of_last(), 0);
    EXPECT_EQ(keys().find(key(1).key)->account, "hall");
}

TEST_F(DecideApiKey, with_an_account_is_refused_while_the_journal_has_older_facts) {
    const Inventory inventory;
    EXPECT_TRUE(decide(inventory, key(1), office.now).outcome);
    const auto decision = decide(inventory, key_for("hall"), office.now);
    ASSERT_FALSE(decision.outcome);
    EXPECT_EQ(decision.outcome.error().reason, Reason::format_too_low);
    EXPECT_EQ(decision.outcome.error().limit, 1);
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

TEST_F(DecideApiKey, behind_one_are_the_older_ones) {
    for (std::uint64_t i = 0; i < 3; ++i)
        ASSERT_TRUE(office.act(key(i)));
    const auto behind = [&](ApiKeyId id) {
        return keys().list({.limit = 9, .after = Place{.id = id.bits()}});
    };
    ASSERT_EQ(behind(key(2).key).size(), 2);
    EXPECT_EQ(behind(key(2).key)[0].id, key(1).key);
    EXPECT_EQ(behind(key(2).key)[1].id, key(0).key);
    EXPECT_TRUE(behind(key(0).key).empty());
    EXPECT_TRUE(behind(key(9).key).empty());
}

}  // namespace
}  // namespace frontrow::domain
