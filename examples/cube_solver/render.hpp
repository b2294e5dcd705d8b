#pragma once
// How a plan ripened, as a picture.

#include <string>

#include "cube_solver/result.hpp"

namespace ripen::cube {

/// An SVG: a column for each step of the plan, time from top to bottom, the colour that of the face to be turned. A
/// column ends where its turn began; a line across is a tick in which the world contradicted the plan. For a result
/// that holds no plans, an empty picture.
[[nodiscard]] std::string to_svg(const Result& result, int tick_us);

}  // namespace ripen::cube
