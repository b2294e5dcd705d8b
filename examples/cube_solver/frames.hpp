#pragma once
// The cube's 48 symmetries: the same cube, looked at from elsewhere or in a mirror.

#include <array>
#include <cstdint>

#include "cube_solver/moves.hpp"

namespace ripen::cube {

inline constexpr int kFrames = 48;

/// What things of the world are called in one frame.
struct Frame {
  std::array<std::uint8_t, kActions> move{};                       ///< by move of the world
  std::array<std::uint8_t, kActions> world{};                      ///< the world's move, by move of the frame
  std::array<std::uint8_t, kCubies> cubie{};                       ///< by cubie of the world
  std::array<std::array<std::uint8_t, kPlaces>, kCubies> place{};  ///< by cubie and place of the world
};

/// All of them; the first is the world's own, and the first 6 differ in which axis is which.
[[nodiscard]] const std::array<Frame, kFrames>& frames() noexcept;

}  // namespace ripen::cube
