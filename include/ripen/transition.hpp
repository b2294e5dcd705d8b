#pragma once
// What a task may know exactly about its world.

#include <algorithm>
#include <span>

#include "ripen/export.hpp"
#include "ripen/token_layout.hpp"

namespace ripen {

/// A task's exact transition function, where it has one. The planner checks predicted state tokens against it; without
/// it the plan rests on the model alone. Real-time safe.
class RIPEN_EXPORT Transition {
 public:
  virtual ~Transition() = default;

  /// The state tokens that follow. state: [states]; action: [actions]; next: [states]. Returns false if the action is
  /// not possible in that state. Never called with kMask.
  [[nodiscard]] virtual bool next(std::span<const Token> state, std::span<const Token> action,
                                  std::span<Token> next) const noexcept = 0;

  /// False for an action that no good plan takes right after `previous` (undoing it, say); a plan drops such pairs.
  /// Both [actions]; `previous` is empty at the start of a plan.
  [[nodiscard]] virtual bool sensible(std::span<const Token> previous, std::span<const Token> action) const noexcept {
    (void)previous;
    (void)action;
    return true;
  }

  /// In how many frames the world can be looked at so that its rules, and the goal, are the same: one more than it has
  /// symmetries. Frame 0 is the world's own. A model that was trained in one frame plans in all of them.
  [[nodiscard]] virtual int frames() const noexcept { return 1; }

  /// What a state of the world is in a frame. state, seen: [states], apart from each other.
  virtual void to_frame(int frame, std::span<const Token> state, std::span<Token> seen) const noexcept {
    (void)frame;
    std::ranges::copy(state, seen.begin());
  }

  /// Makes of an action in a frame the action in the world. action: [actions].
  virtual void from_frame(int frame, std::span<Token> action) const noexcept {
    (void)frame;
    (void)action;
  }
};

}  // namespace ripen
