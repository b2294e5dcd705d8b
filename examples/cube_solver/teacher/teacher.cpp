#include "cube_solver/teacher/teacher.hpp"

namespace ripen::cube {

namespace {

constexpr std::uint32_t kAllMoves = (1U << kTurns) - 1;

/// The flips of the edges by position, and which positions have edges that belong between U and D.
int edges_by_position(const Cube& cube) {
  int flips = 0, slice = 0;
  for (int i = kCorners; i < kCubies; ++i) flips |= cube.orientation(i) << cube.position(i);
  for (int i = kCorners + 8; i < kCubies; ++i) slice |= 1 << cube.position(i);
  return (flips & 0x7FF) << kEdges | slice;  // The last flip follows from the others.
}

int twists_by_position(const Cube& cube) {
  static constexpr std::array<int, kCorners> kWeights = {1, 3, 9, 27, 81, 243, 729, 0};  // the last follows
  int twists = 0;
  for (int i = 0; i < kCorners; ++i) {
    twists += cube.orientation(i) * kWeights[static_cast<std::size_t>(cube.position(i))];
  }
  return twists;
}

}  // namespace

Teacher::Teacher()
    : edges_(edges_by_position, 1 << 23, kAllMoves),
      twists_(twists_by_position, 2187, kAllMoves),
      to_domino_(edges_, twists_, kAllMoves) {}

Teacher::Advice Teacher::advise(const Cube& cube) const {
  const int edges = edges_.of(cube), twists = twists_.of(cube);
  const int distance = to_domino_.distance(edges, twists);
  if (distance == 0) {
    const auto [turns, good] = domino_.advise(cube);
    return turns == 0 ? Advice{2, 0, 1U << kHold} : Advice{1, turns, good};
  }
  Advice advice{0, distance, 0};
  for (int move = 0; move < kTurns; ++move) {
    if (to_domino_.distance(edges_.next(edges, move), twists_.next(twists, move)) < distance) {
      advice.good_moves |= 1U << move;
    }
  }
  return advice;
}

}  // namespace ripen::cube
