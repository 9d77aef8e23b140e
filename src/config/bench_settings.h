#pragma once

#include "config/settings.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace frontrow::config {

/// The settings of `frontrow bench`.
struct BenchSettings {
    /// Empty: the bench starts its own server, on a temporary store.
    std::string url;
    /// The token that the server at `url` requires, if it requires one. Never printed.
    std::string token;
    std::string scenario = "distinct";
    std::uint32_t connections = 64;
    std::uint32_t threads = 1;
    std::uint32_t seconds = 10;
    /// Open loop: requests a second. Absent: closed loop, as many as the connections can make.
    std::optional<double> rate;
    /// Absent: the scenario's own number.
    std::optional<std::uint32_t> seats;
    std::uint32_t rounds = 1;
    bool nginx = false;
    /// Start nginx and keep it running until interrupted, so that another load generator can use
    /// it. The bench itself sends no load.
    bool lends_nginx = false;
    std::filesystem::path nginx_program = "/usr/sbin/nginx";
    /// Where the temporary stores of the run are made. Empty: the system's temporary folder.
    std::filesystem::path dir;
    /// Output files. Empty: not written.
    std::filesystem::path report;
    std::filesystem::path json;
    /// If set, runs no benchmark. Instead draws the results in this report.json of
    /// scripts/bench.sh: writes a page to `report`, and a picture that compares the results with
    /// their targets to `picture`.
    std::filesystem::path draw;
    std::filesystem::path picture;
};

void add_options(CLI::App& command, BenchSettings& settings);

/// Checks the combinations of settings; each option's own validator checks its value.
std::optional<UsageError> check(const BenchSettings& settings);

}  // namespace frontrow::config
