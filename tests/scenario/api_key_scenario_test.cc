#include "scenario/store_scenario.h"

// API keys of servers, on every kind of store.

namespace frontrow::test {
namespace {

domain::ApiKeyDigest digest(std::uint8_t number) {
    domain::ApiKeyDigest digest{};
    digest.front() = number;
    digest.back() = 0xFF;
    return digest;
}

domain::CreateApiKey key(std::uint8_t number, domain::Role role = domain::Role::organizer) {
    return {
        .key = ApiKeyId{Bits128{7, number}},
        .name = "key \"" + std::to_string(number) + "\"",
        .role = role,
        .prefix = "frk_" + std::to_string(number),
        .digest = digest(number),
        .by = "root",
    };
}

domain::RevokeApiKey revocation(std::uint8_t number) {
    return {.key = ApiKeyId{Bits128{7, number}}, .by = "root"};
}

TEST_P(StoreScenario, knows_an_api_key_as_soon_as_it_was_made) {
    const auto made = execute(key(1)).value().value();
    const auto& entity = std::get<domain::ApiKey>(made.entity);
    EXPECT_EQ(entity.id, key(1).key);
    EXPECT_EQ(entity.name, key(1).name);
    EXPECT_EQ(entity.role, domain::Role::organizer);
    EXPECT_EQ(entity.created_by, "root");
    const auto* found = store().find_api_key(digest(1));
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(*found, entity);
    EXPECT_EQ(store().find_api_key(digest(2)), nullptr);
    EXPECT_EQ(
        world_->read(store().read(domain::read_api_keys, domain::Page{.limit = 9})),
        std::vector{entity}
    );
}

TEST_P(StoreScenario, forgets_an_api_key_as_soon_as_it_was_revoked) {
    EXPECT_TRUE(execute(key(1)).value());
    EXPECT_TRUE(execute(key(2)).value());
    world_->move_clock(Millis{1'000});
    EXPECT_TRUE(execute(revocation(1)).value());
    EXPECT_EQ(store().find_api_key(digest(1)), nullptr);
    EXPECT_NE(store().find_api_key(digest(2)), nullptr);
    const auto listed = world_->read(store().read(domain::read_api_keys, domain::Page{.limit = 9}));
    ASSERT_EQ(listed.size(), 2);
    EXPECT_FALSE(listed[0].revoked_at);
    ASSERT_TRUE(listed[1].revoked_at);
    EXPECT_EQ(*listed[1].revoked_at - listed[1].created_at, Millis{1'000});
}

TEST_P(StoreScenario, moves_an_api_key_to_another_account_at_once_and_for_good) {
    const auto account_now = [&] { return account_of(*store().find_api_key(digest(1))); };
    auto command = key(1);
    command.account = "hall";
    EXPECT_TRUE(execute(command).value());
    EXPECT_EQ(account_now(), "hall");
    const domain::MoveApiKey move{.key = key(1).key, .account = "yard", .by = "root"};
    const auto moved = execute(move).value().value();
    EXPECT_EQ(std::get<domain::ApiKey>(moved.entity).account, "yard");
    EXPECT_EQ(account_now(), "yard");
    EXPECT_TRUE(execute(move).value()) << "again";
    const auto before = world_->read(store().read(domain::read_api_keys, domain::Page{.limit = 9}));
    world_->restart();
    EXPECT_EQ(world_->read(store().read(domain::read_api_keys, domain::Page{.limit = 9})), before);
    EXPECT_EQ(account_now(), "yard");
    EXPECT_TRUE(execute(revocation(1)).value());
    EXPECT_EQ(refused(move), Reason::api_key_not_found);
}

TEST_P(StoreScenario, revokes_an_api_key_once_however_often_at_once) {
    EXPECT_TRUE(execute(key(1)).value());
    std::vector<Started<Answer>> answers;
    for (int i = 0; i < 10; ++i)
        answers.push_back(world_->start(revocation(1)));
    for (auto& answer : answers)
        EXPECT_TRUE(answer.get().value());
    EXPECT_EQ(store().find_api_key(digest(1)), nullptr);
    EXPECT_EQ(refused(revocation(2)), Reason::api_key_not_found);
}

TEST_P(StoreScenario, keeps_api_keys_over_a_restart) {
    EXPECT_TRUE(execute(key(1, domain::Role::admin)).value());
    EXPECT_TRUE(execute(key(2)).value());
    EXPECT_TRUE(execute(revocation(2)).value());
    const auto before = world_->read(store().read(domain::read_api_keys, domain::Page{.limit = 9}));
    world_->restart();
    EXPECT_EQ(world_->read(store().read(domain::read_api_keys, domain::Page{.limit = 9})), before);
    ASSERT_NE(store().find_api_key(digest(1)), nullptr);
    EXPECT_EQ(store().find_api_key(digest(1))->role, domain::Role::admin);
    EXPECT_EQ(store().find_api_key(digest(2)), nullptr);
    EXPECT_TRUE(execute(revocation(1)).value());
    EXPECT_EQ(store().find_api_key(digest(1)), nullptr);
}

}  // namespace
}  // namespace frontrow::test
