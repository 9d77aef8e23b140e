#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <functional>

namespace frontrow {

/// Hash tables with open addressing. They take about half the memory of the standard library's
/// node-based tables and cause a third of the cache misses. Cache misses are the cost of a look-up
/// among a million reservations. The aliases keep the library's name out of the domain's code. An
/// insert invalidates references.
template <class Key, class Value>
using HashMap = boost::unordered_flat_map<Key, Value, std::hash<Key>>;
template <class Key>
using HashSet = boost::unordered_flat_set<Key, std::hash<Key>>;

}  // namespace frontrow
