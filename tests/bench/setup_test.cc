#include "bench/bench_run.h"
#include "end_to_end/client.h"
#include "support/eventually.h"
#include "support/free_port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <tuple>
#include <unistd.h>

namespace frontrow::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(BenchSetup, says_where_nobody_answers) {
    const auto url = "http://127.0.0.1:" + std::to_string(free_port());
    const auto run = run_bench({"--url", url});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(run.finished.err, HasSubstr("can't connect to " + url));
    EXPECT_EQ(run.finished.out, "") << "no table of zeros";
}

TEST(BenchSetup, says_what_an_address_looks_like) {
    for (const auto* url :
         {"127.0.0.1:8080",
          "https://127.0.0.1",
          "http://127.0.0.1//shop",
          "http://127.0.0.1/%73hop",
          "http://127.0.0.1/shop/..",
          "http://127.0.0.1/shop?a=1",
          "http://me:pw@127.0.0.1",
          "http://"}) {
        const auto run = run_bench({"--url", url});
        EXPECT_EQ(run.finished.exit_code, 2) << url;
        EXPECT_THAT(
            run.finished.err, HasSubstr("--url takes an address like http://127.0.0.1:8080")
        ) << url;
    }
}

TEST(BenchSetup, says_where_there_is_no_nginx) {
    const auto run = run_bench({"--nginx", "--nginx-program", "/nowhere/nginx"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(run.finished.err, HasSubstr("can't run /nowhere/nginx: No such file or directory"));
    EXPECT_EQ(run_bench({"--nginx", "--nginx-program", "/bin/false"}).finished.exit_code, 1);
}

TEST(BenchSetup, says_where_no_store_can_be_made) {
    const auto run = run_bench({"--dir", "/nowhere"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(run.finished.err, HasSubstr("can't make a folder in /nowhere"));
}

TEST(BenchSetup, fails_where_its_report_cannot_be_written) {
    const auto finished =
        run_program({"bench", "--seconds", "1", "--seats", "5", "--report", "/nowhere/report.html"}
        );
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.err, HasSubstr("can't write /nowhere/report.html"));
}

TEST(BenchSetup, refuses_what_makes_no_sense) {
    for (const std::vector<std::string>& more : {
             std::vector<std::string>{"--threads", "3", "--connections", "2"},
             std::vector<std::string>{"--token", "x"},
             std::vector<std::string>{"--scenario", "everything"},
             std::vector<std::string>{"--scenario", "presale", "--seats", "100001"},
             std::vector<std::string>{
                 "--scenario", "presale", "--url", "http://[::1]", "--token", "x"
             },
             std::vector<std::string>{"--rate", "0"},
             std::vector<std::string>{"--lend"},
             std::vector<std::string>{"--draw", "report.json"},
             std::vector<std::string>{"--picture", "bench.svg"},
         }) {
        auto arguments = more;
        arguments.insert(arguments.begin(), "bench");
        EXPECT_EQ(run_program(arguments).exit_code, 2) << more.front();
    }
}

TEST(BenchSetup, teaches_its_use) {
    const auto finished = run_program({"bench", "--help"});
    EXPECT_EQ(finished.exit_code, 0);
    for (const auto* word :
         {"distinct",
          "same-seat",
          "overlap",
          "mixed",
          "expiry",
          "general-admission",
          "best-available",
          "presale",
          "--rate",
          "FRONTROW_BENCH_TOKEN",
          "Closed and open loop"})
        EXPECT_THAT(finished.out, HasSubstr(word));
}

TEST(BenchSetup, leaves_nothing_behind) {
    const TempFolder folder;
    EXPECT_EQ(run_bench({"--dir", folder.path(), "--seats", "50"}).finished.exit_code, 0);
    EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(BenchSetup, lends_its_nginx_until_it_is_ended) {
    if (access("/usr/sbin/nginx", X_OK) != 0)
        GTEST_SKIP() << "there is no /usr/sbin/nginx here: scripts/install-deps.sh test";
    const TempFolder folder;
    Child bench{
        {.arguments = {"bench", "--nginx", "--lend", "--dir", folder.path()}, .environment = {}}
    };
    const auto line = bench.wait_for_line("nginx answers").value_or("");
    int size = 0;
    int wanted = 0;
    int port = 0;
    int counted_at = 0;
    constexpr const char* form =
        "nginx answers %d bytes, the server %d: http://127.0.0.1:%d, counted at "
        "http://127.0.0.1:%d/status";
    ASSERT_EQ(std::sscanf(line.c_str(), form, &size, &wanted, &port, &counted_at), 4)
        << line << bench.err();
    EXPECT_EQ(size, wanted);
    for (const auto& [at, path, status] :
         {std::tuple{port, "/api/v1/reservations", 201U}, {counted_at, "/status", 200U}}) {
        Client client{static_cast<std::uint16_t>(at)};
        client.write(std::string{"GET "} + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        const auto answer = client.read();
        ASSERT_TRUE(answer) << path;
        EXPECT_EQ(answer->status, status) << path;
    }
    bench.signal(SIGTERM);
    EXPECT_EQ(bench.wait(), 0) << bench.err();
    EXPECT_FALSE(Client{static_cast<std::uint16_t>(port)}.is_open());
    EXPECT_TRUE(fs::is_empty(folder.path()));
}

/// A running bench with a server of its own.
class Interrupted : public testing::Test {
protected:
    std::uint16_t port_of_its_server() {
        const auto line = child_.wait_for_line("seats on http://127.0.0.1:").value_or("");
        EXPECT_TRUE(child_.wait_for_line("load on frontrow"));
        return static_cast<std::uint16_t>(std::stoul(line.substr(line.rfind(':') + 1)));
    }

    TempFolder folder_;
    Child child_{{
        .arguments =
            {"bench",
             "--seconds",
             "60",
             "--rate",
             "5",
             "--connections",
             "20",
             "--dir",
             folder_.path()},
        .environment = {},
    }};
};

TEST_F(Interrupted, ends_its_server_and_says_that_it_was) {
    const auto port = port_of_its_server();
    child_.signal(SIGINT);
    EXPECT_EQ(child_.wait(), 1);
    EXPECT_THAT(child_.err(), HasSubstr("FAILED: interrupted"));
    EXPECT_FALSE(Client{port}.is_open());
    EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(Interrupted, takes_its_server_with_it_when_it_is_killed) {
    const auto port = port_of_its_server();
    ASSERT_TRUE(Client{port}.is_open());
    child_.signal(SIGKILL);
    EXPECT_TRUE(eventually([&] { return !Client{port}.is_open(); }));
}

}  // namespace
}  // namespace frontrow::test
