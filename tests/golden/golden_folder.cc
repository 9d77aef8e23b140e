#include "golden/golden_folder.h"

#include "end_to_end/child.h"
#include "support/paths.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace frontrow::test {
namespace {

namespace fs = std::filesystem;

void restore(const fs::path& backup, bool is_sealed, const fs::path& data) {
    const auto run = [&](std::vector<std::string> more) {
        std::vector<std::string> arguments{"restore", "--from", backup, "--data-dir", data};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_program(arguments);
    };
    if (!is_sealed && run({}).exit_code != 1)
        throw std::runtime_error("a backup without an end mark was restored unasked");
    const auto restored = is_sealed ? run({}) : run({"--accept-unsealed"});
    if (restored.exit_code != 0) throw std::runtime_error("not restored: " + restored.err);
}

}  // namespace

void GoldenFolder::put_into(const fs::path& data) const {
    if (is_backup()) return restore(path / "backup.db", expected.at("sealed").as_bool(), data);
    fs::create_directories(data);
    for (const auto& file : fs::directory_iterator{path}) {
        if (file.path().filename() != "expected.json")
            fs::copy(file, data / file.path().filename());
    }
}

std::vector<GoldenFolder> golden_folders() {
    std::vector<GoldenFolder> folders;
    for (const auto& entry : fs::directory_iterator{fs::path{kCheckout} / "tests/golden"}) {
        std::ifstream expected{entry.path() / "expected.json"};
        if (!expected) continue;
        const std::string text{std::istreambuf_iterator<char>{expected}, {}};
        folders.push_back({entry.path(), boost::json::parse(text).as_object()});
    }
    std::ranges::sort(folders, {}, &GoldenFolder::path);
    return folders;
}

}  // namespace frontrow::test
