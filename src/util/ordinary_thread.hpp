#pragma once
// Threads that help beside the loop and must never stand in its way.

#include <chrono>
#include <functional>
#include <string>
#include <system_error>
#include <thread>

#include "ripen/error.hpp"

namespace ripen {

/// Starts a thread that calls look() at once, then every `poll`, and once more when it is told to stop. It has ordinary
/// priority (SCHED_OTHER, no negative nice value) and all processors that the process had when it started, whatever the
/// thread that calls this was given by apply_real_time(): a thread inherits both.
///
/// What look() throws is handed to failed() as text, and the thread goes on; what failed() throws is dropped.
/// Throws RealTimeError, which says what to raise, if the system grants no thread.
[[nodiscard]] std::jthread start_ordinary_thread(std::chrono::nanoseconds poll, std::function<void()> look,
                                                 std::function<void(const char*)> failed);

/// Why the system did not grant a thread, and what to raise.
[[nodiscard]] RealTimeError no_thread(const std::error_code& code);

/// "; raise ..." if the memory that this process may lock has a limit; empty if it has none.
[[nodiscard]] std::string raise_memlock();

}  // namespace ripen
