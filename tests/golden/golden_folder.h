#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace frontrow::test {

/// What an earlier program left, and what every later one must tell of it.
struct GoldenFolder {
    std::filesystem::path path;
    boost::json::object expected;

    std::string name() const { return path.filename(); }
    bool is_backup() const { return std::filesystem::exists(path / "backup.db"); }

    /// Makes `data` a copy to sell from: of the files, or what `frontrow restore` makes of the
    /// backup. Throws where that fails.
    void put_into(const std::filesystem::path& data) const;
};

/// All of them, by name. Whoever adds one changes nothing else.
std::vector<GoldenFolder> golden_folders();

}  // namespace frontrow::test
