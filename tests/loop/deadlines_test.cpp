// For how long each thing may be out of order: to the tick, whatever the period and the time are.

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "ripen/random.hpp"
#include "support/joint_world.hpp"

namespace ripen::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

/// One thing that is out of order.
struct Trouble {
  const char* name;
  nanoseconds ControlLoopOptions::*limit;
  std::uint32_t fault;                         // while it lasts; 0: only once the time is over
  std::uint32_t late_fault;                    // once the time is over; 0: none of its own
  std::function<void(JointRig&)> begin, mend;  // before a tick
};

const std::vector<Trouble>& troubles() {
  const auto reads = [](auto spoil) { return [=](JointRig& rig) { rig.robot.on_read = spoil; }; };
  static const std::function<void(JointRig&)> sound = [](JointRig& rig) {
    rig.robot.on_read = nullptr;
    rig.denoiser.broken = false;
  };
  static const std::vector<Trouble> all = {
      {"read", &ControlLoopOptions::max_read_failure, kReadFailed, 0,
       reads([](std::int64_t, Observation&) { return false; }), sound},
      {"NaN", &ControlLoopOptions::max_read_failure, kBadObservation, 0, reads([](std::int64_t, Observation& o) {
         o.state[0] = std::numeric_limits<double>::quiet_NaN();
         return true;
       }),
       sound},
      {"stale", &ControlLoopOptions::max_stale, 0, kStale, reads([](std::int64_t, Observation& o) {
         o.fresh = false;
         return true;
       }),
       sound},
      {"range", &ControlLoopOptions::max_out_of_range, kOutOfRange, 0, reads([](std::int64_t, Observation& o) {
         o.state[1] = 40.0;
         return true;
       }),
       sound}};
  return all;
}

struct Case {
  nanoseconds limit;
  int from, lasts;  // [ticks]
};

ControlLoopOptions options_for(const Trouble& trouble, nanoseconds limit) {
  ControlLoopOptions options;
  for (const auto other :
       {&ControlLoopOptions::max_read_failure, &ControlLoopOptions::max_write_failure, &ControlLoopOptions::max_stale,
        &ControlLoopOptions::max_bad_model, &ControlLoopOptions::max_out_of_range, &ControlLoopOptions::max_frozen}) {
    options.*other = kNever;
  }
  options.*trouble.limit = limit;
  return options;
}

TEST(DeadlinesTest, EachStopsTheRobotInTheFirstTickBeyondItsTime) {
  Random random(20);
  for (int i = 0; i < 200; ++i) {
    const Case given{.limit = random.below(300) * 1ms, .from = 1 + random.below(20), .lasts = 1 + random.below(40)};
    for (const Trouble& trouble : troubles()) {
      SCOPED_TRACE(std::string(trouble.name) + ": " + std::to_string(given.limit / 1ms) + " ms, ticks " +
                   std::to_string(given.from) + " and " + std::to_string(given.lasts) + " more");
      JointRig rig(-1.5, 1.5, options_for(trouble, given.limit));
      ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
      rig.run(given.from);
      trouble.begin(rig);
      rig.run(given.lasts);
      trouble.mend(rig);
      rig.run(5);
      const std::int64_t allowed = given.limit / kJointPeriod;
      const std::int64_t stops = given.lasts > allowed ? given.from + allowed : 1'000'000;
      for (const TickReport& report : rig.reports) {
        const bool lasts = report.tick >= given.from && report.tick < given.from + given.lasts;
        ASSERT_EQ(report.source >= CommandSource::kRamping, report.tick >= stops) << "tick " << report.tick;
        ASSERT_EQ(report.faults & (kReadFailed | kBadObservation | kOutOfRange), lasts ? trouble.fault : 0U);
        if (trouble.late_fault == 0) continue;
        ASSERT_EQ((report.faults & trouble.late_fault) != 0, lasts && report.tick >= stops) << "tick " << report.tick;
      }
    }
  }
}

TEST(DeadlinesTest, ATroubleThatComesAndGoesStartsItsTimeAnew) {
  for (const Trouble& trouble : troubles()) {
    SCOPED_TRACE(trouble.name);
    JointRig rig(-1.5, 1.5, options_for(trouble, 50ms));
    ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
    for (int i = 0; i < 20; ++i) {
      rig.run(1);
      trouble.begin(rig);
      rig.run(5);
      trouble.mend(rig);
    }
    for (const TickReport& report : rig.reports) ASSERT_LT(report.source, CommandSource::kRamping) << report.tick;
    trouble.begin(rig);
    rig.run(7);
    EXPECT_GE(rig.reports.back().source, CommandSource::kRamping);
  }
}

TEST(DeadlinesTest, NeverIsNever) {
  for (const Trouble& trouble : troubles()) {
    SCOPED_TRACE(trouble.name);
    JointRig rig(-1.5, 1.5, options_for(trouble, kNever));
    ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
    rig.run(3);
    trouble.begin(rig);
    rig.run(3000);
    for (const TickReport& report : rig.reports) ASSERT_LT(report.source, CommandSource::kRamping) << report.tick;
  }
}

TEST(DeadlinesTest, AModelThatGivesNoNumbersHasItsOwn) {
  for (const int allowed : {0, 1, 7}) {
    ControlLoopOptions options = options_for(troubles()[0], kNever);
    options.max_bad_model = allowed * kJointPeriod;
    JointRig rig(-1.0, 1.0, options);
    rig.denoiser.broken = true;
    ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
    rig.run(20);
    for (const TickReport& report : rig.reports) {
      // The first tick's pass is its fault, so that the time counts from there.
      EXPECT_EQ(report.source == CommandSource::kStopped, report.tick > allowed) << report.tick << " of " << allowed;
    }
    rig.denoiser.broken = false;
    rig.run(5);
    EXPECT_EQ(rig.reports.back().source, CommandSource::kStopped) << "until reset";
    ASSERT_EQ(rig.loop.reset(rig.task), ResetResult::kOk);
    rig.run(5);
    EXPECT_EQ(rig.reports.back().source, CommandSource::kFresh);
  }
}

TEST(DeadlinesTest, DefaultsAreThoseARobotSurvives) {
  const ControlLoopOptions options;
  for (const auto limit :
       {&ControlLoopOptions::max_read_failure, &ControlLoopOptions::max_write_failure, &ControlLoopOptions::max_stale,
        &ControlLoopOptions::max_stuck, &ControlLoopOptions::max_bad_model, &ControlLoopOptions::max_out_of_range}) {
    EXPECT_EQ(options.*limit, 100ms);
  }
  EXPECT_EQ(options.max_frozen, 500ms);
}

}  // namespace
}  // namespace ripen::test
