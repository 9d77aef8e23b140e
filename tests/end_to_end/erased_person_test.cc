#include "end_to_end/person.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// A person whose data was erased leaves no trace, searched for as bytes.

namespace frontrow::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(ErasedPerson, leaves_no_trace_in_the_data_folder_a_backup_the_facts_or_the_log) {
    const TempFolder folder;
    const auto data = folder.path() / "data";
    const auto backup = folder.path() / "backup";
    Server server{data, {"--dev", "--access-log", "all"}};
    auto client = server.client();
    make_person(client);
    EXPECT_THAT(traces_in(bytes_in(data)), SizeIs(kTraces.size())) << "they are there before";
    erase_person(client);
    EXPECT_THAT(traces_in(bytes_in(data)), IsEmpty()) << "while the server runs";
    // The journal's lines may be compressed, so they are searched in the clear, too.
    EXPECT_THAT(traces_in(client.get("/api/v1/facts?limit=1000").value().body), IsEmpty());
    ASSERT_EQ(run_program({"backup", "--data-dir", data, "--to", backup}).exit_code, 0);
    EXPECT_THAT(traces_in(bytes_of(backup)), IsEmpty());
    EXPECT_EQ(server.stop(), 0);
    EXPECT_THAT(traces_in(bytes_in(data)), IsEmpty()) << "after it stopped";
    const auto log = server.process().out() + server.process().err();
    EXPECT_NE(log.find("personal-data"), std::string::npos) << "each request is logged";
    EXPECT_THAT(traces_in(log), IsEmpty());
    EXPECT_EQ(log.find("alice"), std::string::npos) << "the log names no account";
}

}  // namespace
}  // namespace frontrow::test
