#pragma once
// H. Kociemba's two phases, each solved optimally: the source of the training data.

#include <cstdint>

#include "cube_solver/teacher/domino.hpp"

namespace ripen::cube {

/// The cube is brought into the group of turns of U and D and half turns, and solved there (H. Kociemba, 1992), each in
/// the fewest turns: 9.5 and 13.6 on average. Tables of 400 MB, built by the constructor in half a minute. Queries are
/// for solvable cubes, thread-safe and real-time safe.
class Teacher {
 public:
  Teacher();

  struct Advice {
    int phase = 2;                 ///< 0 or 1; 2 when solved
    int distance = 0;              ///< [turns] to its end, fewest
    std::uint32_t good_moves = 0;  ///< on a shortest way there, bit = Move; only kHold's bit when solved
  };
  [[nodiscard]] Advice advise(const Cube& cube) const;

 private:
  Coordinate edges_, twists_;
  DistanceTable to_domino_;
  Domino domino_;
};

}  // namespace ripen::cube
