#pragma once

#include <boost/container/deque.hpp>

namespace frontrow {

/// Rows that never move, in blocks of four kilobytes: growing never copies a million of them while
/// buyers wait. The standard library's has blocks of 512 bytes, three or four rows, and asks for
/// memory as often.
template <class T>
using RowDeque = boost::container::
    deque<T, void, boost::container::deque_options_t<boost::container::block_bytes<4'096>>>;

}  // namespace frontrow
