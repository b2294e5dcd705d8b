#pragma once
// An episode as a moving picture.

#include <string>

#include "push_t/recording.hpp"

namespace ripen::push_t {

/// An animated SVG in the task's time: goal, block, agent, the targets planned ahead (bold where ripe, thin where not),
/// where the plan expects the block to end (dashed), and the coverage as a bar with a mark at success. Browsers play
/// it, also inside another page. A recording without a frame gives an empty table.
[[nodiscard]] std::string to_svg(const Recording& recording);

}  // namespace ripen::push_t
