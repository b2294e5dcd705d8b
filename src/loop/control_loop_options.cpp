#include "loop/control_loop_options.hpp"

#include <algorithm>
#include <limits>

#include "util/problems.hpp"

namespace ripen {

namespace {

using std::chrono::nanoseconds;

constexpr double kDefaultReserve = 0.2;  // of the period

}  // namespace

Budget budget_of(const ControlLoopOptions& options) {
  const auto reserve = std::chrono::duration_cast<nanoseconds>(options.period * kDefaultReserve);
  return options.budget.value_or(Budget{.time = options.period - options.reserve.value_or(reserve)});
}

const char* to_text(ResetResult result) noexcept {
  switch (result) {
    case ResetResult::kOk:
      return "ok";
    case ResetResult::kNotRead:
      return "the robot could not be read";
    case ResetResult::kNotSensed:
      return "no fresh state of all channels was sensed";
    case ResetResult::kBadState:
      return "the sensed state is not finite, no category, out of its range, or not in the loop's memory";
    case ResetResult::kBadGoal:
      return "the task's goal does not fit the layout's states";
    case ResetResult::kBadRest:
      return "the task's rest does not fit the layout's actions and their limits";
    case ResetResult::kNothingToHold:
      return "a continuous channel has neither a rest nor a measured or sent value to hold";
    case ResetResult::kOutOfLimits:
      return "a channel was measured outside its limits";
    case ResetResult::kPlannerRefused:
      return "the planner cannot plan for this goal";
  }
  return "?";
}

const char* to_text(StepResult result) noexcept {
  switch (result) {
    case StepResult::kDone:
      return "done";
    case StepResult::kEnded:
      return "ended by an observer";
    case StepResult::kNotReset:
      return "not reset";
  }
  return "?";
}

const char* to_text(RunResult result) noexcept {
  switch (result) {
    case RunResult::kStopRequested:
      return "asked to stop";
    case RunResult::kEnded:
      return "ended by an observer";
    case RunResult::kNotReset:
      return "not reset";
  }
  return "?";
}

std::string ControlLoopOptions::validate() const {
  constexpr nanoseconds kLongestPeriod = std::chrono::hours(1);  // 2.5 million of them fit the clock
  constexpr std::int64_t kForever = nanoseconds::max().count();
  Problems problems("control loop");
  problems.range("period [ns]", period.count(), std::int64_t{1}, kLongestPeriod.count());
  const bool reserved = reserve && reserve->count() >= 0 && *reserve <= period;
  if (reserve) problems.range("reserve [ns]", reserve->count(), std::int64_t{0}, period.count());
  const auto check = [&](const char* name, const Budget& given, const Budget& least) {
    const std::string of = name;
    const bool timed = given.time != nanoseconds::max();
    const std::int64_t longest = !timed ? kForever : reserved ? (period - *reserve).count() : period.count();
    const std::int64_t shortest = least.time == nanoseconds::max() ? 0 : std::min(longest, least.time.count());
    problems.range((of + ".time [ns]").c_str(), given.time.count(), shortest, longest);
    problems.range((of + ".passes").c_str(), given.passes, least.passes, std::numeric_limits<int>::max());
  };
  const Budget nothing{.time = nanoseconds(0), .passes = 0};
  if (budget) check("budget", *budget, nothing);
  if (most && (reserved || !reserve)) check("most", *most, budget_of(*this));
  problems.range("step_ticks", step_ticks, 0, std::numeric_limits<int>::max() - 1);
  problems.require(!interpolate || step_ticks > 0, "interpolate needs step_ticks");
  problems.require(fallback.undecided != Fallback::kPlan, "fallback.undecided: there is no plan where it is undecided");
  const auto limit = [&](const char* name, nanoseconds value) {
    problems.range((std::string(name) + " [ns]").c_str(), value.count(), std::int64_t{0}, kForever);
  };
  limit("max_read_failure", max_read_failure);
  limit("max_write_failure", max_write_failure);
  limit("max_stale", max_stale);
  limit("max_stuck", max_stuck);
  limit("max_bad_model", max_bad_model);
  limit("max_out_of_range", max_out_of_range);
  limit("max_frozen", max_frozen);
  return problems.text();
}

}  // namespace ripen
