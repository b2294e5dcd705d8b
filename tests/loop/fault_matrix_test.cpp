// What goes wrong near a robot, and exactly what the loop does about it. Beside it: a planner's thread that hangs
// (planner_thread_test), a full disk (recorder_test), model files (model_file_test), what the system refuses
// (real_time_test), the wall clock (wall_clock_test).

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <csignal>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "ripen/control_loop.hpp"
#include "support/line_world.hpp"

namespace ripen {
namespace {

using namespace std::chrono_literals;

using test::kTask;
constexpr auto kPeriod = 10ms;
constexpr int kStart = 3;  // 17 moves from the goal

/// Virtual time; one of its sleeps may last too long.
class LateClock : public ManualClock {
 public:
  TimePoint when{};
  std::chrono::nanoseconds late{};
  void sleep_until(TimePoint instant) noexcept override {
    ManualClock::sleep_until(instant);
    if (instant == when) advance(late);
  }
};

/// A model whose passes take virtual time, or say nothing sensible.
class FaultyDenoiser : public test::LineDenoiser {
 public:
  ManualClock* clock = nullptr;
  std::function<std::chrono::nanoseconds(int)> cost;  // of a pass
  std::function<bool(int)> broken;                    // whether a pass gives NaN
  int passes = 0;

  void run(const DenoiseBatch& batch) noexcept override {
    LineDenoiser::run(batch);
    const bool ends_pass = batch.depth == PassDepth::kStep;  // the states before it are predicted for next to nothing
    if (cost && ends_pass) clock->advance(cost(passes));
    const bool is_broken = broken && broken(passes);
    if (is_broken) {
      const int columns = batch.depth == PassDepth::kDynamics ? test::kPlaces : 3;
      std::fill(batch.logits, batch.logits + batch.windows * columns, std::nanf(""));
      if (batch.value != nullptr) std::fill(batch.value, batch.value + batch.windows, std::nanf(""));
    }
    if (ends_pass || is_broken) ++passes;
  }
};

/// Stands between loop and robot and spoils what passes.
class FaultyRobot : public Robot {
 public:
  explicit FaultyRobot(int step_ticks) : robot(kStart, 1, step_ticks > 0) {}

  test::LineRobot robot;
  std::function<bool(std::int64_t, Observation&)> on_read;  // what read() returns
  std::function<bool(std::int64_t)> on_write;               // what write() returns
  std::int64_t base = 0;                                    // of its counts of steps, as the loop sees them

  [[nodiscard]] bool read(std::int64_t tick, Observation& observation) noexcept override {
    return robot.read(tick, observation) && (!on_read || on_read(tick, observation));
  }
  [[nodiscard]] bool write(const Command& command) noexcept override {
    const bool written = !on_write || on_write(command.tick);
    Command seen = command;
    seen.step -= base;
    return robot.write(seen) && written;
  }
};

struct Rig : TickObserver {
  Rig(const ControlLoopOptions& options, int most)
      : ticks(most), robot(options.step_ticks), loop(planner, robot, clock, options, {this}) {
    denoiser.clock = &clock;
    reports.reserve(static_cast<std::size_t>(most));
  }
  bool on_tick(const Tick& tick) noexcept override {
    reports.push_back(tick.report);
    return std::ssize(reports) < ticks && !ended;
  }

  int ticks;
  bool ended = false;
  std::vector<TickReport> reports;
  LateClock clock;
  FaultyDenoiser denoiser;
  Planner planner{denoiser,
                  {.method = PlanMethod::kBeam, .horizon = 24, .history = 4, .candidates = 4, .pass_windows = 4}};
  FaultyRobot robot;
  ControlLoop loop;
};

ControlLoopOptions options(int step_ticks = 1) {
  return {.period = kPeriod, .budget = Budget{.passes = 8}, .step_ticks = step_ticks, .limits = {kUnlimitedChannel}};
}

/// What a run came to, as far as it does not depend on the machine.
struct Outcome {
  std::string sources;             // of the ticks done, by first letter and count: "F5 H2" is five fresh, two held
  std::int64_t last_tick, missed;  // on the grid
  std::chrono::microseconds late;  // the latest of the wake-ups
  std::string faults;              // by name and ticks: "ReadFailed 3"
  int disturbed;                   // ticks
  int place;                       // where the carriage is at the end

  bool operator==(const Outcome&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Outcome& o) {
    return out << "{\"" << o.sources << "\", " << o.last_tick << ", " << o.missed << ", " << o.late.count() << "us, \""
               << o.faults << "\", " << o.disturbed << ", " << o.place << "}";
  }
};

Outcome outcome_of(const Rig& rig) {
  Outcome outcome{"", rig.loop.report().tick, rig.loop.statistics().missed, {}, "", 0, rig.robot.robot.place()};
  for (const TickReport& report : rig.reports)
    outcome.late = std::max(outcome.late, std::chrono::duration_cast<std::chrono::microseconds>(report.wake_up));
  const auto append = [](std::string& text, const std::string& more) { text += (text.empty() ? "" : " ") + more; };
  int same = 0;
  for (std::size_t i = 0; i < rig.reports.size(); ++i) {
    ++same;
    outcome.disturbed += rig.reports[i].disturbed ? 1 : 0;
    if (i + 1 < rig.reports.size() && rig.reports[i + 1].source == rig.reports[i].source) continue;
    append(outcome.sources, "FPHRS"[static_cast<std::size_t>(rig.reports[i].source)] + std::to_string(same));
    same = 0;
  }
  constexpr std::array kNames{"ReadFailed",  "BadObservation", "WriteFailed", "Replaced", "Limited",
                              "RateLimited", "Stale",          "Stuck",       "BadModel"};
  for (std::size_t bit = 0; bit < kNames.size(); ++bit) {
    int count = 0;
    for (const TickReport& report : rig.reports) count += static_cast<int>(report.faults >> bit & 1U);
    if (count > 0) append(outcome.faults, kNames[bit] + (" " + std::to_string(count)));
  }
  return outcome;
}

struct Row {
  std::string name;
  ControlLoopOptions options;
  std::function<void(Rig&)> spoil;
  Outcome expected;
};

/// A tick in [from, from + count).
bool within(std::int64_t tick, std::int64_t from, std::int64_t count) { return tick >= from && tick < from + count; }

std::function<void(Rig&)> late_by(int periods) {
  return [=](Rig& rig) {
    rig.clock.when = TimePoint(6 * kPeriod);
    rig.clock.late = periods * kPeriod;
  };
}
std::function<void(Rig&)> passes_of(std::chrono::nanoseconds usual, std::function<bool(int)> slow) {
  return [=](Rig& rig) { rig.denoiser.cost = [=](int pass) { return slow(pass) ? 10 * usual : usual; }; };
}
std::function<void(Rig&)> nan_in(std::function<bool(int)> pass) {
  return [=](Rig& rig) { rig.denoiser.broken = pass; };
}
/// The sensor gives this in `count` ticks from tick 4 on.
std::function<void(Rig&)> senses(double value, int count = 1) {
  return [=](Rig& rig) {
    rig.robot.on_read = [=](std::int64_t tick, Observation& observation) {
      if (within(tick, 4, count)) observation.state[0] = value;
      return true;
    };
  };
}
/// Nothing new is sensed in `count` ticks from tick 4 on.
std::function<void(Rig&)> blind_for(int count) {
  return [=](Rig& rig) {
    rig.robot.on_read = [=](std::int64_t tick, Observation& observation) {
      if (within(tick, 4, count)) observation.fresh = false;
      return true;
    };
  };
}
/// What is sensed in tick t is what was the case in tick t - age.
std::function<void(Rig&)> late_sensor(int age) {
  return [=](Rig& rig) {
    rig.robot.on_read = [=, seen = std::vector<double>()](std::int64_t tick, Observation& observation) mutable {
      seen.push_back(observation.state[0]);
      if (tick == 0) return true;
      observation.state_step = tick - age;
      observation.fresh = tick >= age;
      if (observation.fresh) observation.state[0] = seen[seen.size() - 1 - static_cast<std::size_t>(age)];
      return true;
    };
  };
}
std::function<void(Rig&)> reads_fail(int count) {
  return
      [=](Rig& rig) { rig.robot.on_read = [=](std::int64_t tick, Observation&) { return !within(tick, 4, count); }; };
}
std::function<void(Rig&)> writes_fail(int count) {
  return [=](Rig& rig) { rig.robot.on_write = [=](std::int64_t tick) { return !within(tick, 4, count); }; };
}
/// The robot's counts of steps begin at `base`, and are these in tick 4.
std::function<void(Rig&)> counts(std::int64_t base, std::int64_t begun, std::int64_t done, std::int64_t state_step) {
  return [=](Rig& rig) {
    rig.robot.on_read = [=](std::int64_t tick, Observation& observation) {
      observation.steps_begun = tick == 4 ? begun : observation.steps_begun + base;
      observation.steps_done = tick == 4 ? done : observation.steps_done + base;
      observation.state_step = tick == 4 ? state_step : observation.state_step + base;
      return true;
    };
    rig.robot.base = base;
  };
}

std::vector<Row> rows() {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max(), kLeast = -kMost - 1;
  const auto limited = [](ChannelLimits limits) {
    ControlLoopOptions made = options();
    made.limits = {limits};
    return made;
  };
  const auto patient = [](int reads, int writes, int stale) {
    ControlLoopOptions made = options();
    made.max_read_failure = reads * kPeriod;
    made.max_write_failure = writes * kPeriod;
    made.max_stale = stale * kPeriod;
    return made;
  };
  const auto always = [](int) { return true; };
  return {
      {"nothing", options(), [](Rig&) {}, {"F30", 29, 0, 0us, "", 0, 20}},
      // The grid is kept; the robot goes on with its last command while it hears nothing. What is missed is made up for
      // by nobody, and if it was more than the plan knew, the robot is elsewhere than predicted.
      {"late by 1 period", options(), late_by(1), {"F30", 30, 1, 10000us, "", 0, 20}},
      {"late by 2 periods", options(), late_by(2), {"F30", 31, 2, 20000us, "", 0, 20}},
      {"late by 5 periods", options(), late_by(5), {"F30", 34, 5, 50000us, "", 0, 20}},
      {"late by 20 periods", options(), late_by(20), {"F30", 49, 20, 200000us, "", 1, 20}},
      {"late by 100 periods", options(), late_by(100), {"F30", 129, 100, 1000000us, "", 1, 20}},
      // A budget in passes is kept to, whatever they cost.
      {"a pass ten times slower, once",
       options(),
       passes_of(1ms, [](int pass) { return pass == 9; }),
       {"F30", 29, 0, 0us, "", 0, 20}},
      {"a pass ten times slower, always", options(), passes_of(1ms, always), {"F30", 70, 41, 0us, "", 29, 21}},
      // A pass that says what is no number is thrown away and ends the tick's refining; the next tick's decides, and
      // the report says so. If a model never says anything else, nothing is ever decided.
      {"NaN in the first pass",
       options(),
       nan_in([](int pass) { return pass == 0; }),
       {"H1 F29", 29, 0, 0us, "BadModel 1", 0, 20}},
      {"NaN in the second pass",
       options(),
       nan_in([](int pass) { return pass == 1; }),
       {"H1 F29", 29, 0, 0us, "BadModel 1", 0, 20}},
      {"NaN in the tenth pass",
       options(),
       nan_in([](int pass) { return pass == 9; }),
       {"F2 H1 F27", 29, 0, 0us, "BadModel 1", 0, 20}},
      {"NaN in every pass", options(), nan_in(always), {"H11 S19", 29, 0, 0us, "BadModel 11", 0, 3}},
      // What cannot be is as good as not read: the plan goes on, for as long as a read may fail.
      {"NaN observed", options(), senses(NAN), {"F4 H1 F25", 29, 0, 0us, "BadObservation 1", 0, 20}},
      {"infinity observed", options(), senses(INFINITY), {"F4 H1 F25", 29, 0, 0us, "BadObservation 1", 0, 20}},
      {"-infinity observed", options(), senses(-INFINITY), {"F4 H1 F25", 29, 0, 0us, "BadObservation 1", 0, 20}},
      {"no category observed", options(), senses(5.5), {"F4 H1 F25", 29, 0, 0us, "BadObservation 1", 0, 20}},
      {"a place that is none observed",
       options(),
       senses(test::kPlaces),
       {"F4 H1 F25", 29, 0, 0us, "BadObservation 1", 0, 20}},
      {"NaN observed 11 times",
       options(),
       senses(NAN, 11),
       {"F4 H10 S16", 29, 0, 0us, "BadObservation 11 Stale 1", 0, 17}},
      {"nothing sensed for 5 ticks", patient(10, 10, 5), blind_for(5), {"F30", 29, 0, 0us, "", 0, 20}},
      {"nothing sensed for 6 ticks", patient(10, 10, 5), blind_for(6), {"F9 S21", 29, 0, 0us, "Stale 1", 0, 12}},
      {"the state is 3 ticks old", options(), late_sensor(3), {"F30", 29, 0, 0us, "", 0, 20}},
      {"the state is older than the plan remembers", options(), late_sensor(6), {"F30", 29, 0, 0us, "", 0, 20}},
      {"read fails once", patient(20, 10, 1000), reads_fail(1), {"F4 H1 F25", 29, 0, 0us, "ReadFailed 1", 0, 20}},
      {"read fails 20 times", patient(20, 10, 1000), reads_fail(20), {"F4 H20 F6", 29, 0, 0us, "ReadFailed 20", 0, 20}},
      {"read fails 21 times", patient(20, 10, 1000), reads_fail(21), {"F4 H20 S6", 29, 0, 0us, "ReadFailed 21", 0, 20}},
      {"write fails once", patient(10, 2, 1000), writes_fail(1), {"F30", 29, 0, 0us, "WriteFailed 1", 0, 20}},
      {"write fails twice", patient(10, 2, 1000), writes_fail(2), {"F30", 29, 0, 0us, "WriteFailed 2", 0, 20}},
      {"write fails 3 times", patient(10, 2, 1000), writes_fail(3), {"F7 S23", 29, 0, 0us, "WriteFailed 3", 0, 10}},
      {"a command above its limit",
       limited({.high = 0.75, .rate = kUnlimited, .acceleration = kUnlimited}),
       [](Rig&) {},
       {"F30", 29, 0, 0us, "Limited 17", 0, 20}},
      {"a command too far from the last",
       limited({.rate = 40.0, .acceleration = kUnlimited}),
       [](Rig&) {},
       {"F30", 29, 0, 0us, "RateLimited 5", 3, 20}},
      {"steps that were done are not",
       options(0),
       counts(0, 0, 0, 0),
       {"F4 H1 F25", 29, 0, 0us, "BadObservation 1", 0, 20}},
      {"more steps done than begun",
       options(0),
       counts(0, 4, 6, 4),
       {"F4 H1 F25", 29, 0, 0us, "BadObservation 1", 0, 20}},
      {"a state from the future", options(0), counts(0, 4, 4, 9), {"F4 H1 F25", 29, 0, 0us, "BadObservation 1", 0, 20}},
      {"counts that overflow",
       options(0),
       counts(-5, kMost, kMost, kMost),
       {"F4 H1 F25", 29, 0, 0us, "BadObservation 1", 0, 20}},
      {"a state's count that overflows",
       options(0),
       counts(-5, -1, -1, kMost),
       {"F4 H1 F25", 29, 0, 0us, "BadObservation 1", 0, 20}},
      {"counts that underflow",
       options(0),
       counts(7, kLeast, kLeast, kLeast),
       {"F4 H1 F25", 29, 0, 0us, "BadObservation 1", 0, 20}},
  };
}

TEST(FaultMatrix, EveryFaultHasItsExactOutcome) {
  for (const Row& row : rows()) {
    Rig rig(row.options, 30);
    row.spoil(rig);
    ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk) << row.name;
    rig.loop.run({});
    const Outcome outcome = outcome_of(rig);
    EXPECT_EQ(outcome, row.expected) << row.name;
    // Whatever happens, the robot hears once a tick, of something that it can do.
    ASSERT_EQ(rig.robot.robot.written.size(), rig.reports.size()) << row.name;
    for (const auto& written : rig.robot.robot.written) {
      EXPECT_TRUE(written.action >= -1.5 && written.action <= 1.5) << row.name << ", tick " << written.tick;
    }
  }
}

TEST(FaultMatrix, PassesThatOutlastTheBudgetAreNotStarted) {
  // In real time, but whatever the machine: a pass takes ten budgets or more, so that none fits until the memory of it
  // has faded.
  ControlLoopOptions timed = options();
  timed.budget = Budget{.time = 2ms};
  Rig rig(timed, 20);
  rig.denoiser.cost = [](int) {
    // Not asleep: RealtimeSanitizer is right to object to that.
    for (const auto end = std::chrono::steady_clock::now() + 20ms; std::chrono::steady_clock::now() < end;) continue;
    return 0ms;
  };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  EXPECT_EQ(rig.denoiser.passes, 2) << "nobody could know, and the first might have been an accident";
  EXPECT_EQ(outcome_of(rig).sources, "F2 P18");
  EXPECT_EQ(rig.robot.robot.written[0].action, 1.0);
  EXPECT_EQ(rig.robot.robot.place(), kStart + 2) << "the rest is idle";
}

volatile std::sig_atomic_t terminated = 0;

TEST(FaultMatrix, ASignalInMidTickEndsTheLoopAfterTheTick) {
  Rig rig(options(), 30);
  terminated = 0;
  const auto before = std::signal(SIGTERM, [](int) { terminated = 1; });
  rig.robot.on_read = [&](std::int64_t tick, Observation&) {
    if (tick == 6) std::raise(SIGTERM);
    rig.ended = terminated != 0;
    return true;
  };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run({});
  std::signal(SIGTERM, before);
  EXPECT_EQ(outcome_of(rig).sources, "F7") << "tick 6 was done to its end";
  EXPECT_EQ(rig.robot.robot.written.back().tick, 6);
}

TEST(FaultMatrix, AStopRequestInMidTickEndsTheLoopAfterTheTick) {
  Rig rig(options(), 30);
  std::stop_source stop;
  rig.robot.on_read = [&](std::int64_t tick, Observation&) { return tick != 6 || stop.request_stop(); };
  ASSERT_EQ(rig.loop.reset(kTask), ResetResult::kOk);
  rig.loop.run(stop.get_token());
  EXPECT_EQ(outcome_of(rig).sources, "F7");
}

}  // namespace
}  // namespace ripen
