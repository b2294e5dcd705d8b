#pragma once
// What is kept of an episode to draw it.

#include <cstdint>
#include <vector>

#include "push_t/world.hpp"

namespace ripen::push_t {

/// One step of the plan ahead.
struct PlannedStep {
  Point target;           ///< [px]
  float ripeness = 0.0F;  ///< 1 is decided, 0 is noise or nothing
};

/// One tick.
struct Frame {
  State state;
  Point target;                   ///< that was written
  double coverage = 0.0;          ///< in [0, 1]
  bool disturbed = false;         ///< somebody shoved or pushed since the last frame
  std::vector<PlannedStep> plan;  ///< as far as anything is decided
  Pose expected;                  ///< the block at the plan's end, as predicted
  bool expects = false;           ///< whether it is
};

/// Ticks in their order. Memory is taken at construction, so that recording is fit for a tick.
class Recording {
 public:
  Recording(int ticks, int horizon) {
    frames_.resize(static_cast<std::size_t>(ticks));
    for (Frame& frame : frames_) frame.plan.reserve(static_cast<std::size_t>(horizon));
  }

  /// The next frame, to be filled; null if all are.
  [[nodiscard]] Frame* next() noexcept { return used_ < frames_.size() ? &frames_[used_++] : nullptr; }
  [[nodiscard]] std::size_t size() const noexcept { return used_; }
  [[nodiscard]] const Frame& operator[](std::size_t index) const noexcept { return frames_[index]; }

 private:
  std::vector<Frame> frames_;
  std::size_t used_ = 0;
};

}  // namespace ripen::push_t
