#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace frontrow::test {

// Servers that refuse to be root run as another user where the test is root, and as whoever the
// test is otherwise.

/// Makes the file, or the folder with all in it, that user's.
void give_away(const std::filesystem::path& path);

/// Starts a program as that user, with its words appended to `log`. However the test ends, the
/// kernel sends the program SIGQUIT then; start it from the main thread, whose end the kernel
/// watches for. Throws if it can't be started.
pid_t spawn_as_other(std::vector<std::string> command, const std::filesystem::path& log);

std::string content_of(const std::filesystem::path& file);

}  // namespace frontrow::test
