#pragma once

#include "bench/scenario.h"
#include "bench/venue.h"

#include <cstdint>
#include <string>

namespace frontrow::bench {

// The bodies of the requests that create an event and what it sells.

std::string event_request(const Plan& plan);
/// The most seats that one bulk call accepts.
inline constexpr std::uint32_t kBulkSeats = 100'000;
/// `count` seats, at most kBulkSeats, behind the first `before`.
std::string seats_request(const Plan& plan, std::uint32_t before, std::uint32_t count);
std::string category_request(const Plan& plan);

/// The name of the allocation with this number.
std::string allocation_name(std::uint32_t allocation);
/// Holds the allocation's part of the seats back, with its codes and those that come too late.
std::string allocation_request(const Venue& venue, std::uint32_t allocation);
/// Withdraws the codes that come too late.
std::string codes_request(std::uint32_t allocation);

}  // namespace frontrow::bench
