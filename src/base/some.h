#pragma once

#include <concepts>
#include <type_traits>

namespace frontrow {

/// `Of` or `const Of`: for a template that serves both reading and writing.
template <class T, class Of>
concept Some = std::same_as<std::remove_const_t<T>, Of>;

}  // namespace frontrow
