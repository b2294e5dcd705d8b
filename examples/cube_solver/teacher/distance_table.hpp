#pragma once
// Exact distances to the solved cube as far as two coordinates tell.

#include <array>
#include <cstdint>
#include <vector>

#include "cube_solver/frames.hpp"
#include "cube_solver/teacher/coordinate.hpp"

namespace ripen::cube {

/// Fewest turns over all pairs of two coordinates. Of the first one, classes are kept: cubes that look the same from
/// one of the 16 sides that leave the axis of U and D in place take the same number of turns (H. Kociemba's reduction).
/// Queries are thread-safe and real-time safe.
class DistanceTable {
 public:
  /// Searches breadth-first from the solved cube with the moves of the mask, bit = Move. The other coordinate of a cube
  /// seen from elsewhere must follow from its number alone.
  DistanceTable(const Coordinate& reduced, const Coordinate& other, std::uint32_t moves);

  /// [turns] from the pair of numbers.
  [[nodiscard]] int distance(int reduced, int other) const { return distances_[index(reduced, other)]; }

 private:
  static constexpr int kSides = 16;
  struct Class {
    int number;
    int side;  ///< from which the class's first member is seen
  };

  [[nodiscard]] std::size_t index(int reduced, int other) const {
    const Class& of = classes_[static_cast<std::size_t>(reduced)];
    return static_cast<std::size_t>(of.number) * seen_.size() +
           static_cast<std::size_t>(seen_[static_cast<std::size_t>(other)][static_cast<std::size_t>(of.side)]);
  }

  /// The first member of a class, and the sides from which it looks as it is.
  struct Member {
    int number;
    std::vector<int> same_sides;
  };
  std::vector<Member> classify(const Coordinate& reduced, const std::vector<const Frame*>& sides);
  void search(const Coordinate& reduced, const Coordinate& other, std::uint32_t moves,
              const std::vector<Member>& first);

  std::vector<Class> classes_;                 // by number of the reduced coordinate
  std::vector<std::array<int, kSides>> seen_;  // the other coordinate from each side, by number
  std::vector<std::uint8_t> distances_;        // [class][other]
};

}  // namespace ripen::cube
