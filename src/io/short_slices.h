#pragma once

namespace frontrow::io {

/// Asks the scheduler to give this thread short time slices. A thread that needs the processor for
/// moments at a time, while others wait for it, is then scheduled before threads that use up their
/// slices. Its share of the processor stays the same. Linux supports this since 6.12
/// (sched_setattr(2)); elsewhere nothing changes.
void run_in_short_slices();

}  // namespace frontrow::io
