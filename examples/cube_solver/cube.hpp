#pragma once
// The cube as cubies: where each of the 20 movable pieces is, and how it is turned.

#include <array>
#include <cstdint>
#include <span>

#include "cube_solver/moves.hpp"
#include "util/random.hpp"

namespace ripen::cube {

/// A state of the cube. Centres never move, so that the cube's attitude is fixed. All calls are real-time safe.
struct Cube {
  /// Place of each cubie, corners first, in the order of kCubieNames: position * 3 + twist, position * 2 + flip.
  std::array<std::uint8_t, kCubies> places = {0, 3, 6, 9, 12, 15, 18, 21, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22};

  /// Position in [0, 8) or [0, 12) of a cubie.
  [[nodiscard]] int position(int cubie) const noexcept {
    return places[static_cast<std::size_t>(cubie)] / (cubie < kCorners ? 3 : 2);
  }
  /// Twist in [0, 3) or flip in [0, 2) of a cubie.
  [[nodiscard]] int orientation(int cubie) const noexcept {
    return places[static_cast<std::size_t>(cubie)] % (cubie < kCorners ? 3 : 2);
  }

  void apply(Move move) noexcept {
    for (std::size_t i = 0; i < kCubies; ++i) places[i] = kPlaceTable[i < kCorners ? 0 : 1][move][places[i]];
  }
  void apply(std::span<const Move> moves) noexcept {
    for (const Move move : moves) apply(move);
  }

  [[nodiscard]] bool is_solved() const noexcept { return *this == Cube(); }

  bool operator==(const Cube&) const = default;
};

/// Whether the cubies' places are free of collisions, so that the cube could be put together.
[[nodiscard]] bool is_assembled(const Cube& cube) noexcept;

// What turning faces never changes; all 0 for a cube that can be solved. For assembled cubes.
[[nodiscard]] int twist_sum(const Cube& cube) noexcept;        ///< of all corners, modulo 3
[[nodiscard]] int flip_sum(const Cube& cube) noexcept;         ///< of all edges, modulo 2
[[nodiscard]] int parity_mismatch(const Cube& cube) noexcept;  ///< 1 if one of the two permutations is odd and one even

/// Whether face turns can solve it.
[[nodiscard]] bool is_solvable(const Cube& cube) noexcept;

/// Uniform over all 43,252,003,274,489,856,000 solvable cubes.
[[nodiscard]] Cube random_cube(Random& random) noexcept;

}  // namespace ripen::cube
