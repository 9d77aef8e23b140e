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

/// What `frontrow bench` is to do.
struct BenchSettings {
    /// Empty: a server of its own, on a store that goes with it.
    std::string url;
    /// Of the server at `url`, where it wants one; never printed.
    std::string token;
    std::string scenario = "distinct";
    std::uint32_t connections = 64;
    std::uint32_t threads = 1;
    std::uint32_t seconds = 10;
    /// Requests a second. Nothing: as many as the connections make.
    std::optional<double> rate;
    /// Nothing: as the scenario has it.
    std::optional<std::uint32_t> seats;
    std::uint32_t rounds = 1;
    bool nginx = false;
    /// Nothing is loaded: nginx is there for another load until the bench is ended.
    bool lends_nginx = false;
    std::filesystem::path nginx_program = "/usr/sbin/nginx";
    /// Where the stores are made for the time of the run. Empty: among the temporary files.
    std::filesystem::path dir;
    /// Files to write; empty: none.
    std::filesystem::path report;
    std::filesystem::path json;
    /// Nothing is loaded: the report.json of scripts/bench.sh is drawn, as a page in `report` and
    /// against its targets in `picture`.
    std::filesystem::path draw;
    std::filesystem::path picture;
};

void add_options(CLI::App& command, BenchSettings& settings);

/// What no single setting shows.
std::optional<UsageError> check(const BenchSettings& settings);

}  // namespace frontrow::config
