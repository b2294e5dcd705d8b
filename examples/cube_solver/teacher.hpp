#pragma once
// Thistlethwaite's four phases, each solved optimally: the source of the training data.

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "cube_solver/cube.hpp"

namespace ripen::cube {

/// A number of the cube that any turn changes to another by a table.
class Coordinate {
 public:
  /// Numbers the values that `key`, in [0, keys), takes when the solved cube is turned by moves of the mask; solved is
  /// 0.
  Coordinate(std::function<int(const Cube&)> key, int keys, std::uint32_t moves);

  [[nodiscard]] int size() const { return static_cast<int>(next_.size()); }
  [[nodiscard]] int of(const Cube& cube) const { return numbers_[static_cast<std::size_t>(key_(cube))]; }
  [[nodiscard]] int next(int number, int move) const {
    return next_[static_cast<std::size_t>(number)][static_cast<std::size_t>(move)];
  }

 private:
  std::function<int(const Cube&)> key_;
  std::vector<std::uint16_t> numbers_;                   // by key
  std::vector<std::array<std::uint16_t, kTurns>> next_;  // by number
};

/// Distances to a phase's goal over the product of some coordinates.
class PhaseTable {
 public:
  /// Searches breadth-first from the solved cube with the moves of the mask.
  PhaseTable(std::vector<Coordinate> coordinates, std::uint32_t moves);

  /// 0 exactly for cubes that are done with the phase.
  [[nodiscard]] std::size_t index(const Cube& cube) const;
  [[nodiscard]] int distance(std::size_t index) const { return distances_[index]; }
  /// The moves of the phase that lead one nearer.
  [[nodiscard]] std::uint32_t good_moves(std::size_t index) const { return good_[index]; }
  /// Indices that can be reached.
  [[nodiscard]] std::size_t reached() const { return reached_; }

 private:
  std::vector<Coordinate> coordinates_;
  std::vector<std::uint8_t> distances_;
  std::vector<std::uint32_t> good_;
  std::size_t reached_ = 0;
};

/// Thistlethwaite's method (M. B. Thistlethwaite, 1981): the cube is brought through a chain of ever smaller groups,
/// all turns > <U,D,L,R,F2,B2> > <U,D,L2,R2,F2,B2> > half turns > solved. The tables take about 12 MB and are built by
/// the constructor in seconds. Queries are for solvable cubes, thread-safe and real-time safe.
class Teacher {
 public:
  Teacher();

  /// The phase the cube is in, 0 ... 3; 4 when it is solved.
  [[nodiscard]] int phase(const Cube& cube) const { return locate(cube).phase; }
  /// Fewest turns to the end of its phase.
  [[nodiscard]] int distance(const Cube& cube) const;
  /// Mask of the moves on a shortest way to the end of its phase, bit = Move; only kHold's bit when solved.
  [[nodiscard]] std::uint32_t good_moves(const Cube& cube) const;

  /// Size of a phase's table: 2,048, 1,082,565, 29,400 and 663,552.
  [[nodiscard]] std::size_t cosets(int phase) const { return phases_[static_cast<std::size_t>(phase)].reached(); }

 private:
  struct Place {
    int phase;
    std::size_t index;
  };
  [[nodiscard]] Place locate(const Cube& cube) const;

  std::array<PhaseTable, 4> phases_;
};

}  // namespace ripen::cube
