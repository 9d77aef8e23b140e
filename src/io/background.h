#pragma once

#include <functional>

namespace frontrow::io {

/// Runs `work` on a thread of the lowest priority and waits for it to finish. Pure computation
/// only: a lock held at this priority could block other threads for as long as this one gets no
/// processor.
void run_in_background(const std::function<void()>& work);

}  // namespace frontrow::io
