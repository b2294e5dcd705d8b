#pragma once
// What a thread asks of Linux so that its ticks come on time.

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "ripen/export.hpp"

namespace spdlog {
class logger;
}

namespace ripen {

/// What to do about a request that the system refuses.
enum class RealTimePolicy {
  kEnforce,  ///< throw
  kWarn,     ///< log a warning, once for each
  kIgnore,   ///< only tell the caller
};

struct RIPEN_EXPORT RealTimeOptions {
  int fifo_priority = 0;           ///< 1 ... 99: SCHED_FIFO at this priority; 0 leaves the scheduling as it is
  std::vector<int> cpus = {};      ///< processors the thread may run on; empty leaves them as they are
  bool lock_memory = true;         ///< mlockall: no page of the process, now or later, is ever swapped out
  std::size_t prefault_stack = 0;  ///< [bytes] of this thread's stack, touched now
  std::size_t prefault_heap = 0;   ///< [bytes] taken and given back now, kept by the process
  RealTimePolicy policy = RealTimePolicy::kWarn;
  std::shared_ptr<spdlog::logger> logger = nullptr;  ///< of the warnings; null: as TickLogOptions::logger

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// Applies the options to the calling thread (memory: to the process). Call it on the control thread, before the loop;
/// not real-time safe. Returns what was refused, why, and what to raise, one entry each. Throws OptionsError listing
/// every problem of the options, and under kEnforce RealTimeError listing what was refused, after having tried it all.
///
/// Threads inherit priority and processors from the thread that starts them. Those of TickLog and RecordingWriter take
/// ordinary priority, and the processors that the process had when this library was loaded.
RIPEN_EXPORT std::vector<std::string> apply_real_time(const RealTimeOptions& options);

/// Starts a thread that applies the options to itself and then calls work(stop). Where apply_real_time() throws in that
/// thread, work is not called, the thread ends, and this throws the same: on a thread of one's own, that exception
/// would end the program; so does what work throws. Throws RealTimeError too if the system grants no thread.
[[nodiscard]] RIPEN_EXPORT std::jthread start_real_time_thread(const RealTimeOptions& options,
                                                               std::function<void(std::stop_token)> work);

}  // namespace ripen
