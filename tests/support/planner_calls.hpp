#pragma once
// Calls of a plan source for tests that count steps by hand.

#include <cstdint>
#include <span>

#include "ripen/plan_source.hpp"

namespace ripen::test {

/// What is seen, with the head where it is.
struct Seen {
  std::span<const Token> state = {};
  std::int64_t step = 0;
  std::int64_t started = 0;
};

/// Observes, and refines.
inline PlanReport refine(PlanSource& plan, const Seen& seen, const Budget& budget) {
  plan.observe({.state = seen.state,
                .state_step = seen.step,
                .started = seen.started,
                .done = plan.report().head,
                .observed = false});
  plan.refine(budget, budget);
  return plan.report();
}

/// So many steps are done, as far as is known with the actions that were sent.
inline void shift(PlanSource& plan, int steps) {
  const std::int64_t done = plan.report().head + steps;
  plan.observe({.started = done, .done = done, .observed = false});
}

}  // namespace ripen::test
