#pragma once
// Options that have an entry for each state.

#include <string>
#include <vector>

#include "ripen/token_layout.hpp"
#include "util/problems.hpp"

namespace ripen {

/// Notes it if an option has neither no entry nor one for each state.
inline void require_by_state(Problems& problems, const std::string& option, const std::vector<double>& entries,
                             const TokenLayout& layout) {
  problems.require(entries.empty() || std::ssize(entries) == layout.states(),
                   option + " has " + std::to_string(entries.size()) + " entries, the layout has " +
                       std::to_string(layout.states()) + " states");
}

}  // namespace ripen
