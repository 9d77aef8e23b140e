#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace frontrow::test {

/// Files that an earlier program left, and what every later one must report about them.
struct GoldenFolder {
    std::filesystem::path path;
    boost::json::object expected;

    std::string name() const { return path.filename(); }
    bool is_backup() const { return std::filesystem::exists(path / "backup.db"); }

    /// Makes `data` a copy that can be sold from: a copy of the files, or the result of `frontrow
    /// restore` for a backup. Throws if that fails.
    void put_into(const std::filesystem::path& data) const;
};

/// All golden folders, by name. A new one needs no change here.
std::vector<GoldenFolder> golden_folders();

}  // namespace frontrow::test
