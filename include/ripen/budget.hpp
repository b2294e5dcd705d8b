#pragma once
// What a tick may spend on refining.

#include <chrono>

namespace ripen {

/// A limit in time, in passes, or both; whichever comes first. A budget of passes alone makes a run reproducible bit
/// for bit.
struct Budget {
  std::chrono::nanoseconds time =
      std::chrono::nanoseconds::max();  ///< from the call; no pass starts that would end later
  int passes = 1 << 30;                 ///< passes that may start
};

}  // namespace ripen
