#include "ripen/live_report.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <string>
#include <thread>

#include "ripen/error.hpp"
#include "support/line_world.hpp"
#include "support/tell.hpp"

namespace ripen {
namespace {

using std::chrono::microseconds;
using test::tell;

TEST(LiveReportTest, CountsWhatItIsTold) {
  LiveReport live;
  EXPECT_EQ(live.counts().ticks, 0);
  tell(live, {.tick = 0, .wake_up = microseconds(5), .compute = microseconds(100), .slack = microseconds(900)});
  tell(live, {.tick = 3,
              .missed = 2,
              .compute = microseconds(2000),
              .slack = microseconds(-1000),
              .passes = 7,
              .revised = 1,
              .revealed = 4,
              .chosen = 2,
              .source = CommandSource::kHeld,
              .switched = true,
              .faults = kReadFailed | kStale});
  const LiveCounts& counts = live.counts();
  EXPECT_EQ(counts.last.tick, 3);
  EXPECT_EQ(counts.last.compute, microseconds(2000));
  EXPECT_EQ(counts.ticks, 2);
  EXPECT_EQ(counts.missed, 2);
  EXPECT_EQ(counts.late, 1);
  EXPECT_EQ(counts.passes, 7);
  EXPECT_EQ(counts.revised, 1);
  EXPECT_EQ(counts.revealed, 4);
  EXPECT_EQ(counts.chosen, 2);
  EXPECT_EQ(counts.switched, 1);
  EXPECT_EQ(counts.sources, (std::array<std::int64_t, 5>{1, 0, 1, 0, 0}));
  EXPECT_EQ(counts.faults[0], 1) << "kReadFailed";
  EXPECT_EQ(counts.faults[6], 1) << "kStale";
  EXPECT_EQ(std::accumulate(counts.faults.begin(), counts.faults.end(), std::int64_t{0}), 2);
  const LiveTimes& times = live.times();
  EXPECT_EQ(times.compute.count(), 2);
  EXPECT_EQ(times.compute.max(), microseconds(2000));
  EXPECT_EQ(times.wake_up.max(), microseconds(5));
  EXPECT_EQ(times.slack.percentile(0.0), microseconds(0));
}

TEST(LiveReportTest, AReaderThatStaysAwayMissesTimesAndIsTold) {
  LiveReport live(10);
  for (int tick = 0; tick < 100; ++tick) tell(live, {.tick = tick});
  EXPECT_EQ(live.counts().ticks, 100);
  EXPECT_EQ(live.counts().untold, 90);
  EXPECT_EQ(live.times().compute.count(), 10);
  for (int tick = 100; tick < 105; ++tick) tell(live, {.tick = tick});
  EXPECT_EQ(live.times().compute.count(), 15);
  EXPECT_EQ(live.counts().untold, 90);
  EXPECT_THROW(LiveReport(0), OptionsError);
}

TEST(LiveReportTest, EachReaderHasItsOwn) {
  LiveReport display, watchdog(8);
  for (int tick = 0; tick < 30; ++tick) {
    const TickReport report{.tick = tick, .compute = microseconds(100 + tick), .passes = 2};
    EXPECT_TRUE(tell(display, report));
    EXPECT_TRUE(tell(watchdog, report));
    if (tick == 10) {
      EXPECT_EQ(display.times().compute.count(), 11);
    }
  }
  EXPECT_EQ(display.times().compute.count(), 30) << "another look takes nothing away";
  EXPECT_EQ(display.times().compute.count(), 30);
  EXPECT_EQ(display.times().compute.max(), microseconds(129));
  EXPECT_EQ(display.counts().untold, 0);
  EXPECT_EQ(watchdog.times().compute.count(), 8);
  EXPECT_EQ(watchdog.counts().untold, 22);
  EXPECT_EQ(watchdog.counts().passes, 60) << "counts miss nothing";
}

TEST(LiveReportTest, EveryFaultAndEverySourceIsCountedByItself) {
  LiveReport live;
  std::int64_t tick = 0;
  for (std::size_t bit = 0; bit < 32; ++bit) {
    for (std::size_t times = 0; times <= bit; ++times) tell(live, {.tick = tick++, .faults = std::uint32_t{1} << bit});
  }
  for (std::size_t bit = 0; bit < 32; ++bit) {
    EXPECT_EQ(live.counts().faults[bit], static_cast<std::int64_t>(bit + 1)) << bit;
  }
  EXPECT_EQ(live.counts().sources[0], tick);
  for (std::size_t source = 1; source < 5; ++source) {
    tell(live, {.tick = tick++, .slack = microseconds(-1), .source = static_cast<CommandSource>(source)});
    EXPECT_EQ(live.counts().sources[source], 1) << source;
    EXPECT_EQ(live.counts().last.source, static_cast<CommandSource>(source));
  }
  EXPECT_EQ(live.counts().late, 4);
  EXPECT_EQ(live.times().slack.max().count(), 0) << "negative slack counts as none";
}

TEST(LiveReportTest, SaysWhichNumberOfReportsIsWrong) {
  for (const int reports : {0, -1, (1 << 24) + 1}) {
    try {
      const LiveReport live(reports);
      ADD_FAILURE() << reports;
    } catch (const OptionsError& error) {
      EXPECT_NE(std::string(error.what()).find("reports " + std::to_string(reports)), std::string::npos);
    }
  }
}

TEST(LiveReportTest, AnotherThreadSeesOneWholeTickAtATime) {
  constexpr std::int64_t kTicks = 20'000;
  LiveReport live;
  std::atomic<bool> over = false;
  std::int64_t looks = 0, seen = 0, torn = 0, backwards = 0;
  {
    const std::jthread reader([&] {
      for (bool last = false; !last; ++looks) {
        last = over;
        const LiveCounts& counts = live.counts();
        if (counts.ticks == 0) continue;
        const bool whole =
            std::accumulate(counts.sources.begin(), counts.sources.end(), std::int64_t{0}) == counts.ticks &&
            counts.last.tick + 1 == counts.ticks + counts.missed &&
            counts.faults[0] == (counts.last.tick + 50) / 100;  // kReadFailed: every hundredth, which is never missed
        torn += whole ? 0 : 1;
        backwards += counts.ticks < seen ? 1 : 0;
        seen = counts.ticks;
        if (looks % 16 != 0) continue;
        const std::int64_t told = live.times().compute.count();
        torn += told > live.counts().ticks + 1 ? 1 : 0;  // A tick tells its report just before its counts.
      }
    });
    test::LineDenoiser denoiser;
    Planner planner(denoiser, {.method = PlanMethod::kBeam, .horizon = 24, .candidates = 8, .pass_windows = 8});
    test::LineRobot robot(2, 3);
    robot.fails = [](std::int64_t tick) { return tick % 100 == 50; };
    ManualClock clock;
    ControlLoop loop(planner, robot, clock, test::with_limits({.budget = Budget{.passes = 1}}), {&live});
    ASSERT_EQ(loop.reset(test::kTask), ResetResult::kOk);
    for (std::int64_t tick = 0; tick < kTicks; ++tick) {
      if (tick % 7 == 3 && tick % 100 != 50) continue;  // missed
      loop.step(TimePoint(tick * std::chrono::milliseconds(5)));
    }
    over = true;
  }
  EXPECT_EQ(torn, 0) << "of " << looks << " looks";
  EXPECT_EQ(backwards, 0);
  EXPECT_EQ(seen, live.counts().ticks) << "the last look sees the last tick";
  EXPECT_EQ(live.times().compute.count() + live.counts().untold, live.counts().ticks);
  EXPECT_GT(seen, kTicks / 2);
}

}  // namespace
}  // namespace ripen
