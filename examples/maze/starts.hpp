#pragma once
// Where episodes begin and where they are to get.

#include <cstdint>

#include "maze/maze.hpp"

namespace maze {

/// How the maze is measured.
enum class Protocol : std::uint8_t {
  kStock,  ///< OGBench's own: start and goal anywhere within 1 of their cells' centres, 1,000 control steps
  kMctd,   ///< that of "Monte Carlo tree diffusion" (Yoon et al., ICML 2025): at the centres; 500 in medium and large
};

inline constexpr std::uint64_t kReportingSeed = 300000;  ///< of the tasks: nothing was ever chosen on them
inline constexpr std::uint64_t kChoosingSeed = 200000;   ///< of free starts, on which options and models are chosen

/// Where an episode begins, and where it is to get.
struct Problem {
  Point start, goal;
};

/// Episode `number` of a task, in [1, 5].
[[nodiscard]] Problem problem_of_task(const Maze& maze, int task, Protocol protocol, std::uint64_t seed, int number);

/// Start and goal anywhere within 1 of the centres of two free cells, whatever the tasks are.
[[nodiscard]] Problem free_problem(const Maze& maze, std::uint64_t seed, int number);

/// Control steps after which an episode has failed.
[[nodiscard]] int max_steps(const Maze& maze, Protocol protocol);

}  // namespace maze
