#include "cli/verdict.h"

#include "cli/commands.h"
#include "domain/evolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

// What `frontrow verify` says at its end.

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Verdict : public testing::Test {
protected:
    static domain::Fact created_by(std::string sub) {
        domain::EventSpec spec;
        spec.name = "Winter concert";
        spec.start_at = Instant{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1}};
        spec.end_at = spec.start_at + std::chrono::hours{2};
        const auto at = spec.start_at - std::chrono::days{10};
        return {
            .seq = 1,
            .at = at,
            .trace = {},
            .event = EventId{Bits128{1, 1}},
            .body = domain::EventCreated{std::move(spec), std::move(sub), {}},
        };
    }

    void read(const domain::Fact& by_audit, const domain::Fact& by_inventory) {
        audit_.observe(by_audit);
        domain::evolve_for_good(inventory_, by_inventory);
    }
    /// Returns the exit code; `said` is what was printed.
    int verdict(const std::vector<std::string>& others = {}) {
        testing::internal::CaptureStdout();
        const int exit_code = cli::print_verdict(audit_, inventory_, others);
        said = testing::internal::GetCapturedStdout();
        return exit_code;
    }

    std::string said;

private:
    domain::Audit audit_;
    domain::Inventory inventory_;
};

TEST_F(Verdict, is_good_where_the_state_is_what_the_facts_say) {
    read(created_by("house"), created_by("house"));
    EXPECT_EQ(verdict(), cli::kDone);
    EXPECT_THAT(said, HasSubstr("1 fact: 1 event"));
    EXPECT_THAT(said, HasSubstr("\nin order: "));
}

TEST_F(Verdict, names_what_the_state_is_wrong_about) {
    read(created_by("house"), created_by("another house"));
    EXPECT_EQ(verdict(), cli::kFailed);
    EXPECT_THAT(said, HasSubstr("the state is wrong about event 00000000-0000-0001-"));
    EXPECT_THAT(said, HasSubstr("NOT IN ORDER: what the server makes of the facts"));
    EXPECT_THAT(said, Not(HasSubstr("\nin order: ")));
}

TEST_F(Verdict, names_what_else_is_not_in_order) {
    read(created_by("house"), created_by("house"));
    EXPECT_EQ(verdict({"snapshot-1 is wrong"}), cli::kFailed);
    EXPECT_THAT(said, HasSubstr("NOT IN ORDER: snapshot-1 is wrong\n"));
    EXPECT_THAT(said, Not(HasSubstr("\nin order: ")));
}

}  // namespace
}  // namespace frontrow::test
