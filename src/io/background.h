#pragma once

#include <functional>

namespace frontrow::io {

/// Runs `work` on a thread of the lowest priority and waits for it to finish. Only for pure
/// computation: if that thread held a lock, other threads could wait for the lock as long as that
/// thread gets no processor time.
void run_in_background(const std::function<void()>& work);

}  // namespace frontrow::io
