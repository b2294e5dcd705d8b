#pragma once
// What goes wrong in an episode, on request.

#include <cstdint>

#include "maze/starts.hpp"
#include "util/random.hpp"

namespace maze {

enum class EventKind : std::uint8_t {
  kNone,
  kShove,  ///< somebody moves the point by 1 to 2, not through a wall
  kGoal,   ///< the goal jumps to another cell
  kBlock,  ///< a cell on the shortest way is a wall from the beginning, and there is another way
};

/// What happens, drawn before the episode begins.
struct Event {
  EventKind kind = EventKind::kNone;
  int step = 0;  ///< control steps before it; 0 of kBlock
  Point goal;    ///< kGoal: the new one
  Cell blocked;  ///< kBlock
};

/// An event of a kind for an episode. kNone in place of kBlock where every cell of the shortest way is the only way.
[[nodiscard]] Event draw_event(const Maze& maze, const Problem& problem, EventKind kind, ripen::Random& random);

/// Where a shove moves a point to; the point itself where there is hardly any room.
[[nodiscard]] Point shoved(const Maze& maze, Point p, ripen::Random& random);

}  // namespace maze
