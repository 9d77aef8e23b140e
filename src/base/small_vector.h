#pragma once

#include <boost/container/small_vector.hpp>

#include <cstddef>

namespace frontrow {

/// A vector with room for `count` elements in itself: most reservations have a seat or two, and
/// memory of their own for those would be most of what they cost.
template <class T, std::size_t count>
using SmallVector = boost::container::small_vector<T, count>;

}  // namespace frontrow
