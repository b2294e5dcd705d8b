#pragma once
// One episode, from the first observation to the goal.

#include <functional>
#include <memory>

#include "maze/frame.hpp"
#include "maze/options.hpp"
#include "maze/result.hpp"
#include "maze/view.hpp"
#include "ripen/denoiser.hpp"
#include "shared/interrupt.hpp"

namespace maze {

/// Who else wants to know of an episode, and who ends it.
struct Company {
  ripen::TripleBuffer<Snapshot>* view = nullptr;          ///< shown what happens in each tick, if not null
  int episode = 1, episodes = 1;                          ///< of what the view says it is
  Recording* recording = nullptr;                         ///< filled, if not null
  const ripen::examples::Interrupt* interrupt = nullptr;  ///< ends it after the tick once it is not 0, if not null
};

/// Makes what plans in an episode.
using MakePlan = std::function<std::unique_ptr<ripen::PlanSource>(const ripen::PlannerOptions&, const ripen::Clock&)>;

/// Runs episode `number` of a task (0: of the free starts) until the point is at the goal or out of control steps.
/// Throws std::invalid_argument if options or denoiser do not fit.
[[nodiscard]] Result run_episode(int task, int number, const Options& options, const MakePlan& make_plan,
                                 const Company& company = {});
/// The same with what Options::opponent says.
[[nodiscard]] Result run_episode(int task, int number, const Options& options, ripen::Denoiser& denoiser,
                                 const Company& company = {});

}  // namespace maze
