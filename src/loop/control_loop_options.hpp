#pragma once
// What follows from a loop's options.

#include "ripen/control_loop.hpp"

namespace ripen {

/// What a tick may spend on refining, given or not. The options were checked.
[[nodiscard]] Budget budget_of(const ControlLoopOptions& options);

}  // namespace ripen
