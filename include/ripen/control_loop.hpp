#pragma once
// The fixed-rate loop: read, refine, guard, write, once per tick.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "ripen/budget.hpp"
#include "ripen/clock.hpp"
#include "ripen/histogram.hpp"
#include "ripen/plan_source.hpp"
#include "ripen/planner.hpp"
#include "ripen/robot.hpp"
#include "ripen/safety_guard.hpp"
#include "ripen/tick_report.hpp"
#include "ripen/tokenizer.hpp"

namespace ripen {

/// How a loop works; fixed at construction.
struct ControlLoopOptions {
  std::chrono::nanoseconds period = std::chrono::milliseconds(5);  ///< of the ticks; at most 1 h
  /// For refining, in each tick: the optimum. Its time counts from the tick's instant on the grid, so that waking up
  /// late does not make the command late. None: the period but for the reserve.
  std::optional<Budget> budget = {};
  /// What a tick may spend in all as long as the action that is due is not decided: the maximum, no less than `budget`.
  /// None: `budget`.
  std::optional<Budget> most = {};
  /// Part of the period that neither may reach into: for waking up late, for a pass that outlasts its prediction, and
  /// for the robot's own work. None: 20 % of the period where `budget` is not given, and what it leaves where it is.
  std::optional<std::chrono::nanoseconds> reserve = {};
  /// [ticks] a step lasts; 0: the robot reports the steps it has begun and done. Otherwise step s is the ticks
  /// [s n, (s + 1) n), whatever the robot reports, and Observation::state_step of a state sensed in tick t is t / n.
  int step_ticks = 0;
  int max_read_failures = 10;   ///< in a row that are bridged with the plan; the next one stops the robot
  int max_write_failures = 10;  ///< in a row; the next one stops the robot: what it does is not what was planned
  int max_stale_ticks = 1000;   ///< in a row without a fresh state; the next one stops the robot
  int max_stuck_ticks = 1000;   ///< in a row that a PlannerThread did not take up; the next one stops the robot
  SafetyGuardOptions guard = {};

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
  std::int64_t passes = 0;
  std::array<std::int64_t, 5> sources = {};  ///< ticks by CommandSource
};

/// Told of each tick, on its thread, inside the tick's real-time section.
class TickObserver {
 public:
  virtual ~TickObserver() = default;
  /// Must not allocate, lock or call the system. Returns false to end the loop.
  virtual bool on_tick(const TickReport& report) noexcept = 0;
};

/// Drives a robot along a planner's plan, one command a tick.
///
/// In each tick: read and clamp the observation; if the head is decided and nothing contradicts it, write first and
/// refine afterwards, otherwise refine and then write. The command passes the guard whatever its source:
/// - kFresh: the head was decided by the model, or the goal is reached;
/// - kPartial: no pass had decided the head when it was due;
/// - kHeld: no (sound) observation, or a planner's thread that does not know of the tick before yet; the plan goes on
///   unobserved;
/// - kRamping, kStopped: one of the four limits of ControlLoopOptions was passed; TickReport::faults says which. Idle
///   from then on, at the guard's rate limit, until reset.
///
/// The grid is absolute. A tick whose instant and whose period have passed is not made up for, but counted as missed; a
/// late one has what is left of its budget. After reset a tick takes no heap, no lock, no exception and no system call
/// but the sleep and the robot's own. One thread at a time.
class ControlLoop {
 public:
  /// Takes references: all must outlive the loop. Throws OptionsError listing every problem of the options.
  /// A Planner works inside the tick; for the other way see PlannerThread.
  ControlLoop(PlanSource& plan, Robot& robot, Clock& clock, const ControlLoopOptions& options,
              TickObserver* observer = nullptr);

  /// Begins a plan from what the robot senses, and lifts a stop. Reads the observation of the next tick: that tick will
  /// use it and not read again, so call this right before it. Returns false, leaving the loop stopped, if nothing was
  /// sensed (a sensor's latency, say; then try later or give the state) or a token is out of its vocabulary.
  /// goal: [states], kMask means any; idle: [actions], also the command of a stopped robot.
  [[nodiscard]] bool reset(std::span<const Token> goal, std::span<const Token> idle) noexcept;

  /// The same from a known state of a robot at rest. state: [states].
  [[nodiscard]] bool reset(std::span<const Token> state, std::span<const Token> goal,
                           std::span<const Token> idle) noexcept;

  /// Owns this thread: ticks on a grid that begins now, until asked to stop or told so by the observer. Numbers of
  /// ticks go on from where they were. Returns at once before the first reset.
  void run(const std::stop_token& stop) noexcept;

  /// The work of one tick, for firmware that owns the thread. The first call sets the grid; then the tick is the one
  /// that `now`, on the loop's clock, falls in, but never one that was done: a call that comes early is the next tick.
  /// Returns false if the observer ends the loop, and, doing nothing, before the first reset.
  bool step(TimePoint now) noexcept;

  /// The last tick.
  [[nodiscard]] const TickReport& report() const noexcept { return report_; }
  [[nodiscard]] const LoopStatistics& statistics() const noexcept { return statistics_; }

 private:
  void place_grid(TimePoint now) noexcept;
  void enter_tick(TimePoint now) noexcept;
  bool read(std::int64_t tick) noexcept;
  void begin_plan(std::span<const Token> idle) noexcept;
  bool observe() noexcept;
  bool take_steps() noexcept;
  void follow_plan(bool observed, TimePoint begin) noexcept;
  void count_failures(bool observed) noexcept;
  void stop_robot() noexcept;
  void write_planned(CommandSource source) noexcept;
  bool write(CommandSource source, bool offers_next) noexcept;
  void leave_tick(TimePoint begin) noexcept;

  PlanSource& plan_;
  Robot& robot_;
  Clock& clock_;
  ControlLoopOptions options_;
  Budget budget_, most_;
  TickObserver* observer_;
  Tokenizer tokenizer_;
  SafetyGuard guard_;

  std::vector<double> state_;        // [states]
  std::vector<Token> state_tokens_;  // [states]
  std::vector<double> action_;       // [actions]
  std::vector<double> next_;         // [actions]
  Observation observation_;

  bool ready_ = false;                // a plan was begun
  bool kept_ = false;                 // observation_ is of next_tick_ already
  bool placed_ = false;               // origin_ is set
  TimePoint origin_;                  // tick 0 on the grid
  std::int64_t next_tick_ = 0;        // the first that was neither done nor missed
  std::optional<std::int64_t> base_;  // the robot's count of steps where the plan's begins
  std::int64_t done_ = 0;             // [steps] of the plan
  std::int64_t begun_ = 0;            // [steps] of the plan
  int read_failures_ = 0;             // ticks in a row without an observation
  int write_failures_ = 0;            // ticks in a row without a command delivered
  std::int64_t sensed_ = -1;          // the last tick with a fresh state, or the one before the plan's first
  bool stopping_ = false;             // latched until reset

  TimePoint written_;
  TickReport report_;
  LoopStatistics statistics_;
};

}  // namespace ripen
