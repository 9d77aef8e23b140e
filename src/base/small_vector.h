#pragma once

#include <boost/container/small_vector.hpp>

#include <cstddef>

namespace frontrow {

/// A vector with inline room for `count` elements. Most reservations have one or two seats, and a
/// heap allocation for those would be most of a reservation's cost.
template <class T, std::size_t count>
using SmallVector = boost::container::small_vector<T, count>;

}  // namespace frontrow
