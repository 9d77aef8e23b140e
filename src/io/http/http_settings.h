#pragma once

#include "base/instant.h"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace frontrow::io {

struct HttpSettings {
    /// For tests and private networks. Without it, only https is allowed.
    bool allows_plain_http = false;
    /// A PEM file with the authorities to trust; empty: the system's. Certificates are always
    /// verified.
    std::string ca_file;
    /// Sent as User-Agent; empty: none.
    std::string user_agent;

    /// From the look-up of the host's name until the end of the TLS handshake.
    Millis connect_time{3'000};
    /// Bounds on an answer: its status line and headers, and its body.
    std::size_t head_bytes_max = 64UL * 1024;
    std::size_t body_bytes_max = 1024UL * 1024;

    /// Bounds per server (scheme, host and port): requests under way, each with a connection, and
    /// requests that wait for one of them to end.
    std::size_t running_per_server_max = 8;
    std::size_t waiting_per_server_max = 64;
    /// Bound on all requests, under way or waiting.
    std::size_t calls_max = 512;
    /// Connections kept without a request, and for how long.
    std::size_t idle_connections_max = 32;
    std::chrono::seconds idle_time{30};

    /// Whether to use the proxy that the environment names (https_proxy, no_proxy …).
    bool uses_environment_proxy = false;
    /// Asked before each connection, with the address that will be connected to, so a name that
    /// changes its address can't slip past. An IPv4 address within IPv6 is passed as IPv4. With a
    /// proxy, the address is the proxy's. Absent: all are allowed. Must not call the client.
    std::function<bool(const boost::asio::ip::address&)> allows_address;
};

}  // namespace frontrow::io
