#pragma once
// Cubes that turns of U and D and half turns can solve, solved in the fewest of those turns.

#include <cstdint>

#include "cube_solver/teacher/distance_table.hpp"

namespace ripen::cube {

/// Turns of U and D and half turns, bit = Move.
inline constexpr std::uint32_t kDominoMoves = 0b010010111010010111;

/// Iterative deepening (R. E. Korf, 1985) under the exact distance of corners and edges without the edges between U and
/// D. Tables of 120 MB, built by the constructor in ten seconds. Queries are for cubes of the group, thread-safe and
/// real-time safe, and take about 30 us for a random one.
class Domino {
 public:
  Domino();

  struct Advice {
    int distance = 0;              ///< [turns]
    std::uint32_t good_moves = 0;  ///< on a shortest way, bit = Move; none when solved
  };
  [[nodiscard]] Advice advise(const Cube& cube) const;

 private:
  struct Place {
    int corners, edges, slice;
  };
  [[nodiscard]] Place turned(const Place& place, int move) const {
    return {corners_.next(place.corners, move), edges_.next(place.edges, move), slice_.next(place.slice, move)};
  }
  [[nodiscard]] bool solvable(const Place& place, int turns, int last_face) const;

  Coordinate corners_, edges_, slice_;
  DistanceTable both_, corners_slice_, edges_slice_;
};

}  // namespace ripen::cube
