#pragma once

#include "io/redis/redis_script.h"

namespace frontrow::store::redis {

/// The script that runs inside Redis as one atomic step. While a request that was let through
/// claims a seat, the seat has an entry: its key is `fr:{event}:seat`, its value the owner.
///
/// Keys: seats. Arguments: the owner; the lifetime of its entries in ms, where 0 gives the owner's
/// entries back; and the longest lifetime of any owner's entries, not needed to give entries back.
/// Returns 1 if all seats belong to the owner now (or were given back). Otherwise another owner has
/// at least one, nothing has changed, and the result is a letter per seat: `c` if another owner has
/// it, `-` if it is free or the owner's. Both actions are one script, so that giving a claim back
/// never has to wait until Redis has loaded a second script.
io::RedisScript gate_script();

}  // namespace frontrow::store::redis
