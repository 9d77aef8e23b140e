#pragma once

#include <functional>

namespace frontrow::io {

/// Runs `work` to its end on a thread of the lowest priority, and waits for it. For what only
/// computes: whatever lock it held, others might wait for as long as it gets no processor.
void run_in_background(const std::function<void()>& work);

}  // namespace frontrow::io
