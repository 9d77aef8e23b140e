#pragma once

namespace frontrow::io {

/// Asks the scheduler to give this thread short time slices: for a thread that works for moments at
/// a time while others wait for it. The scheduler then prefers it to threads that use up their
/// slices. Its share of the processor stays the same. Linux supports this since 6.12
/// (sched_setattr(2)); elsewhere nothing changes.
void run_in_short_slices();

}  // namespace frontrow::io
