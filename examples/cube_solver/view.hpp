#pragma once
// The live view in a terminal.

#include <string>

#include "cube_solver/snapshot.hpp"
#include "shared/live_view.hpp"

namespace ripen::cube {

using examples::Terminal;

/// The view of one instant. Where there is little room the cube's net and the last figures are left out.
[[nodiscard]] std::string draw(const Snapshot& snapshot, const Terminal& terminal);

}  // namespace ripen::cube
