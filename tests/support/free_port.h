#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <random>
#include <sys/socket.h>
#include <unistd.h>

namespace frontrow::test {

/// Returns a free port. It is below the range from which the kernel assigns ports, so no other
/// process gets it from the kernel while the test's server is down. Another test may take it first;
/// then try again.
inline std::uint16_t free_port() {
    std::random_device chance;
    for (;;) {
        const auto port = static_cast<std::uint16_t>(15'000 + chance() % 15'000);
        const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool is_free =
            bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        close(probe);
        if (is_free) return port;
    }
}

}  // namespace frontrow::test
