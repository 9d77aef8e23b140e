#include "config/text_file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace frontrow::config {
namespace {

std::unexpected<UsageError> unreadable(const std::filesystem::path& file, const std::string& why) {
    return std::unexpected(UsageError{file.string() + " can't be read: " + why});
}

/// Closes the file descriptor.
class Descriptor {
public:
    explicit Descriptor(int number) : number_{number} {}
    ~Descriptor() { ::close(number_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

private:
    int number_;
};

}  // namespace

// Uses system calls, because a stream throws an exception when it reads a folder.
Result<std::string, UsageError>
read_text_file(const std::filesystem::path& file, std::size_t bytes_max) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return unreadable(file, std::strerror(errno));
    const Descriptor closes{descriptor};
    std::string text;
    std::array<char, 64 << 10> piece;
    for (;;) {
        const auto bytes = ::read(descriptor, piece.data(), piece.size());
        if (bytes < 0 && errno == EINTR) continue;
        if (bytes < 0) return unreadable(file, std::strerror(errno));
        if (bytes == 0) return text;
        text.append(piece.data(), static_cast<std::size_t>(bytes));
        if (text.size() > bytes_max)
            return unreadable(file, "it has more than " + std::to_string(bytes_max >> 20) + " MiB");
    }
}

}  // namespace frontrow::config
