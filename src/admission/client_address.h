#pragma once

#include "base/bits128.h"
#include "base/result.h"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::admission {

/// An IPv6 address. An IPv4 address is its IPv4-mapped one (RFC 4291, 2.5.5.2).
struct ClientAddress {
    Bits128 bits;

    friend bool operator==(const ClientAddress&, const ClientAddress&) = default;
};

ClientAddress client_address_of(const boost::asio::ip::address& address);
/// Parses an address as a socket or a proxy writes it: with or without a port, IPv6 with or without
/// brackets.
std::optional<ClientAddress> parse_client_address(std::string_view text);

std::string to_string(ClientAddress address);

/// The part of an address that limits are for: all of an IPv4 address, and the first 64 bits of an
/// IPv6 address, because whoever has one usually has the whole network.
ClientAddress limited_part(ClientAddress address);

/// The header in which proxies tell their clients' addresses. Only one is read: most proxies set
/// one and pass the other on as the client made it up.
enum class ProxyHeader : std::uint8_t {
    x_forwarded_for,
    /// RFC 7239.
    forwarded,
};

/// The proxies whose word about their clients is believed.
class TrustedProxies {
public:
    /// Addresses and networks, like `10.0.0.0/8` or `::1`. The error is a sentence that quotes the
    /// text that is wrong.
    static Result<TrustedProxies, std::string>
    parse(std::span<const std::string> networks, ProxyHeader header);

    TrustedProxies() = default;

    bool trusts(ClientAddress address) const;

    ProxyHeader header() const { return header_; }
    /// The client of a request that came from `peer` with this value of header(). If the peer is a
    /// trusted proxy, it is the last address in the header that isn't one; what stands before it
    /// may be made up. If what a proxy says isn't an address, the proxy counts as the client.
    ClientAddress client_of(ClientAddress peer, std::string_view told) const;

private:
    struct Network {
        Bits128 first;
        Bits128 mask;
    };

    std::vector<Network> networks_;
    ProxyHeader header_ = ProxyHeader::x_forwarded_for;
};

}  // namespace frontrow::admission
