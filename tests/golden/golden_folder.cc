#include "golden/golden_folder.h"

#include "end_to_end/child.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace frontrow::test {
namespace {

namespace fs = std::filesystem;

void restore(const fs::path& backup, const fs::path& data) {
    const auto restored = run_program({"restore", "--from", backup, "--data-dir", data});
    if (restored.exit_code != 0) throw std::runtime_error("not restored: " + restored.err);
}

}  // namespace

void GoldenFolder::put_into(const fs::path& data) const {
    if (is_backup()) return restore(path / "backup.db", data);
    fs::create_directories(data);
    for (const auto& file : fs::directory_iterator{path}) {
        if (file.path().filename() != "expected.json")
            fs::copy(file, data / file.path().filename());
    }
}

std::vector<GoldenFolder> golden_folders() {
    std::vector<GoldenFolder> folders;
    for (const auto& entry : fs::directory_iterator{FRONTROW_GOLDEN_FOLDERS}) {
        std::ifstream expected{entry.path() / "expected.json"};
        if (!expected) continue;
        const std::string text{std::istreambuf_iterator<char>{expected}, {}};
        folders.push_back({entry.path(), boost::json::parse(text).as_object()});
    }
    std::ranges::sort(folders, {}, &GoldenFolder::path);
    return folders;
}

}  // namespace frontrow::test
