#include "cluster/cluster_loss.h"
#include "support/eventually.h"
#include "support/seed.h"

#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace frontrow::test {
namespace {

using testing::AnyOf;
using testing::Eq;

/// A node that is frozen for a while and then continues, as when its machine is moved.
class ClusterFreeze : public ClusterLoss {
protected:
    /// Requests to the frozen node. The node answers them when it continues; by then two of the
    /// hall's seats have been sold.
    struct Asked {
        Client reader;
        Client late;
        Client first;

        Asked(const Cluster& cluster, std::size_t node, const Hall& hall, const std::string& key)
            : reader{cluster.client(node)},
              late{cluster.client(node)},
              first{cluster.client(node)} {
            reader.write(Client::text_of(
                {.target = "/api/v1/events/" + hall.event + "/seats/available/count"}
            ));
            late.write(Client::text_of(reservation_of(hall.event, {hall.seats[0]}, "late", key)));
            first.write(Client::text_of(reservation_of(hall.event, {hall.seats[9]}, "first", key)));
        }

        /// No answer may be based on the state before the freeze. A 503 is right if the node must
        /// find its database first.
        void expect_answered() {
            const auto count = reader.read();
            const auto refused = late.read();
            const auto sold = first.read();
            ASSERT_TRUE(count && refused && sold);
            EXPECT_THAT(refused->status, AnyOf(Eq(409U), Eq(503U))) << refused->body;
            EXPECT_THAT(sold->status, AnyOf(Eq(201U), Eq(503U))) << sold->body;
            EXPECT_THAT(count->status, AnyOf(Eq(200U), Eq(503U))) << count->body;
            if (count->status != 200) return;
            // The count may include the sale to `first` or not.
            EXPECT_THAT(count->json().at("count").to_number<int>(), AnyOf(Eq(8), Eq(7)));
        }
    };

    void freeze(Cluster& cluster, std::chrono::seconds pause) {
        const auto frozen = random() % cluster.size();
        const auto others = others_than(cluster, frozen);
        auto client = cluster.client(others[0]);
        const auto hall = make_hall(client, 10);
        auto& process = cluster.node(frozen).process();
        std::optional<Asked> asked;
        expect_unnoticed(cluster, others, [&] {
            process.signal(SIGSTOP);
            asked.emplace(cluster, frozen, hall, hall.event);
            std::size_t next = 0;
            for (const auto other : others)
                EXPECT_LE(time_until_sold(cluster.port(other), hall, next, "other"), kBackWithin);
            std::this_thread::sleep_for(pause);
        });
        process.signal(SIGCONT);
        asked->expect_answered();
        expect_refused(cluster.port(frozen), hall);
    }

    static void expect_refused(std::uint16_t port, const Hall& hall) {
        Client client{port};
        std::optional<Answer> answer;
        const auto request =
            reservation_of(hall.event, {hall.seats[1]}, "late", "again-" + hall.event);
        const auto is_settled = eventually([&] {
            answer = client.send(request);
            return answer && answer->status != 503;
        });
        ASSERT_TRUE(is_settled);
        EXPECT_EQ(answer->status, 409U) << answer->body;
    }
};

INSTANTIATE_TEST_SUITE_P(Nodes, ClusterFreeze, testing::Bool(), name_of_gate);

TEST_P(ClusterFreeze, stops_nobody_else_and_ends_with_the_state_of_now) {
    using std::chrono::seconds;
    std::vector pauses{seconds{0}, seconds{1}, seconds{5}};
    if (is_soak()) pauses.insert(pauses.end(), {seconds{1}, seconds{5}, seconds{60}});
    Cluster cluster{{.has_gate = has_gate()}};
    for (std::size_t i = 0; i < pauses.size() && !HasFailure(); ++i) {
        SCOPED_TRACE("frozen for " + std::to_string(pauses[i].count()) + " s");
        sell_and_lose(cluster, static_cast<int>(i), [&] { freeze(cluster, pauses[i]); });
    }
}

}  // namespace
}  // namespace frontrow::test
