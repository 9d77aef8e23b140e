#pragma once

#include <boost/container/small_vector.hpp>

#include <cstddef>

namespace frontrow {

/// A vector that stores up to `count` elements without a heap allocation. Most reservations have
/// one or two seats, and an allocation for them would be most of the reservation's cost.
template <class T, std::size_t count>
using SmallVector = boost::container::small_vector<T, count>;

}  // namespace frontrow
