#pragma once
// The fixed-rate loop: read, refine, guard, write, once per tick.

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "ripen/clock.hpp"
#include "ripen/export.hpp"
#include "ripen/histogram.hpp"
#include "ripen/plan_source.hpp"
#include "ripen/planner.hpp"
#include "ripen/robot.hpp"
#include "ripen/task.hpp"
#include "ripen/tick_report.hpp"

namespace ripen {

/// What goes out where the plan does not say it.
enum class Fallback : std::uint8_t {
  kRest,  ///< Task::rest where it is given; the last command is held where it is not
  kHold,  ///< the last command is held; a category rests
  kPlan,  ///< the plan, as long as it is decided; then as kRest
};

/// To hold, a channel slows down within its limits and stays. The planner is told what went out in place of its action,
/// and a step of several ticks that began with a fallback goes on with it.
struct Fallbacks {
  Fallback undecided = Fallback::kRest;  ///< no pass has decided the action that is due; kPlan is refused
  Fallback unread = Fallback::kPlan;     ///< nothing sound could be read
  Fallback stopped = Fallback::kRest;    ///< the robot is stopped
};

/// Whose instants the ticks are, where firmware calls step().
enum class Grid : std::uint8_t {
  kOwn,     ///< the loop's: one period after the other since the first call
  kFollow,  ///< the caller's: hardware whose clock is a little faster or slower is neither early nor late
};

/// A limit in time that is never reached.
inline constexpr std::chrono::nanoseconds kNever = std::chrono::nanoseconds::max();

/// How a loop works; fixed at construction.
struct RIPEN_EXPORT ControlLoopOptions {
  std::chrono::nanoseconds period = std::chrono::milliseconds(5);  ///< of the ticks; at most 1 h
  /// For refining, in each tick: the optimum. Its time counts from the tick's instant on the grid, so that waking up
  /// late does not make the command late. None: the period but for the reserve. A planner beside the tick
  /// (PlannerThread) heeds none of the three: then they may be anything.
  std::optional<Budget> budget = {};
  /// What a tick may spend in all as long as the action that is due is not decided: the maximum, no less than `budget`.
  /// None: `budget`.
  std::optional<Budget> most = {};
  /// Part of the period that neither may reach into: for waking up late, for a pass that outlasts its prediction, and
  /// for the robot's own work. None: 20 % of the period where `budget` is not given, and what it leaves where it is.
  std::optional<std::chrono::nanoseconds> reserve = {};
  /// [ticks] a step lasts; 0: the robot reports the steps it has begun and done. Otherwise step s is the ticks
  /// [s n, (s + 1) n), whatever the robot reports. Observation::state_step is that of the tick as read() is called: a
  /// robot whose states come late sets it to that of the tick they were sensed in.
  int step_ticks = 0;
  /// With several ticks a step: continuous channels go in a straight line to the next step's action, where that is
  /// decided, and arrive as it begins.
  bool interpolate = false;
  Grid grid = Grid::kOwn;                  ///< of step(); run() keeps its own
  std::vector<ChannelLimits> limits = {};  ///< [actions]; may be left out only if no action is continuous
  Fallbacks fallback = {};

  // How long something may last. After that the robot is stopped, until reset. Ticks that were missed count.
  std::chrono::nanoseconds max_read_failure = std::chrono::milliseconds(100);   ///< nothing sound was read
  std::chrono::nanoseconds max_write_failure = std::chrono::milliseconds(100);  ///< commands were not taken
  std::chrono::nanoseconds max_stale = std::chrono::milliseconds(100);          ///< no fresh state came
  std::chrono::nanoseconds max_stuck = std::chrono::milliseconds(100);          ///< a PlannerThread took nothing up
  std::chrono::nanoseconds max_bad_model = std::chrono::milliseconds(100);      ///< every pass was thrown away
  std::chrono::nanoseconds max_out_of_range = std::chrono::milliseconds(100);   ///< some channel was out of its range
  std::chrono::nanoseconds max_frozen = std::chrono::milliseconds(500);         ///< a sensor showed nothing new

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// What the ticks since construction came to. The reports' durations, with negative slack counted as 0.
struct LoopStatistics {
  Histogram wake_up;
  Histogram observation_to_action;
  Histogram compute;
  Histogram slack;
  Histogram overshoot;      ///< by how much a pass outlasted its prediction: the worst of each tick that ran any
  std::int64_t ticks = 0;   ///< that wrote a command
  std::int64_t missed = 0;  ///< that were left out because the one before lasted too long
  std::int64_t late = 0;    ///< of `ticks`: whose work ended after the next tick's instant
  std::int64_t early = 0;   ///< of `ticks`: called for more than half a period too early, as if twice in a tick
  std::int64_t passes = 0;
  std::int64_t revised = 0, revealed = 0, chosen = 0;  ///< of `passes`, by purpose: PlanReport
  std::int64_t switched = 0;                           ///< of `ticks`: another candidate was followed from then on
  std::array<std::int64_t, 5> sources = {};            ///< ticks by CommandSource
};

/// One tick as observers see it. Valid during the call only.
struct Tick {
  const TickReport& report;
  const Observation& observation;  ///< as Robot::read left it, before the loop judged it
  bool delivered;                  ///< what Robot::read returned
  const Command& command;
  const PlanSource& plan;
};

/// Told of each tick, on its thread, inside the tick's real-time section.
class RIPEN_EXPORT TickObserver {
 public:
  virtual ~TickObserver() = default;
  /// Must not allocate, lock or call the system. Returns false to end the loop.
  virtual bool on_tick(const Tick& tick) noexcept = 0;
};

/// What came of a reset. All but kOk leave the loop stopped.
enum class ResetResult : std::uint8_t {
  kOk,
  kNotRead,         ///< Robot::read returned false
  kNotSensed,       ///< no fresh state, or a channel of it was not seen: a sensor's latency, say; try again later
  kBadState,        ///< not finite, no category, out of its range, a count that cannot be, or not the loop's memory
  kBadGoal,         ///< Task::goal has another length than the states, or a value out of its range
  kBadRest,         ///< Task::rest has another length than the actions, a value out of its limits, or no category
  kNothingToHold,   ///< a continuous channel has neither a rest, nor was it measured or commanded before
  kOutOfLimits,     ///< a channel was measured further out of its limits than a tick may move it
  kPlannerRefused,  ///< the planner cannot plan for this goal
};
enum class StepResult : std::uint8_t { kDone, kEnded, kNotReset };          ///< kEnded: an observer ends the loop
enum class RunResult : std::uint8_t { kStopRequested, kEnded, kNotReset };  ///< likewise
/// A sentence's worth of each.
[[nodiscard]] RIPEN_EXPORT const char* to_text(ResetResult result) noexcept;
[[nodiscard]] RIPEN_EXPORT const char* to_text(StepResult result) noexcept;
[[nodiscard]] RIPEN_EXPORT const char* to_text(RunResult result) noexcept;

/// Drives a robot along a planner's plan, one command a tick.
///
/// In each tick: read and clamp the observation; if the head is decided and nothing contradicts it, write first and
/// refine afterwards, otherwise refine and then write. Every command passes the limits, whatever its source:
/// - kFresh: the head was decided by the model, or the goal is reached. With the fault kBadModel, a pass behind the
///   command was thrown away, and the next tick is kHeld;
/// - kPartial: no pass had decided the head when it was due: Fallbacks::undecided;
/// - kHeld: no (sound) observation, a model whose outputs are not finite, or a planner's thread that does not know of
///   the tick before yet: Fallbacks::unread;
/// - kRamping, kStopped: one of the limits in time was passed; TickReport::faults says which. Fallbacks::stopped from
///   then on, until reset.
///
/// The grid is absolute. A tick whose instant and whose period have passed is not made up for, but counted as missed; a
/// late one has what is left of its budget. All durations are the given clock's. After reset a tick takes no heap, no
/// lock, no exception and no system call but the sleep and the robot's own. One thread at a time.
class RIPEN_EXPORT ControlLoop {
 public:
  /// Takes references: all must outlive the loop. observers: all are told of each tick, in this order; one that
  /// returns false ends the loop. Throws OptionsError listing every problem of the options and of their fit to the
  /// layout, and for a null observer. A Planner works inside the tick; a PlannerThread beside it.
  ControlLoop(PlanSource& plan, Robot& robot, Clock& clock, const ControlLoopOptions& options,
              std::vector<TickObserver*> observers = {});
  ~ControlLoop();

  /// Begins a plan from what the robot senses, and lifts a stop. Reads the observation of the next tick: that tick will
  /// use it and not read again, so call this right before it.
  [[nodiscard]] ResetResult reset(const Task& task) noexcept;
  /// The same from a known state of a robot at rest. state: [states] in the channels' units.
  [[nodiscard]] ResetResult reset(const Task& task, std::span<const double> state) noexcept;

  /// Changes the goal in mid-run: the plan stays as a draft, the ticks go on. goal: [states], as Task::goal. Call it
  /// between ticks, or from a TickObserver or the robot. kBadGoal, kPlannerRefused (before the first reset too): the
  /// goal is what it was. Real-time safe.
  [[nodiscard]] ResetResult aim(std::span<const ChannelValue> goal) noexcept;

  /// Owns this thread: ticks on a grid that begins now, until asked to stop or told so by an observer. Numbers of
  /// ticks go on from where they were. Returns at once before the first reset.
  RunResult run(const std::stop_token& stop) noexcept;

  /// The work of one tick, for firmware that owns the thread. The first call sets the grid; then the tick is the one
  /// that `now`, on the loop's clock, falls in, but never one that was done: a call that comes early is the next tick.
  /// Does nothing before the first reset.
  StepResult step(TimePoint now) noexcept;

  /// Stops the robot from the next tick on, as a fault would: Fallbacks::stopped, within the limits, until reset. The
  /// ticks go on; a report whose source is kStopped tells that it stands. From any thread; real-time safe.
  void stop() noexcept;

  /// The last tick. On the loop's thread; for another one see LiveReport.
  [[nodiscard]] const TickReport& report() const noexcept;
  [[nodiscard]] const LoopStatistics& statistics() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ripen
