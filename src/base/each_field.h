#pragma once

#include <boost/pfr/core.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace frontrow {

/// A structure that is nothing but its fields, as facts, entities and most rows are.
template <class T>
concept Plain = std::is_class_v<T> && std::is_aggregate_v<T>;

/// Calls `take` with each field in the order in which it is declared; one that takes a second
/// argument is told the field's place, from 0 on, as a std::integral_constant.
template <class Value, class Take>
    requires Plain<std::remove_const_t<Value>>
void each_field(Value& value, Take&& take) {
    boost::pfr::for_each_field(value, std::forward<Take>(take));
}

}  // namespace frontrow
