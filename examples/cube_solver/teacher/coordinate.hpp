#pragma once
// Numbers of the cube that turns change by tables: what a search over millions of states counts with.

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "cube_solver/cube.hpp"

namespace ripen::cube {

/// A number of the cube that any turn of a group changes to another by a table. Queries are thread-safe and real-time
/// safe.
class Coordinate {
 public:
  /// Numbers the values that `key`, in [0, keys), takes when the solved cube is turned by moves of the mask, bit =
  /// Move; solved is 0.
  Coordinate(std::function<int(const Cube&)> key, int keys, std::uint32_t moves);

  [[nodiscard]] int size() const { return static_cast<int>(next_.size()); }
  /// For a cube of the group.
  [[nodiscard]] int of(const Cube& cube) const { return numbers_[static_cast<std::size_t>(key_(cube))]; }
  [[nodiscard]] int next(int number, int move) const {
    return next_[static_cast<std::size_t>(number)][static_cast<std::size_t>(move)];
  }
  /// A cube that has the number.
  [[nodiscard]] const Cube& example(int number) const { return examples_[static_cast<std::size_t>(number)]; }

 private:
  std::function<int(const Cube&)> key_;
  std::vector<int> numbers_;                   // by key
  std::vector<std::array<int, kTurns>> next_;  // by number
  std::vector<Cube> examples_;
};

}  // namespace ripen::cube
