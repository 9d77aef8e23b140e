#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace frontrow::test {

// Some servers refuse to run as root. If the test runs as root, they run as another user, otherwise
// as the test's own.

/// Gives the file, or the folder with its content, to that user.
void give_away(const std::filesystem::path& path);

/// Starts a program as that user and appends its output to `log`. When the test ends, however it
/// ends, the kernel sends the program SIGQUIT. Call it from the main thread, because the kernel
/// does so when the calling thread ends. Throws if the program can't be started.
pid_t spawn_as_other(std::vector<std::string> command, const std::filesystem::path& log);

std::string content_of(const std::filesystem::path& file);

}  // namespace frontrow::test
