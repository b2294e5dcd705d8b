#pragma once
// The frames of a world that may have no rules to go by, and then has one.

#include <algorithm>
#include <span>

#include "ripen/transition.hpp"

namespace ripen {

/// How many there are. Real-time safe, as the others.
inline int frames_of(const Transition* transition) noexcept { return transition == nullptr ? 1 : transition->frames(); }

/// state, seen: [states]
inline void to_frame(const Transition* transition, int frame, std::span<const Token> state,
                     std::span<Token> seen) noexcept {
  if (transition != nullptr) return transition->to_frame(frame, state, seen);
  std::ranges::copy(state, seen.begin());
}

/// action: [actions]
inline void from_frame(const Transition* transition, int frame, std::span<Token> action) noexcept {
  if (transition != nullptr) transition->from_frame(frame, action);
}

}  // namespace ripen
