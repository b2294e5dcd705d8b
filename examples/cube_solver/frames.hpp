#pragma once
// The cube's 48 symmetries: the same cube, looked at from elsewhere or in a mirror.

#include <array>
#include <cstdint>
#include <span>

#include "cube_solver/moves.hpp"

namespace ripen::cube {

inline constexpr int kFrames = 48;

/// How one frame's names and the world's belong together.
struct Frame {
  std::array<Move, kActions> world{};                              ///< the world's move, by move of the frame
  std::array<std::uint8_t, kCubies> cubie{};                       ///< by cubie of the world
  std::array<std::array<std::uint8_t, kPlaces>, kCubies> place{};  ///< of that cubie, by cubie and place of the world

  /// Where the cubies of the frame are, if the world's are at `places`. [kCubies] each, which must not overlap.
  template <typename Place>
  void see(std::span<const Place, kCubies> places, std::span<Place, kCubies> seen) const noexcept {
    for (std::size_t i = 0; i < kCubies; ++i) seen[cubie[i]] = place[i][places[i]];
  }
};

/// All of them. The first is the world's own; any six that follow each other differ in which axis is which. Made by the
/// first call; real-time safe from then on.
[[nodiscard]] const std::array<Frame, kFrames>& frames() noexcept;

}  // namespace ripen::cube
