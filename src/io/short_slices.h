#pragma once

namespace frontrow::io {

/// Asks the scheduler to give this thread short slices of a processor: who needs it for moments at
/// a time, and has others wait for him, then comes before those who use theirs up. His share stays
/// the same. Linux takes such wishes since 6.12 (sched_setattr(2)); elsewhere nothing changes.
void run_in_short_slices();

}  // namespace frontrow::io
