#pragma once
// What a task may know exactly about its world.

#include <span>

#include "ripen/token_layout.hpp"

namespace ripen {

/// A task's exact transition function, where it has one. The planner checks predicted state tokens against it; without
/// it the plan rests on the model alone. Real-time safe.
class Transition {
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
};

}  // namespace ripen
