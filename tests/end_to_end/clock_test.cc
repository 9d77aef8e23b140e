#include "end_to_end/server.h"
#include "support/one_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frontrow::test {
namespace {

using testing::HasSubstr;

/// A folder whose facts are dated 2100, because its machine's clock was wrong.
class FolderOfTheFuture : public testing::Test {
protected:
    void SetUp() override {
        machine_.clock.set(*parse_rfc3339("2100-01-01T10:00:00Z"));
        machine_.start();
        machine_.open_sale(3);
        machine_.stop();
    }
    const std::filesystem::path& folder() const { return machine_.folder.path(); }

    OneMachine machine_;
};

TEST_F(FolderOfTheFuture, is_refused_by_every_command_that_would_write) {
    const auto seed = std::vector<std::string>{"seed", "--data-dir", folder().string()};
    for (const auto& arguments : {serve_arguments(folder(), {"--dev"}), seed}) {
        const auto finished = run_program(arguments);
        EXPECT_EQ(finished.exit_code, 1);
        EXPECT_THAT(finished.err, HasSubstr("this machine's clock says 20"));
        EXPECT_THAT(finished.err, HasSubstr("the newest fact is of 2100-01-01T10:00:00.000Z"));
        EXPECT_THAT(finished.err, HasSubstr("--accept-clock"));
    }
}

TEST_F(FolderOfTheFuture, is_read_by_every_command_that_only_reads) {
    const auto backup = (folder() / "a.backup").string();
    const auto data_dir = folder().string();
    for (const auto& arguments :
         {std::vector<std::string>{"verify", "--data-dir", data_dir},
          {"snapshot", "--data-dir", data_dir},
          {"backup", "--data-dir", data_dir, "--to", backup}}) {
        const auto finished = run_program(arguments);
        EXPECT_EQ(finished.exit_code, 0) << arguments.front() << ": " << finished.err;
    }
}

TEST_F(FolderOfTheFuture, goes_on_from_there_if_it_is_accepted) {
    const auto look = [](Server& server) {
        auto client = server.client();
        EXPECT_THAT(client.get("/health").value().body, HasSubstr("2100-01-01T10:0"));
        EXPECT_THAT(client.get("/metrics").value().body, HasSubstr("\nclock_alarm 1\n"));
        make_hall(
            client, 1, {{"start_at", "2100-02-01T10:00:00Z"}, {"end_at", "2100-02-01T12:00:00Z"}}
        );
        EXPECT_EQ(server.stop(), 0);
        EXPECT_THAT(server.process().err(), HasSubstr("time goes on without it"));
    };
    Server by_flag{folder(), {"--dev", "--accept-clock"}};
    look(by_flag);
    Server by_variable{folder(), {"--dev"}, {"FRONTROW_ACCEPT_CLOCK=true"}};
    look(by_variable);
    EXPECT_EQ(verify(folder()).exit_code, 0);
}

}  // namespace
}  // namespace frontrow::test
