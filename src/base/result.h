#pragma once

#include <expected>

namespace frontrow {

/// The return type of a function that can fail. The error type tells the kind of failure: a
/// domain's Refusal, the world's Fault, or a ParseError. The kinds are never mixed.
template <class T, class E>
using Result = std::expected<T, E>;

}  // namespace frontrow
