#pragma once

#include "io/fault.h"

#include <expected>
#include <string>
#include <utility>

namespace frontrow::bench {

/// What a part of the bench gives back when something outside of it didn't do as it was asked.
inline std::unexpected<io::Fault> failed(std::string what) {
    return std::unexpected(io::Fault{io::FaultKind::unavailable, std::move(what)});
}

}  // namespace frontrow::bench
