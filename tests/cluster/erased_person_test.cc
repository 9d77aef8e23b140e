#include "cluster/copies.h"
#include "end_to_end/person.h"
#include "support/paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

// In PostgreSQL the bytes of an erased person stay until the statements in docs/operations.md have
// run.

namespace frontrow::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class ErasedPersonInCluster : public WithCluster {
protected:
    static std::filesystem::path file_of_records(Cluster& cluster) {
        return told_by_sql(
            cluster,
            "SELECT current_setting('data_directory') || '/' || "
            "pg_relation_filepath('side_records')"
        );
    }
    /// The statements that docs/operations.md has for it.
    static std::vector<std::string> statements() {
        const auto page = bytes_of(std::filesystem::path{kCheckout} / "docs/operations.md");
        const auto section = page.substr(page.find("## Personal data"));
        const auto begin = section.find("```sql\n") + 7;
        const auto block = section.substr(begin, section.find("```", begin) - begin);
        std::vector<std::string> all;
        for (std::size_t at = 0; at < block.rfind(';');) {
            const auto end = block.find(';', at);
            all.push_back(block.substr(at, end - at));
            at = end + 1;
        }
        return all;
    }
};

TEST_F(ErasedPersonInCluster, leaves_no_trace_in_the_tables_file_nor_in_a_backup) {
    Cluster cluster{{.nodes = 1}};
    auto client = cluster.client(0);
    make_person(client);
    run_sql(cluster, "CHECKPOINT");
    EXPECT_THAT(traces_in(bytes_of(file_of_records(cluster))), SizeIs(kTraces.size()));
    erase_person(client);
    ASSERT_THAT(statements(), SizeIs(2));
    for (const auto& statement : statements())
        run_sql(cluster, statement);
    EXPECT_THAT(traces_in(bytes_of(file_of_records(cluster))), IsEmpty());
    const TempFolder folder;
    const auto backup = folder.path() / "backup";
    expect_done(back_up_cluster(cluster, backup), kWhole);
    EXPECT_THAT(traces_in(bytes_of(backup)), IsEmpty());
}

}  // namespace
}  // namespace frontrow::test
