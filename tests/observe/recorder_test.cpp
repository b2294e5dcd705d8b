#include "ripen/recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "ripen/error.hpp"
#include "ripen/recording.hpp"
#include "support/allocation_counter.hpp"
#include "support/line_world.hpp"
#include "support/tell.hpp"
#include "util/random.hpp"

namespace ripen {
namespace {

using test::LineRobot;
using test::tell;
using ::testing::HasSubstr;

using test::kTask;
constexpr std::array kStart{2.0};
constexpr int kPlanSteps = 6;

/// A line world under a recorded loop.
struct World {
  explicit World(Robot& robot, const RecorderOptions& options = {.plan_steps = kPlanSteps}, std::uint64_t seed = 1)
      : planner(denoiser, {.horizon = 24, .candidates = 8, .pass_windows = 8, .seed = seed}),
        recorder(planner, options),
        loop(planner, robot, clock,
             {.budget = Budget{.passes = 1},
              .limits = {kUnlimitedChannel},
              .max_read_failure = std::chrono::milliseconds(25)},
             {&recorder}) {
    EXPECT_EQ(loop.reset(kTask, kStart), ResetResult::kOk);
  }
  void step(std::int64_t tick) { loop.step(TimePoint(tick * period)); }
  void run(std::int64_t from, std::int64_t to) {
    for (std::int64_t tick = from; tick < to; ++tick) step(tick);
  }

  static constexpr std::chrono::nanoseconds period = std::chrono::milliseconds(5);
  test::LineDenoiser denoiser;
  Planner planner;
  ManualClock clock;
  Recorder recorder;
  ControlLoop loop;
};

/// Three hundred ticks with failed and broken reads, pushes and missed ticks; different for each seed.
Recording eventful(std::uint64_t seed) {
  Random random(seed);
  LineRobot robot(2, 3);
  robot.fails = [&](std::int64_t) { return random.below(20) == 0; };
  robot.broken = [&](std::int64_t) { return random.below(40) == 0; };
  World world(robot, {.plan_steps = kPlanSteps, .faults = 0, .severity = {}});
  for (std::int64_t tick = 0; tick < 300; tick += random.below(10) == 0 ? 3 : 1) {
    if (random.below(30) == 0) robot.push_to(random.below(test::kPlaces));
    world.step(tick);
  }
  return world.recorder.kept();
}

Recording replayed(const Recording& recording, std::uint64_t seed = 1) {
  RecordedRobot robot(recording);
  World world(robot, {.plan_steps = kPlanSteps, .faults = 0, .severity = {}}, seed);
  for (const RecordedTick& tick : recording.ticks) world.step(tick.report.tick);
  return world.recorder.kept();
}

std::string complaint(const std::function<void()>& call) {
  try {
    call();
    return "";
  } catch (const std::exception& error) {
    return error.what();
  }
}

TEST(RecorderTest, KeepsTheLastTicksAsTheyWere) {
  LineRobot robot(2, 3);
  World world(robot, {.ticks = 10, .ticks_after = 0, .plan_steps = kPlanSteps});
  world.run(0, 25);
  const Recording kept = world.recorder.kept();
  ASSERT_EQ(kept.ticks.size(), 10U);
  for (std::size_t i = 0; i < 10; ++i) {
    const RecordedTick& tick = kept.ticks[i];
    const LineRobot::Written& written = robot.written[15 + i];
    EXPECT_EQ(tick.report.tick, static_cast<std::int64_t>(15 + i));
    EXPECT_TRUE(tick.delivered);
    EXPECT_EQ((LineRobot::Written{tick.report.tick, tick.step, tick.report.source, tick.action[0], tick.next[0]}),
              written);
    ASSERT_EQ(tick.plan.size(), kPlanSteps * 2U);
    EXPECT_EQ(tick.plan[1], static_cast<Token>(tick.action[0] + test::kStay))
        << "the head of the plan is what was done";
  }
  EXPECT_EQ(kept.ticks.back().report.tick, world.loop.report().tick);
}

TEST(RecorderTest, SaysWhatTheTicksBought) {
  LineRobot robot(2, 3);
  World world(robot, {.ticks = 100, .ticks_after = 0});
  world.run(0, 30);
  robot.push_to(9);
  world.run(30, 100);
  const Recording kept = Recording::from_mcap(world.recorder.kept().to_mcap());
  LoopStatistics sums;
  float surprise = 0.0F;
  for (const RecordedTick& tick : kept.ticks) {
    const TickReport& r = tick.report;
    EXPECT_EQ(r.passes, r.revised + r.revealed + r.chosen) << r.tick;
    sums.revised += r.revised;
    sums.revealed += r.revealed;
    sums.chosen += r.chosen;
    sums.switched += r.switched ? 1 : 0;
    surprise += r.surprise;
  }
  const LoopStatistics& all = world.loop.statistics();
  EXPECT_EQ(sums.revised, all.revised);
  EXPECT_EQ(sums.revealed, all.revealed);
  EXPECT_EQ(sums.chosen, all.chosen);
  EXPECT_EQ(sums.switched, all.switched);
  EXPECT_EQ(all.passes, all.revised + all.revealed + all.chosen);
  EXPECT_GT(all.revised, 0);
  EXPECT_GT(all.revealed, 0);
  EXPECT_GT(all.chosen, 0);
  EXPECT_GT(surprise, 0.0F) << "somebody pushed it";
  EXPECT_FALSE(kept.ticks.front().report.settled);
}

TEST(RecorderTest, KnowsWhenItsTicksWere) {
  LineRobot robot(2, 3);
  World world(robot, {.ticks = 10, .ticks_after = 0});
  EXPECT_EQ(world.recorder.kept().start.count(), 0) << "there was no tick";
  world.run(0, 25);
  const auto now = [] { return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()); };
  world.step(25);
  const std::chrono::nanoseconds last = world.recorder.kept().start + 25 * World::period;
  EXPECT_LT(std::chrono::abs(last - now()), std::chrono::minutes(1)) << "of 1970, or of the system's start";
}

TEST(RecorderTest, AFaultEndsTheRecordingSomeTicksLaterAndTheLoopGoesOn) {
  LineRobot robot(2, 3);
  robot.fails = [](std::int64_t tick) { return tick == 50 || tick == 51 || tick == 80; };
  World world(robot, {.ticks = 20, .ticks_after = 5});
  world.run(0, 55);
  EXPECT_FALSE(world.recorder.ready());
  EXPECT_THROW((void)world.recorder.take(), RecordingError);
  world.run(55, 60);
  ASSERT_TRUE(world.recorder.ready());
  world.run(60, 100);  // nobody has taken it yet, so the next one is not over
  const Recording first = world.recorder.take();
  EXPECT_EQ(first.ticks.front().report.tick, 36);
  EXPECT_EQ(first.ticks.back().report.tick, 55);
  EXPECT_EQ(first.ticks[14].report.faults, kReadFailed);
  EXPECT_FALSE(first.ticks[14].delivered);
  EXPECT_FALSE(world.recorder.ready());
  world.run(100, 101);
  ASSERT_TRUE(world.recorder.ready());
  EXPECT_EQ(world.recorder.take().ticks.back().report.tick, 100);
  EXPECT_EQ(world.loop.statistics().ticks, 101);
}

TEST(RecorderTest, AStopEndsItAndSoDoesARequest) {
  LineRobot robot(2, 3);
  robot.fails = [](std::int64_t tick) { return tick >= 30; };
  World world(robot, {.ticks = 20, .ticks_after = 0, .faults = 0});
  world.run(0, 34);
  EXPECT_FALSE(world.recorder.ready());
  world.run(34, 60);  // the sixth failure in a row stops the robot
  ASSERT_TRUE(world.recorder.ready());
  EXPECT_EQ(world.recorder.take().ticks.back().report.tick, 35);
  world.run(60, 70);
  EXPECT_FALSE(world.recorder.ready()) << "a stop that lasts is no news";
  world.recorder.request();
  EXPECT_FALSE(world.recorder.ready());
  world.run(70, 71);
  EXPECT_EQ(world.recorder.take().ticks.back().report.tick, 70);
}

TEST(RecorderTest, WhatTheGuardDoesWhileARobotMovesEndsNothing) {
  LineRobot robot(2, 3);
  World world(robot, {.ticks = 10, .ticks_after = 0});
  std::int64_t tick = 0;
  for (; tick < 1000; ++tick) tell(world.recorder, {.tick = tick, .faults = tick % 2 == 0 ? kRateLimited : kLimited});
  EXPECT_FALSE(world.recorder.ready());
  tell(world.recorder, {.tick = tick, .faults = kRateLimited | kWriteFailed});
  ASSERT_TRUE(world.recorder.ready());
  EXPECT_EQ(world.recorder.take().ticks.back().report.tick, tick);
}

TEST(RecorderTest, ListsEveryProblemOfItsOptions) {
  test::LineDenoiser denoiser;
  Planner planner(denoiser, {.method = PlanMethod::kBeam, .horizon = 24, .candidates = 8, .pass_windows = 8});
  const std::string text =
      complaint([&] { const Recorder recorder(planner, {.ticks = 0, .plan_steps = 25, .period = {}}); });
  EXPECT_THAT(text, HasSubstr("ticks 0"));
  EXPECT_THAT(text, HasSubstr("ticks_after 200"));
  EXPECT_THAT(text, HasSubstr("plan_steps 25"));
  EXPECT_THAT(text, HasSubstr("period"));
}

TEST(RecordingTest, ComesBackAsItWas) {
  const Recording recording = eventful(3);
  ASSERT_GT(recording.ticks.size(), 200U);
  Recording noted = recording;
  noted.notes = {{"who", "a test"}, {"bytes", std::string("\0\xFF\n", 3)}};
  const Recording back = Recording::from_mcap(noted.to_mcap());
  EXPECT_EQ(back.layout, recording.layout);
  EXPECT_EQ(back.period, recording.period);
  EXPECT_EQ(back.start, recording.start);
  EXPECT_EQ(back.notes, noted.notes);
  EXPECT_FALSE(first_difference(recording, back));
  EXPECT_EQ(back.to_mcap(), noted.to_mcap()) << "durations too";
}

TEST(RecordingTest, FilesFromBeforeThereWereChunksAreRead) {
  const Recording old = Recording::load(RIPEN_CORPUS "/recording/three_ticks");
  EXPECT_EQ(old.ticks.size(), 3U);
  EXPECT_EQ(old.start.count(), 0);
  EXPECT_FALSE(first_difference(old, Recording::from_mcap(old.to_mcap())));
  Recording again = old;  // Decided anew by a ripen that says what passes were for.
  for (TickReport* report : {&again.ticks[0].report, &again.ticks[1].report, &again.ticks[2].report}) {
    EXPECT_EQ(report->revised, -1) << "nobody knows";
    report->revised = report->revealed = report->chosen = 2;
    report->surprise = 0.5F;
    report->settled = true;
  }
  EXPECT_FALSE(first_difference(old, again));
  again.ticks[1].report.passes += 1;
  EXPECT_TRUE(first_difference(old, again));
}

TEST(RecordingTest, IsSmallAndDated) {
  Recording recording = eventful(3);
  const std::string bytes = recording.to_mcap();
  EXPECT_LT(bytes.size(), 10'000 + 100 * recording.ticks.size()) << "1,000 a tick as JSON";
  recording.start = std::chrono::nanoseconds(1'700'000'000'000'000'000);
  EXPECT_EQ(Recording::from_mcap(recording.to_mcap()).start, recording.start);
}

TEST(RecordingTest, ReplaysBitForBit) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Recording recording = eventful(seed);
    const auto parting = first_difference(recording, replayed(Recording::from_mcap(recording.to_mcap())));
    ASSERT_FALSE(parting) << "seed " << seed << ", tick " << parting->tick << ": " << parting->what;
  }
}

TEST(RecordingTest, SaysWhereTwoRunsPart) {
  const Recording recording = eventful(3);
  Recording changed = recording;
  changed.ticks[120].action[0] = 0.5;
  changed.ticks[130].report.faults ^= kLimited;
  changed.ticks[110].report.compute += std::chrono::seconds(1);
  const std::int64_t tick = recording.ticks[120].report.tick;
  auto parting = first_difference(recording, changed);
  ASSERT_TRUE(parting);
  EXPECT_EQ(parting->tick, tick);
  EXPECT_THAT(parting->what, HasSubstr("/command/action/0: "));
  EXPECT_THAT(parting->what, HasSubstr(", 0.5"));
  changed.ticks.resize(100);
  parting = first_difference(recording, changed);
  ASSERT_TRUE(parting);
  EXPECT_EQ(parting->tick, recording.ticks[100].report.tick);

  // What the planner sees from some tick on is another world.
  Recording pushed = recording;
  for (std::size_t i = 90; i < pushed.ticks.size(); ++i) pushed.ticks[i].state[0] = 5;
  parting = first_difference(recording, replayed(pushed));
  ASSERT_TRUE(parting);
  EXPECT_GE(parting->tick, recording.ticks[90].report.tick);
}

TEST(RecordingTest, EveryTruncationIsAClearError) {
  Recording recording = eventful(5);
  recording.ticks.resize(3);
  const std::string bytes = recording.to_mcap();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_THROW((void)Recording::from_mcap(bytes.substr(0, size)), RecordingError) << size << " bytes";
    if (size == bytes.size() - 8) continue;
    const std::string ended = bytes.substr(0, size) + bytes.substr(bytes.size() - 8);  // as if it were whole
    ASSERT_THROW((void)Recording::from_mcap(ended), RecordingError) << size << " bytes and an end";
  }
}

TEST(RecordingTest, EveryFlippedBitIsAnErrorOrASoundRecording) {
  Recording recording = eventful(5);
  recording.ticks.resize(2);
  const std::string bytes = recording.to_mcap();
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    try {
      const Recording read = Recording::from_mcap(flipped);
      for (const RecordedTick& tick : read.ticks) {
        ASSERT_EQ(tick.state.size(), static_cast<std::size_t>(read.layout.states())) << "bit " << bit;
      }
    } catch (const std::exception&) {
    }
  }
}

class RecordingFileTest : public ::testing::Test {
 protected:
  RecordingFileTest() { std::filesystem::create_directory(folder_); }
  ~RecordingFileTest() override { std::filesystem::remove_all(folder_); }
  std::string folder_ = testing::TempDir() + "recording_" +
                        testing::UnitTest::GetInstance()->current_test_info()->name() + "_" + std::to_string(getpid());
};

TEST_F(RecordingFileTest, SavesAndLoads) {
  const Recording recording = eventful(3);
  recording.save(folder_ + "/a.mcap");
  EXPECT_FALSE(first_difference(recording, Recording::load(folder_ + "/a.mcap")));
  std::ofstream(folder_ + "/a.mcap", std::ios::app) << "more";
  EXPECT_THAT(complaint([&] { (void)Recording::load(folder_ + "/a.mcap"); }),
              HasSubstr(folder_ + "/a.mcap': cut short"));
  EXPECT_THAT(complaint([&] { (void)Recording::load(folder_ + "/b.mcap"); }), HasSubstr("No such file"));
}

TEST_F(RecordingFileTest, WhatCannotBeWrittenIsSaidBeforeAndAfterARun) {
  const Recording recording = eventful(3);
  const std::string missing = folder_ + "/none/a.mcap";
  const std::string why = "recording '" + missing + "': cannot be written: No such file or directory";
  EXPECT_EQ(complaint([&] { Recording::check_writable(missing); }), why);
  EXPECT_EQ(complaint([&] { recording.save(missing); }), why);
  Recording::check_writable(folder_ + "/a.mcap");
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  EXPECT_EQ(complaint([&] { recording.save("/dev/full"); }),
            "recording '/dev/full': cannot be written: No space left on device");
}

TEST_F(RecordingFileTest, TheWriterWritesWhatEndsAndTheLoopLosesNothingWhenTheFolderIsGone) {
  LineRobot robot(2, 3);
  robot.fails = [](std::int64_t tick) { return tick == 50 || tick == 150; };
  World world(robot, {.ticks = 20, .ticks_after = 0});
  RecordingWriter::Status status;
  {
    RecordingWriter writer(world.recorder, {.prefix = folder_ + "/fault", .files = 2, .notes = {{"robot", "line"}}});
    const auto wait = [&] {
      while (world.recorder.ready()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    };
    world.run(0, 100);
    wait();
    while (writer.status().written == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::filesystem::rename(folder_, folder_ + ".away");
    world.run(100, 200);
    wait();
    while (writer.status().failed == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::filesystem::rename(folder_ + ".away", folder_);
    world.recorder.request();
    world.run(200, 300);
    wait();
    while (writer.status().dropped == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    status = writer.status();
  }
  EXPECT_EQ(status.written, 1);
  EXPECT_EQ(status.failed, 1);
  EXPECT_EQ(status.dropped, 1);
  EXPECT_THAT(status.last_error, HasSubstr("fault-1.mcap': cannot be written: No such file or directory"));
  const Recording written = Recording::load(folder_ + "/fault-0.mcap");
  EXPECT_EQ(written.ticks.back().report.tick, 50);
  EXPECT_EQ(written.notes.at("robot"), "line");
  EXPECT_EQ(world.loop.statistics().ticks, 300);
  EXPECT_EQ(world.loop.statistics().missed, 0);
}

/// Writes some recordings with a writer of its own, and what it said of that.
std::string written(World& world, const RecordingWriterOptions& given, int recordings) {
  std::ostringstream text;
  RecordingWriterOptions options = given;
  options.logger = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
  options.logger->set_pattern("%l %v");
  const RecordingWriter writer(world.recorder, options);
  for (int i = 1; i <= recordings; ++i) {
    world.recorder.request();
    world.step(world.loop.report().tick + 1);
    const auto done = [&] {
      const RecordingWriter::Status status = writer.status();
      return status.written + status.failed + status.dropped == i;
    };
    while (!done()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return text.str();
}

TEST_F(RecordingFileTest, AProgramThatRunsAgainKeepsWhatItRecordedBefore) {
  LineRobot robot(2, 3);
  World world(robot, {.ticks = 20, .ticks_after = 0});
  const std::string prefix = folder_ + "/fault";
  std::filesystem::create_symlink("nowhere", prefix + "-1.mcap");
  written(world, {.prefix = prefix}, 1);
  const std::string said = written(world, {.prefix = prefix}, 2);
  EXPECT_EQ(said, "warning ripen: recorded the last ticks in '" + prefix + "-2.mcap'\n" +
                      "warning ripen: recorded the last ticks in '" + prefix + "-3.mcap'\n");
  EXPECT_TRUE(std::filesystem::is_symlink(prefix + "-1.mcap"));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/nowhere"));
  for (const int number : {0, 2, 3}) {
    const Recording one = Recording::load(prefix + "-" + std::to_string(number) + ".mcap");
    EXPECT_EQ(one.ticks.back().report.tick, std::max(0, number - 1));
  }
}

TEST_F(RecordingFileTest, AFolderThatIsNotThereIsSaidBeforeTheRun) {
  LineRobot robot(2, 3);
  World world(robot);
  const std::string prefix = folder_ + "/none/fault";
  EXPECT_EQ(complaint([&] { const RecordingWriter writer(world.recorder, {.prefix = prefix}); }),
            "recordings '" + prefix + "-*.mcap': cannot be written: No such file or directory");
  const RecordingWriter writer(world.recorder, {.prefix = prefix, .files = 0});  // It is to write none.
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(RecordingFileTest, DroppingIsSaidOnce) {
  LineRobot robot(2, 3);
  World world(robot, {.ticks = 20, .ticks_after = 0});
  const std::string prefix = folder_ + "/fault";
  EXPECT_EQ(written(world, {.prefix = prefix, .files = 1}, 4),
            "warning ripen: recorded the last ticks in '" + prefix + "-0.mcap'\n" +
                "warning ripen: recordings are dropped from now on: '" + prefix + "' has its 1 files\n");
}

/// In a process of its own: has it write a recording when there is no memory for it.
[[noreturn]] void write_without_memory(const std::string& prefix) {
  LineRobot robot(2, 3);
  World world(robot, {.ticks = 19'000, .ticks_after = 0, .plan_steps = 24});
  world.run(0, 19'000);  // The robot's own log has room for 20,000.
  const RecordingWriter writer(world.recorder, {.prefix = prefix});
  std::this_thread::sleep_for(std::chrono::milliseconds(10));  // so that the thread has its stack and heap
  const rlimit limit{.rlim_cur = 1 << 20, .rlim_max = RLIM_INFINITY};
  ::setrlimit(RLIMIT_AS, &limit);
  world.recorder.request();
  world.step(19'000);
  const auto over = [&] { return writer.status().failed + writer.status().written > 0; };
  while (!over()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::fputs(writer.status().last_error.c_str(), stderr);
  ::_exit(0);
}

TEST_F(RecordingFileTest, WithoutMemoryTheRecordingIsLostAndNotTheProcess) {
  if (!test::AllocationCounter::available()) GTEST_SKIP() << "the sanitizer needs memory of its own";
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // What other tests gave back to the heap would be memory.
  EXPECT_EXIT(write_without_memory(folder_ + "/fault"), testing::ExitedWithCode(0), "out of memory");
}

}  // namespace
}  // namespace ripen
