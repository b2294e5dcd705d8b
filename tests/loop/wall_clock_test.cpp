// Somebody sets the wall clock while the robot moves, or a signal comes in mid-sleep: the grid does not notice. This
// program's clocks are replaced: the wall clock jumps an hour whenever it is asked, and sleeps are interrupted.

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <vector>

#include "ripen/control_loop.hpp"
#include "support/line_world.hpp"

namespace {

// What this thread asked of the clocks while it was watched.
thread_local bool watched = false;
thread_local int wall_clock_reads = 0, other_sleeps = 0, interruptions = 0;
thread_local long jump = 0;  // [s]

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const long result = syscall(SYS_clock_gettime, clock, time);
  if (watched && clock == CLOCK_REALTIME) {
    ++wall_clock_reads;
    jump = jump > 0 ? -3600 : 3600;
    time->tv_sec += jump;
  }
  return static_cast<int>(result);
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* request, timespec* remaining) {
  if (watched && (clock != CLOCK_MONOTONIC || flags != TIMER_ABSTIME)) ++other_sleeps;
  if (watched && ++interruptions % 2 == 1) return EINTR;
  return syscall(SYS_clock_nanosleep, clock, flags, request, remaining) == 0 ? 0 : errno;
}

}  // extern "C"

namespace ripen {
namespace {

using namespace std::chrono_literals;

/// Notes when each tick began, on the clock of the grid.
class Timekeeper : public TickObserver {
 public:
  bool on_tick(const Tick& tick) noexcept override {
    reports.push_back(tick.report);
    return reports.size() < 20;
  }
  std::vector<TickReport> reports;
};

TEST(WallClock, IsNeverAskedAndNoSignalWakesATickEarly) {
  test::LineDenoiser denoiser;
  Planner planner(denoiser,
                  {.method = PlanMethod::kBeam, .horizon = 24, .history = 4, .candidates = 4, .pass_windows = 4});
  test::LineRobot robot(3, 1, true);
  SteadyClock clock;
  Timekeeper timekeeper;
  ControlLoop loop(planner, robot, clock,
                   {.period = 1ms, .budget = Budget{.passes = 8}, .step_ticks = 1, .limits = {kUnlimitedChannel}},
                   {&timekeeper});
  std::vector<TimePoint> begun;
  const TimePoint begin = clock.now();
  robot.on_write = [&](std::int64_t) { begun.push_back(clock.now()); };
  ASSERT_EQ(loop.reset(test::kTask), ResetResult::kOk);
  watched = true;
  timespec wall{}, again{};
  clock_gettime(CLOCK_REALTIME, &wall);
  clock_gettime(CLOCK_REALTIME, &again);
  ASSERT_GE(std::abs(again.tv_sec - wall.tv_sec), 7000) << "nothing was replaced";
  wall_clock_reads = 0;
  loop.run({});
  watched = false;
  EXPECT_EQ(wall_clock_reads, 0);
  EXPECT_EQ(other_sleeps, 0) << "not until an instant of the monotonic clock";
  EXPECT_GT(interruptions, 0);
  ASSERT_EQ(timekeeper.reports.size(), 20U);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_GE(begun[i] - begin, timekeeper.reports[i].tick * 1ms) << "tick " << i << " came early";
    EXPECT_EQ(timekeeper.reports[i].source, CommandSource::kFresh);
  }
}

}  // namespace
}  // namespace ripen
