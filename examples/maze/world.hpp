#pragma once
// The maze with the point in it, on the physics engine that the benchmark uses.

#include <cstdint>
#include <memory>
#include <string>

#include "maze/maze.hpp"
#include "util/random.hpp"

namespace maze {

/// The maze as MuJoCo reads it: a disc that slides in x and y, and a block for every wall.
[[nodiscard]] std::string to_mjcf(const Maze& maze);

/// MuJoCo with the published environment's constants and order of calls (Park et al., "OGBench", ICLR 2025). In a
/// control step the point is put on by 0.2 of the action and loses its speed; then 5 steps of 0.02 s push it out of the
/// walls that it is in. Nothing else moves it. Deterministic. Not thread-safe.
class World {
 public:
  /// seed: of where teleports lead. Throws std::runtime_error if MuJoCo does not take the maze.
  World(const Maze& maze, std::uint64_t seed);
  ~World();
  World(World&&) noexcept;
  World& operator=(World&&) noexcept;

  /// Puts the point elsewhere, at rest.
  void place(Point p);

  /// A control step of 0.1 s. action: clipped to [-1, 1]. Returns where the point got, which is what is seen and what
  /// counts for the goal; if that is a teleport's way in, it is elsewhere afterwards.
  Point act(Point action);

  /// Where the point is.
  [[nodiscard]] Point position() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace maze
