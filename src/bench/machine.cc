#include "bench/machine.h"

#include <fmt/format.h>

#include <fstream>
#include <linux/magic.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

namespace frontrow::bench {
namespace {

std::string processor() {
    std::ifstream info{"/proc/cpuinfo"};
    for (std::string line; std::getline(info, line);) {
        if (line.starts_with("model name")) return line.substr(line.find(": ") + 2);
    }
    return "unknown";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> describe_machine() {
    struct sysinfo memory{};
    utsname kernel{};
    sysinfo(&memory);
    uname(&kernel);
    const auto gib = static_cast<double>(memory.totalram) * memory.mem_unit / (1 << 30);
    return {
        {"processor", fmt::format("{}, {} cores", processor(), get_nprocs())},
        {"memory", fmt::format("{:.1f} GiB", gib)},
        {"kernel", fmt::format("{} {}", kernel.sysname, kernel.release)},
    };
}

bool is_in_memory(const std::filesystem::path& folder) {
    struct statfs system{};
    if (statfs(folder.c_str(), &system) != 0) return false;
    return system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC;
}

}  // namespace frontrow::bench
