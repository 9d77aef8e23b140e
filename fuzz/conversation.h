#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace frontrow::fuzz {

/// What a client that sends these bytes, `piece` at a time, and then no more, is answered by a
/// server's session, router and handlers, all of them real. What they work on is the same for each
/// call: an event with seats, one of them held by alice, and an API key, all with the ids that the
/// corpus names. There is no network: the connection is a pair of sockets of this process.
std::string converse(std::string_view bytes, std::size_t piece);

}  // namespace frontrow::fuzz
