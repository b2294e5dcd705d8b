// What a reset asks for, what it says is missing, and what the loop does after one that began nothing.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "support/joint_world.hpp"
#include "support/loop_rig.hpp"

namespace ripen::test {
namespace {

using namespace std::chrono_literals;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(ResetTest, EveryResultHasAText) {
  std::set<std::string> texts;
  for (const auto result :
       {ResetResult::kOk, ResetResult::kNotRead, ResetResult::kNotSensed, ResetResult::kBadState, ResetResult::kBadGoal,
        ResetResult::kBadRest, ResetResult::kNothingToHold, ResetResult::kOutOfLimits, ResetResult::kPlannerRefused}) {
    texts.insert(to_text(result));
  }
  EXPECT_EQ(texts.size(), 9U);
  EXPECT_EQ(texts.count("?"), 0U);
  for (const std::string text :
       {to_text(StepResult::kDone), to_text(StepResult::kEnded), to_text(StepResult::kNotReset),
        to_text(RunResult::kStopRequested), to_text(RunResult::kEnded), to_text(RunResult::kNotReset)}) {
    EXPECT_GT(text.size(), 3U);
  }
}

TEST(ResetTest, AStateThatCannotBeIsRefused) {
  using Spoil = std::function<void(Observation&)>;
  static std::array<double, 2> elsewhere{};
  static std::array<bool, 2> seen_elsewhere{true, true};
  const std::vector<Spoil> spoils = {[](Observation& o) { o.state[0] = kNan; },
                                     [](Observation& o) { o.state[1] = -kInfinity; },
                                     [](Observation& o) { o.state_step = std::int64_t{1} << 62; },
                                     [](Observation& o) { o.state = elsewhere; },
                                     [](Observation& o) { o.state = o.state.first(1); },
                                     [](Observation& o) { o.seen = seen_elsewhere; },
                                     [](Observation& o) { o.state[0] = 9.0; }};
  for (std::size_t i = 0; i < spoils.size(); ++i) {
    JointRig rig(0.5, 1.0, {});
    rig.robot.on_read = [&](std::int64_t, Observation& observation) { return spoils[i](observation), true; };
    EXPECT_EQ(rig.loop.reset(rig.task), ResetResult::kBadState) << "case " << i;
    rig.robot.on_read = nullptr;
    EXPECT_EQ(rig.loop.reset(rig.task), ResetResult::kOk) << "case " << i;
  }
}

TEST(ResetTest, AStateThatIsGivenIsCheckedLikeOneThatIsRead) {
  JointRig rig(0.5, 1.0, {});
  for (const std::vector<double>& state : {std::vector{0.5}, {0.5, 12.0, 1.0}, {kNan, 12.0}, {0.5, kInfinity}, {}}) {
    EXPECT_EQ(rig.loop.reset(rig.task, state), ResetResult::kBadState) << state.size() << " values";
  }
  EXPECT_EQ(rig.loop.reset(rig.task, std::array{2.3, 12.0}), ResetResult::kBadState) << "out of the channel's range";
  EXPECT_EQ(rig.loop.reset(rig.task, std::array{0.5, 12.0}), ResetResult::kOk);
}

TEST(ResetTest, GoalsAreChannelsInTheirUnitsAndMayBeLeftOut) {
  JointRig rig(0.5, 1.0, {});
  for (const Task& task : {Task{.goal = {2.5, {}}}, Task{.goal = {-2.5, {}}}, Task{.goal = {1.0}},
                           Task{.goal = {1.0, {}, {}}}, Task{.goal = {1.0, 17.0}}, Task{.goal = {kInfinity, {}}}}) {
    EXPECT_EQ(rig.loop.reset(task), ResetResult::kBadGoal) << *task.goal[0] << ", " << task.goal.size() << " channels";
  }
  EXPECT_EQ(rig.loop.reset({.goal = {{}, {}}}), ResetResult::kPlannerRefused) << "this planner has to get somewhere";
  EXPECT_EQ(rig.loop.reset({}), ResetResult::kPlannerRefused);
  EXPECT_EQ(rig.loop.reset({.goal = {2.02, {}}}), ResetResult::kOk) << "the edge of the last bin";
}

TEST(ResetTest, ARestMustBeWithinWhatMayBeSent) {
  const ChannelLimits narrow{.low = -1.0, .high = 1.0, .rate = 5.0, .acceleration = 100.0, .measured_by = 0};
  JointRig rig(0.5, 0.8, {.limits = {narrow}});
  for (const double rest : {1.1, -1.1, kNan, kInfinity}) {
    EXPECT_EQ(rig.loop.reset({.goal = {0.8, {}}, .rest = {rest}}), ResetResult::kBadRest) << rest;
  }
  EXPECT_EQ(rig.loop.reset({.goal = {0.8, {}}, .rest = {-1.0}}), ResetResult::kOk);
}

TEST(ResetTest, ASensorThatIsLateIsAskedAgain) {
  JointRig rig(0.5, 1.0, {});
  int reads = 0;
  rig.robot.on_read = [&](std::int64_t, Observation& observation) {
    observation.fresh = ++reads > 3;
    return true;
  };
  int tries = 0;
  while (rig.loop.reset(rig.task) == ResetResult::kNotSensed) ++tries;
  EXPECT_EQ(tries, 3);
  rig.run(3);
  EXPECT_EQ(reads, 6) << "the read of the reset that succeeded is tick 0's";
  EXPECT_EQ(rig.reports[0].tick, 0);
  EXPECT_EQ(rig.reports[0].source, CommandSource::kFresh);
}

TEST(ResetTest, OneThatFailsLeavesTheRobotStopped) {
  for (const ResetResult wanted : {ResetResult::kNotRead, ResetResult::kNotSensed, ResetResult::kBadState,
                                   ResetResult::kBadGoal, ResetResult::kPlannerRefused}) {
    JointRig rig(-1.5, 1.5, {});
    ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
    rig.run(15);
    Task task = rig.task;
    rig.robot.on_read = [&](std::int64_t, Observation& observation) {
      if (wanted == ResetResult::kNotSensed) observation.fresh = false;
      if (wanted == ResetResult::kBadState) observation.state[0] = kNan;
      return wanted != ResetResult::kNotRead;
    };
    if (wanted == ResetResult::kBadGoal) task.goal = {7.0, {}};
    if (wanted == ResetResult::kPlannerRefused) task.goal = {};
    EXPECT_EQ(rig.loop.reset(task), wanted);
    rig.robot.on_read = nullptr;
    const double before = rig.robot.sent.back();
    rig.run(40);
    for (std::size_t tick = 15; tick < rig.reports.size(); ++tick) {
      EXPECT_GE(rig.reports[tick].source, CommandSource::kRamping) << to_text(wanted) << ", tick " << tick;
    }
    EXPECT_EQ(rig.reports.back().source, CommandSource::kStopped);
    EXPECT_NEAR(rig.robot.sent.back(), before, 0.05 * 5) << "no further than braking takes";
    ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
    rig.run(5);
    EXPECT_EQ(rig.reports.back().source, CommandSource::kFresh);
  }
}

TEST(ResetTest, WhileTicksGoOnCommandsGoOnFromWhatWasSent) {
  JointRig rig(-1.5, 1.5, {});
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.ticks = 1000;
  std::int64_t tick = 0;
  const auto step = [&](int ticks) {
    for (int i = 0; i < ticks; ++i) (void)rig.loop.step(TimePoint(tick++ * kJointPeriod));
  };
  step(20);
  const double moving = rig.robot.sent[19] - rig.robot.sent[18];
  EXPECT_GT(moving, 0.02);
  ASSERT_EQ(rig.loop.reset({.goal = {-1.5, {}}}), ResetResult::kOk) << "back again";
  step(60);
  for (std::size_t i = 1; i < rig.robot.sent.size(); ++i) {
    const double change = rig.robot.sent[i] - rig.robot.sent[i - 1];
    EXPECT_LE(std::abs(change), 0.05 + 1e-9) << "tick " << i;
    if (i < 2) continue;
    EXPECT_LE(std::abs(change - (rig.robot.sent[i - 1] - rig.robot.sent[i - 2])), 0.01 + 1e-9) << "tick " << i;
  }
  EXPECT_GT(rig.robot.sent[20], rig.robot.sent[19]) << "it cannot turn at once";
}

TEST(ResetTest, AfterARunThatEndedCommandsStartFromWhatIsMeasured) {
  JointRig rig(-1.5, 1.5, {});
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.run(20);
  rig.robot.angle_ = 0.3;  // Somebody has moved it while nothing was sent.
  ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
  rig.run(1);
  EXPECT_NEAR(rig.robot.sent.back(), 0.31, 1e-9) << "at rest there, and no faster than it may";
}

TEST(ResetTest, ACategoryNeedsARest) {
  const TokenLayout layout({{.name = "place", .role = SlotRole::kState, .vocabulary = kPlaces},
                            {.name = "gear", .role = SlotRole::kAction, .vocabulary = 3}});  // 0 is back, 1 is none
  class Gears : public LineDenoiser {
   public:
    explicit Gears(const TokenLayout& layout) : layout_(layout) {}
    [[nodiscard]] const TokenLayout& layout() const noexcept override { return layout_; }

   private:
    const TokenLayout& layout_;
  } denoiser(layout);
  Planner planner(denoiser,
                  {.method = PlanMethod::kBeam, .horizon = 24, .history = 4, .candidates = 4, .pass_windows = 4});
  LineRobot robot(3);
  ManualClock clock;
  ControlLoop loop(planner, robot, clock, {.budget = Budget{.passes = 4}});
  EXPECT_EQ(loop.reset({.goal = {20.0}}), ResetResult::kBadRest);
  for (const double none : {3.0, -1.0, 0.5}) {
    EXPECT_EQ(loop.reset({.goal = {20.0}, .rest = {none}}), ResetResult::kBadRest) << none;
  }
  EXPECT_EQ(loop.reset({.goal = {20.0}, .rest = {1.0}}), ResetResult::kOk);
  (void)loop.step(TimePoint(0s));
  EXPECT_EQ(robot.written[0].action, 2.0) << "to the right, as a number";
}

}  // namespace
}  // namespace ripen::test
