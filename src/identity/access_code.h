#pragma once

#include "base/bits128.h"
#include "base/id.h"
#include "io/sha256.h"

#include <string_view>

namespace frontrow::identity {

/// The digest by which the domain knows an access code, so that neither the state nor the journal
/// contains the code. The same code of another event has another digest. People choose the codes,
/// so whoever has the journal may find a short one by trial.
Bits128 digest_access_code(io::Sha256& sha, EventId event, std::string_view code);

}  // namespace frontrow::identity
