#include "store/cluster/node.h"

#include "domain/evolve.h"
#include "support/manual_clock.h"
#include "support/seeded_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

// What a node delivers to readers of the journal, and when. The simulation (tests/sim) covers the
// rest.

namespace frontrow::store::cluster {
namespace {

using testing::ElementsAre;

/// Keeps each request until the test answers it.
class ScriptedJournal final : public SharedJournal {
public:
    void append(const Batch& batch, const Head&, Mode mode, AppendDone done) override {
        appended = batch;
        append_mode = mode;
        append_done = std::move(done);
    }
    void hold(std::uint64_t, Bits128, AppendDone done) override { hold_done = std::move(done); }
    void release() override {}
    void look(std::uint64_t, LookDone done) override { look_done = std::move(done); }

    std::optional<Batch> appended;
    Mode append_mode{};
    AppendDone append_done;
    AppendDone hold_done;
    LookDone look_done;
};

domain::FactBody any_key(std::uint64_t number) {
    domain::ApiKeyCreated key{.key = ApiKeyId{Bits128{7, number}}, .name = "key"};
    key.digest[0] = static_cast<std::uint8_t>(number);
    return key;
}

class FollowedNode : public testing::Test {
protected:
    FollowedNode() {
        first_.head.writer = {1, 1};
        first_.head.state = state_.digest();
        first_.head.hash = hash_of(first_, {});
        newest_ = first_.head;
        node_.emplace(
            Node::Settings{},
            Node::Ports{
                .journal = journal_,
                .clock = clock_,
                .random = random_,
                .wake_at = [](Node::Time) {},
                .next_turn = [this] { wants_turn_ = true; },
                .on_failure = [](const io::Fault& fault) { ADD_FAILURE() << fault.what; },
                .on_batch =
                    [this](const Batch& batch, const std::vector<domain::Fact>& facts) {
                        EXPECT_EQ(batch.head, node_->head());
                        EXPECT_EQ(facts.back().seq, batch.head.last_seq);
                        seen_.push_back(batch.head.last_seq);
                    },
                .on_proof = [this] { told_ = node_->head().last_seq; },
            },
            state_,
            first_.head
        );
        node_->start();
    }

    /// Another node's next batch, with one fact.
    Batch others_batch() {
        Batch batch;
        auto& head = batch.head;
        head.first_seq = head.last_seq = newest_.last_seq + 1;
        head.at = clock_.now();
        head.writer = {9, 9};
        head.n = head.first_seq;
        const domain::Fact fact{
            .seq = head.first_seq,
            .at = head.at,
            .trace = {},
            .event = {},
            .body = any_key(head.first_seq),
        };
        domain::evolve(others_state_, fact);
        head.state = others_state_.digest();
        batch.frame = frames_.write({&fact, 1});
        head.hash = hash_of(batch, newest_.hash);
        newest_ = head;
        return batch;
    }
    /// The journal after the node's head.
    SharedJournal::Following following(std::vector<Batch> behind) const {
        SharedJournal::Following answer{
            .batches = {Batch{.head = node_->head(), .frame = {}}},
            .is_all = true,
            .clock = clock_.now(),
            .timeline = 1,
        };
        answer.batches.insert(answer.batches.end(), behind.begin(), behind.end());
        return answer;
    }
    void answer_look(std::vector<Batch> behind) {
        ASSERT_TRUE(journal_.look_done);
        std::exchange(journal_.look_done, {})(following(std::move(behind)));
    }
    void answer_append(bool is_in, std::vector<Batch> behind) {
        ASSERT_TRUE(journal_.append_done);
        const SharedJournal::Appended answer{is_in, following(std::move(behind))};
        std::exchange(journal_.append_done, {})(answer);
    }
    void answer_hold(std::vector<Batch> behind) {
        ASSERT_TRUE(journal_.hold_done);
        const SharedJournal::Appended answer{true, following(std::move(behind))};
        std::exchange(journal_.hold_done, {})(answer);
    }
    /// Gives this node a command and lets it send its batch.
    void sell() {
        domain::CreateApiKey command{.key = ApiKeyId{Bits128{8, 1}}, .name = "own", .by = "root"};
        command.digest[1] = 1;
        node_->execute(std::move(command), TraceId{}, [](const auto&) {});
        for (int turn = 0; turn < 10 && std::exchange(wants_turn_, false); ++turn)
            node_->turn();
    }

    test::ManualClock clock_;
    test::SeededRandom random_{1};
    domain::Inventory state_{StateLog::Digests::on};
    domain::Inventory others_state_{StateLog::Digests::on};
    engine::FrameWriter frames_;
    Batch first_;
    /// The journal's head, after the other node's batches.
    Head newest_;
    ScriptedJournal journal_;
    std::optional<Node> node_;
    bool wants_turn_ = false;
    std::vector<std::uint64_t> seen_;
    /// The last fact that readers may see; nothing before the node has reported one.
    std::optional<std::uint64_t> told_;
};

TEST_F(FollowedNode, tells_what_a_look_has_shown) {
    EXPECT_EQ(told_, std::nullopt);
    const auto one = others_batch();
    answer_look({one, others_batch()});
    EXPECT_THAT(seen_, ElementsAre(1, 2));
    EXPECT_EQ(told_, 2);
}

TEST_F(FollowedNode, tells_its_own_batch_once_it_is_in) {
    answer_look({});
    sell();
    ASSERT_TRUE(journal_.appended);
    EXPECT_EQ(told_, 0);
    answer_append(true, {*journal_.appended});
    EXPECT_THAT(seen_, ElementsAre(journal_.appended->head.last_seq));
    EXPECT_EQ(told_, journal_.appended->head.last_seq);
}

/// Once the node has closed, the journal may be closed, too.
TEST_F(FollowedNode, asks_the_journal_for_nothing_once_it_has_closed) {
    answer_look({});
    bool is_closed = false;
    node_->close([&is_closed] { is_closed = true; });
    // By now the node would look for others' batches.
    clock_.advance(std::chrono::seconds{1});
    node_->wake(clock_.read().since_boot);
    EXPECT_TRUE(is_closed);
    node_->wake(clock_.read().since_boot);
    EXPECT_FALSE(journal_.look_done);
}

/// The node sees the other node's last batch in the transaction that reserves the journal's next
/// place. That transaction commits nothing, so a standby may still lack the batch.
TEST_F(FollowedNode, tells_what_it_saw_in_a_place_held_only_after_its_own_commit) {
    answer_look({});
    sell();
    // The node loses its place twice, then reserves the next.
    answer_append(false, {others_batch()});
    answer_append(false, {others_batch()});
    EXPECT_EQ(told_, 2);
    answer_hold({others_batch()});
    EXPECT_THAT(seen_, ElementsAre(1, 2, 3));
    EXPECT_EQ(told_, 2);
    ASSERT_EQ(journal_.append_mode, SharedJournal::Mode::held);
    answer_append(true, {*journal_.appended});
    EXPECT_EQ(seen_.back(), journal_.appended->head.last_seq);
    EXPECT_EQ(told_, journal_.appended->head.last_seq);
}

}  // namespace
}  // namespace frontrow::store::cluster
