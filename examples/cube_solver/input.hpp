#pragma once
// The cubes that the command line asks for.

#include <vector>

#include "cube_solver/cube.hpp"
#include "cube_solver/options.hpp"

namespace ripen::cube {

/// Throws std::invalid_argument for a malformed scramble or facelets that are no solvable cube, naming file and line
/// where there is a file, and std::runtime_error if the file cannot be read.
[[nodiscard]] std::vector<Cube> cubes_of(const Options& options);

}  // namespace ripen::cube
