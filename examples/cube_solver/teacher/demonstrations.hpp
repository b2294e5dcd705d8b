#pragma once
// The teacher's solutions as trajectories to train on.

#include "cube_solver/teacher/teacher.hpp"
#include "cube_solver/tokens.hpp"
#include "ripen/train/trajectory.hpp"

namespace ripen::cube {

/// Cubes solved by the teacher: random ones, ones that went astray on the way, and ones that look nearly done.
class Demonstrations : public train::TrajectorySource {
 public:
  /// Takes a reference: the teacher must outlive this.
  explicit Demonstrations(const Teacher& teacher) : teacher_(teacher) {}

  [[nodiscard]] const TokenLayout& layout() const override { return layout_; }
  void make(std::uint64_t number, train::Trajectory& out) const override;

 private:
  TokenLayout layout_ = cube::layout();
  const Teacher& teacher_;
};

}  // namespace ripen::cube
