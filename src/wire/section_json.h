#pragma once

#include "domain/sections.h"

#include <cstddef>
#include <string>

namespace frontrow::wire {

/// The approximate size of sections_json().
std::size_t sections_bytes(const domain::SectionList& list);

/// An array of the sections.
std::string sections_json(const domain::SectionList& list);

}  // namespace frontrow::wire
