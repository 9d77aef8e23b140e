#pragma once

#include "end_to_end/child.h"
#include "support/temp_folder.h"

#include <boost/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::test {

inline std::string text_in(const std::filesystem::path& file) {
    std::ifstream stream{file};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

/// A finished run of `frontrow bench`, and its output.
struct BenchRun {
    Finished finished;
    boost::json::value json;
    std::string page;

    std::uint64_t answers(const std::string& status) const {
        const auto& answers = json.at("frontrow").at("answers").as_object();
        return answers.contains(status) ? answers.at(status).to_number<std::uint64_t>() : 0;
    }
    /// In milliseconds.
    double latency(const std::string& name) const {
        return json.at("frontrow").at("latency_ms").at(name).to_number<double>();
    }
};

/// Runs the bench with its stores in a folder of the test. It takes a second unless `arguments` say
/// otherwise.
inline BenchRun
run_bench(std::vector<std::string> arguments, std::vector<std::string> environment = {}) {
    const TempFolder folder;
    const auto page = folder.path() / "report.html";
    const auto json = folder.path() / "report.json";
    const bool is_timed = std::ranges::find(arguments, "--seconds") != arguments.end();
    arguments.insert(arguments.begin(), "bench");
    for (const auto& more : {"--report", page.c_str(), "--json", json.c_str()})
        arguments.emplace_back(more);
    if (!is_timed) arguments.insert(arguments.end(), {"--seconds", "1"});
    BenchRun run{
        .finished = run_program(std::move(arguments), std::move(environment)),
        .json = {},
        .page = text_in(page)
    };
    const auto text = text_in(json);
    if (!text.empty()) run.json = boost::json::parse(text);
    return run;
}

}  // namespace frontrow::test
