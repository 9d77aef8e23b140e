#pragma once

#include <expected>

namespace frontrow {

/// The return type of a function that can fail. The error type tells the kind of failure: Refusal
/// (a domain rule said no), Fault (a disk, network or other service failed) or ParseError (bad
/// input). The kinds are never mixed.
template <class T, class E>
using Result = std::expected<T, E>;

}  // namespace frontrow
