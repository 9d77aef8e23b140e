#include "end_to_end/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// A command that can't write its output must fail.

namespace frontrow::test {
namespace {

using testing::HasSubstr;

const std::string kLongSecret = "a secret of more than thirty-two characters";

class Output : public testing::Test {
protected:
    Output() { run_program({"seed", "--data-dir", folder()}); }

    std::string folder() const { return (parent_.path() / "data").string(); }
    std::string at(const std::string& name) const { return (parent_.path() / name).string(); }

    /// The commands that print to standard output. Commands that create something use `name`.
    std::vector<std::vector<std::string>> commands(const std::string& name) const {
        return {
            {"--help"},
            {"--version"},
            {"serve", "--help"},
            {"token", "--sub", "alice", "--secret", kLongSecret},
            {"facts", "--data-dir", folder()},
            {"verify", "--data-dir", folder()},
            {"snapshot", "--data-dir", folder()},
            {"backup", "--data-dir", folder(), "--to", at(name)},
            {"seed", "--data-dir", at(name + "-seeded")},
            {"restore", "--from", at(name), "--data-dir", at(name + "-restored")},
        };
    }

    TempFolder parent_;
};

TEST_F(Output, that_finds_no_room_ends_every_command_with_1) {
    for (const auto& arguments : commands("full")) {
        const auto finished = run_program({.arguments = arguments, .out_file = "/dev/full"});
        EXPECT_EQ(finished.exit_code, 1) << arguments.front();
        EXPECT_THAT(finished.err, HasSubstr("can't write to standard output")) << arguments.front();
    }
}

/// A file that the command opens must not get descriptor 1, or the output would be written into it.
TEST_F(Output, that_is_closed_ends_every_command_with_1_and_harms_nothing) {
    for (const auto& arguments : commands("closed")) {
        const auto finished = run_program({.arguments = arguments, .has_no_out = true});
        EXPECT_EQ(finished.exit_code, 1) << arguments.front();
        EXPECT_THAT(finished.err, HasSubstr("can't write to standard output"));
    }
    for (const auto& one : {folder(), at("closed-seeded"), at("closed-restored")})
        EXPECT_EQ(verify(one).exit_code, 0) << one;
}

TEST_F(Output, of_what_failed_anyhow_leaves_its_exit_code) {
    const auto finished = run_program({.arguments = {"token"}, .out_file = "/dev/full"});
    EXPECT_EQ(finished.exit_code, 2);
}

}  // namespace
}  // namespace frontrow::test
