#pragma once

#include "wire/object_reader.h"

#include <boost/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace frontrow::wire {

/// Calls `take(ObjectReader&)` for each object in the list that the field `name` is. Adds a
/// complaint, with the element's place, for each element that isn't an object.
template <class Take>
void each_object(ObjectReader& in, std::string_view name, Take take) {
    const auto* const list = in.array(name);
    if (list == nullptr) return;
    for (std::size_t i = 0; i < list->size(); ++i) {
        const auto place = std::string{name} + "[" + std::to_string(i) + "]";
        const auto* const object = (*list)[i].if_object();
        if (object == nullptr) {
            in.complain(place, "must be an object");
            continue;
        }
        const auto prefix = in.place_of(place) + ".";
        auto inside = in.inside(prefix, *object);
        take(inside);
    }
}

}  // namespace frontrow::wire
