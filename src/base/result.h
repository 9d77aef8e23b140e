#pragma once

#include <expected>

namespace frontrow {

/// What a function that may say no returns. The error type tells which kind of no it is: a domain's
/// Refusal, a world's Fault, a ParseError; the kinds are never mixed.
template <class T, class E>
using Result = std::expected<T, E>;

}  // namespace frontrow
