#pragma once

#include <concepts>
#include <type_traits>

namespace frontrow {

/// `Of`, to be changed or not: for a template that serves reading and writing.
template <class T, class Of>
concept Some = std::same_as<std::remove_const_t<T>, Of>;

}  // namespace frontrow
