#pragma once
// The cube as tokens of a plan: one per cubie, and the turn.

#include <array>
#include <span>

#include "cube_solver/cube.hpp"
#include "cube_solver/frames.hpp"
#include "ripen/task.hpp"
#include "ripen/token_layout.hpp"
#include "ripen/transition.hpp"

namespace ripen::cube {

/// 20 state slots named like the cubies, whose 24 values are the cubie's places, and one action slot "turn" whose 19
/// values are the moves.
[[nodiscard]] TokenLayout layout();

/// The robot's channels: places of the cubies. Real-time safe.
[[nodiscard]] std::array<double, kCubies> to_channels(const Cube& cube) noexcept;

/// tokens: [20]. Real-time safe.
void to_tokens(const Cube& cube, std::span<Token> tokens) noexcept;

/// tokens: [20]. False, leaving the cube alone, if they are not those of a cube that can be solved. Real-time safe.
[[nodiscard]] bool from_tokens(std::span<const Token> tokens, Cube& cube) noexcept;

/// The cube's exact transition function: every move maps every token by a fixed table.
class CubeTransition : public Transition {
 public:
  [[nodiscard]] bool next(std::span<const Token> state, std::span<const Token> action,
                          std::span<Token> next) const noexcept override;

  /// No face twice in a row, opposite faces in one order only (they commute), and no hold: a solved cube is never
  /// planned on from, and waiting solves no other.
  [[nodiscard]] bool sensible(std::span<const Token> previous, std::span<const Token> action) const noexcept override;

  /// The cube's 48 symmetries.
  [[nodiscard]] int frames() const noexcept override { return kFrames; }
  void to_frame(int frame, std::span<const Token> state, std::span<Token> seen) const noexcept override;
  void from_frame(int frame, std::span<Token> action) const noexcept override;

 private:
  const std::array<Frame, kFrames>& frames_ = cube::frames();
};

/// To solve the cube: every cubie at home, and no turn where there is nothing to do.
[[nodiscard]] Task solved_task();

}  // namespace ripen::cube
