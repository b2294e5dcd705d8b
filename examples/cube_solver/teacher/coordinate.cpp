#include "cube_solver/teacher/coordinate.hpp"

#include <utility>

namespace ripen::cube {

Coordinate::Coordinate(std::function<int(const Cube&)> key, int keys, std::uint32_t moves)
    : key_(std::move(key)), numbers_(static_cast<std::size_t>(keys), -1) {
  const auto number_of = [&](const Cube& cube) {
    int& number = numbers_[static_cast<std::size_t>(key_(cube))];
    if (number < 0) {
      number = static_cast<int>(examples_.size());
      examples_.push_back(cube);
    }
    return number;
  };
  number_of(Cube());
  for (std::size_t i = 0; i < examples_.size(); ++i) {
    next_.emplace_back();
    for (std::size_t move = 0; move < kTurns; ++move) {
      if ((moves >> move & 1U) == 0) continue;
      Cube turned = examples_[i];
      turned.apply(static_cast<Move>(move));
      next_.back()[move] = number_of(turned);
    }
  }
}

}  // namespace ripen::cube
