#include "admission/client_address.h"

#include "base/ascii.h"
#include "base/parse_number.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace frontrow::admission {
namespace {

namespace ip = boost::asio::ip;

constexpr int kIpv4MappedBits = 96;
constexpr std::string_view kBlanks = " \t";

Bits128 mask_of(int length) {
    const auto part = [](int bits) {
        return bits <= 0 ? 0U : bits >= 64 ? ~std::uint64_t{0} : ~(~std::uint64_t{0} >> bits);
    };
    return {part(length), part(length - 64)};
}

Bits128 masked(Bits128 bits, Bits128 mask) {
    return {bits.hi & mask.hi, bits.lo & mask.lo};
}

bool is_ipv4(ClientAddress address) {
    return address.bits.hi == 0 && address.bits.lo >> 32U == 0xFFFFU;
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

std::string_view unquoted(std::string_view text) {
    const bool is_quoted = text.size() >= 2 && text.starts_with('"') && text.ends_with('"');
    return is_quoted ? text.substr(1, text.size() - 2) : text;
}

/// Without the port, and without the brackets of an IPv6 address.
std::string_view host_of(std::string_view text) {
    if (text.starts_with('['))
        return text.contains(']') ? text.substr(1, text.find(']') - 1) : std::string_view{};
    const auto colon = text.find(':');
    const bool has_port = colon != std::string_view::npos && colon == text.rfind(':');
    return has_port ? text.substr(0, colon) : text;
}

/// Takes the last item off a comma-separated list, and returns it.
std::string_view take_last(std::string_view& list) {
    const auto comma = list.rfind(',');
    const bool is_only = comma == std::string_view::npos;
    const auto last = is_only ? list : list.substr(comma + 1);
    list = is_only ? std::string_view{} : list.substr(0, comma);
    return trimmed(last);
}

/// The value of `for` in an element of `Forwarded`: `for="[2001:db8::1]:4711";proto=http`. Empty if
/// it has none.
std::string_view for_of(std::string_view element) {
    while (!element.empty()) {
        const auto semicolon = std::min(element.find(';'), element.size());
        const auto pair = trimmed(element.substr(0, semicolon));
        element.remove_prefix(std::min(semicolon + 1, element.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        if (same_ignoring_case(pair.substr(0, equals), "for"))
            return unquoted(pair.substr(std::min(equals + 1, pair.size())));
    }
    return {};
}

}  // namespace

ClientAddress client_address_of(const ip::address& address) {
    const auto v6 =
        address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6();
    return {bits_of(v6.to_bytes())};
}

std::optional<ClientAddress> parse_client_address(std::string_view text) {
    boost::system::error_code error;
    const auto parsed = ip::make_address(host_of(text), error);
    if (error) return std::nullopt;
    return client_address_of(parsed);
}

std::string to_string(ClientAddress address) {
    const ip::address_v6 v6{bytes_of(address.bits)};
    return v6.is_v4_mapped() ? ip::make_address_v4(ip::v4_mapped, v6).to_string() : v6.to_string();
}

ClientAddress limited_part(ClientAddress address) {
    if (!is_ipv4(address)) address.bits.lo = 0;
    return address;
}

Result<TrustedProxies, std::string>
TrustedProxies::parse(std::span<const std::string> networks, ProxyHeader header) {
    TrustedProxies proxies;
    proxies.header_ = header;
    for (const auto& text : networks) {
        const auto slash = std::min(text.find('/'), text.size());
        const auto address = parse_client_address(std::string_view{text}.substr(0, slash));
        const int bits = address && is_ipv4(*address) ? 32 : 128;
        const auto length = slash == text.size()
                                ? bits
                                : parse_number<int>(std::string_view{text}.substr(slash + 1));
        if (!address || !length || *length < 0 || *length > bits)
            return std::unexpected(
                "'" + text +
                "' isn't a proxy's address: it must be like 10.0.0.1, 10.0.0.0/8 or 2001:db8::/32"
            );
        const auto mask = mask_of(bits == 32 ? kIpv4MappedBits + *length : *length);
        proxies.networks_.push_back({masked(address->bits, mask), mask});
    }
    return proxies;
}

bool TrustedProxies::trusts(ClientAddress address) const {
    return std::ranges::any_of(networks_, [&](const Network& network) {
        return masked(address.bits, network.mask) == network.first;
    });
}

ClientAddress TrustedProxies::client_of(ClientAddress peer, std::string_view told) const {
    auto client = peer;
    while (!told.empty() && trusts(client)) {
        const auto last = take_last(told);
        const auto before =
            parse_client_address(header_ == ProxyHeader::forwarded ? for_of(last) : last);
        if (!before) break;
        client = *before;
    }
    return client;
}

}  // namespace frontrow::admission
