#pragma once

#include "io/redis/redis_script.h"

namespace frontrow::store::redis {

/// What runs inside Redis, as one step that nothing comes between. A seat has one entry while
/// somebody has been let through for it: `fr:{event}:seat`, with the owner as its text.
///
/// Keys: seats. Arguments: the owner; how many ms an entry lives, 0 gives the owner's back; and how
/// many the longest of anybody's lives, which a 0 doesn't need.
/// Returns 1 where all are the owner's now (or given back). Otherwise somebody else has one,
/// nothing has changed, and a letter for each seat tells whose it is: `c`, somebody else's; `-`,
/// nobody's or the owner's. One script for both, so that a claim is never given back later than it
/// was told to be because Redis doesn't know the script yet.
io::RedisScript gate_script();

}  // namespace frontrow::store::redis
