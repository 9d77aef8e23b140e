#pragma once

#include "io/redis/redis_script.h"

namespace frontrow::store::redis {

/// What runs inside Redis, each as one step that nothing comes between.
///
/// A seat has two entries, each with a time to live of its own:
///   fact   `fr:{event}:seat`     what the feed says of the seat: `h` (held), `s` (sold) or `f`
///                                (free), the fact's seq in 16 digits, the owner and the edition
///                                in 32 hex digits each
///   claim  `fr:{event}:seat:c`   who has been let through to PostgreSQL: the owner
/// and an event has one:
///   vouch  `fr:{event}:vouched`  the edition whose facts are believed while this lives
///
/// Two entries and not one, so that a claim that comes or goes leaves the memory of the highest seq
/// as it is: an older fact that arrives late still finds what is newer than it.
struct GateScripts {
    /// Keys: vouch, facts, claims. Arguments: owner, a claim's life in ms. 1: all are claimed, or
    /// were his. Otherwise somebody else has one, nothing has changed, and a letter for each seat
    /// tells what is in the way: `h` or `s`, a fact; `c`, a claim; `-`, nothing.
    io::RedisScript take;
    /// Keys: claims. Argument: owner. Removes what is his.
    io::RedisScript release;
    /// Keys: for each seat its fact and its claim. Arguments: for each the entry and its life in
    /// ms. Sets the facts that aren't newer, and ends the claims on what they say is taken.
    io::RedisScript apply;

    GateScripts();
};

}  // namespace frontrow::store::redis
