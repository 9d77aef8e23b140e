#pragma once

#include <boost/pfr/core.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace frontrow {

/// An aggregate: a structure of public fields without constructors, as most facts, entities and
/// rows are.
template <class T>
concept Plain = std::is_class_v<T> && std::is_aggregate_v<T>;

/// Calls `take` with each field in declaration order. If `take` has a second parameter, it receives
/// the field's index, from 0 on, as a std::integral_constant.
template <class Value, class Take>
    requires Plain<std::remove_const_t<Value>>
void each_field(Value& value, Take&& take) {
    boost::pfr::for_each_field(value, std::forward<Take>(take));
}

}  // namespace frontrow
