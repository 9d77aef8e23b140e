#pragma once

#include "io/fault.h"

#include <expected>
#include <string>
#include <utility>

namespace frontrow::bench {

/// The error of a part of the bench when an external program or server fails.
inline std::unexpected<io::Fault> failed(std::string what) {
    return std::unexpected(io::Fault{io::FaultKind::unavailable, std::move(what)});
}

}  // namespace frontrow::bench
