#pragma once
// What the live view shows, handed from the thread of the ticks to the thread that draws.

#include <array>
#include <atomic>
#include <cstdint>

#include "cube_solver/cube.hpp"
#include "cube_solver/result.hpp"

namespace ripen::cube {

/// One step of the plan ahead.
struct PlannedStep {
  Move move = kHold;
  bool known = false;     ///< the action is no mask
  float ripeness = 0.0F;  ///< 1 is decided, 0 is noise
};

/// Everything the view shows of one instant. Trivially copyable.
struct Snapshot {
  static constexpr int kMaxSteps = 128;

  int cube_number = 1;  ///< counted from 1
  int cubes = 1;
  Cube cube;                               ///< as last aligned
  std::array<double, kFaces> angles = {};  ///< [rad] of the motors
  bool solved = false;

  std::int64_t tick = 0;
  double tick_us = 0.0;
  std::int64_t missed = 0;
  std::int64_t passes = 0;       ///< since the start
  std::int32_t tick_passes = 0;  ///< in the last tick
  Spread wake_up;
  Spread compute;

  int robot_turns = 0;
  int world_turns = 0;
  int slips = 0;

  int planned = 0;  ///< steps of `plan` in use
  std::array<PlannedStep, kMaxSteps> plan;
};

/// A value handed from one thread to another without waiting: each side owns one of three copies, the third changes
/// hands. Real-time safe on both sides.
template <typename T>
class Handover {
 public:
  /// The writer's copy, to be filled anew each time.
  [[nodiscard]] T& writing() noexcept { return copies_[writing_]; }
  void publish() noexcept {
    writing_ = shared_.exchange(static_cast<std::uint8_t>(writing_ | kNew), std::memory_order_acq_rel) & kIndex;
  }

  /// The reader's copy: the last published, when it asked.
  [[nodiscard]] const T& latest() noexcept {
    if ((shared_.load(std::memory_order_relaxed) & kNew) != 0) {
      reading_ = shared_.exchange(reading_, std::memory_order_acq_rel) & kIndex;
    }
    return copies_[reading_];
  }

 private:
  static constexpr std::uint8_t kIndex = 3;
  static constexpr std::uint8_t kNew = 4;

  std::array<T, 3> copies_{};
  std::uint8_t writing_ = 0;
  std::uint8_t reading_ = 1;
  std::atomic<std::uint8_t> shared_{2};
};

}  // namespace ripen::cube
