#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace frontrow::fuzz {

/// The answers of a server's real session, router and handlers to a client that sends these bytes,
/// `piece` at a time, and then nothing more. Each call starts with the same data: an event with
/// seats, one of them held by alice, and an API key, all with the ids in the corpus. There is no
/// network: the connection is a socket pair in this process.
std::string converse(std::string_view bytes, std::size_t piece);

}  // namespace frontrow::fuzz
