#include "maze/episode.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "maze/knows_the_way.hpp"
#include "maze/render.hpp"
#include "maze/report.hpp"
#include "ripen/error.hpp"
#include "ripen/native_denoiser.hpp"
#include "support/random_model.hpp"

namespace maze {
namespace {

/// Few weights, all of them random: where it leads is nowhere, but the same again.
ripen::ModelFile small_model(const Maze& maze) {
  return random_model(layout(maze), {.width = 64,
                                     .blocks = 0,
                                     .mixer_width = 64,
                                     .mixer_layers = 1,
                                     .mixer_heads = 1,
                                     .window = 12,
                                     .value_bins = 16,
                                     .tables = false});
}

Options options_of(const char* maze) {
  Options options;
  options.maze = find_maze(maze);
  options.protocol = Protocol::kMctd;
  options.passes = 2;
  options.virtual_time = true;
  options.planner.horizon = 8;
  options.planner.candidates = 3;
  options.planner.temperature = 0.0;  // Whatever is likeliest leads to a wall; what is drawn might arrive some time.
  return options;
}

TEST(Episode, RunsOnTheWorldsTimeToItsEnd) {
  const Options options = options_of("medium");
  ripen::NativeDenoiser denoiser(small_model(*options.maze));
  const Result result = run_episode(1, 0, options, denoiser);
  EXPECT_FALSE(result.succeeded);
  EXPECT_EQ(result.steps, 500) << "the protocol's";
  EXPECT_EQ(result.ticks, 501) << "in the last one nothing moves any more";
  EXPECT_EQ(result.missed, 0);
  EXPECT_GT(result.passes, 50);
  EXPECT_LE(result.passes, 2 * result.ticks);
  ASSERT_EQ(result.actions.size(), 500U);
  ASSERT_EQ(result.path.size(), 500U);
  EXPECT_EQ(distance(result.start, {0.0, 0.0}), 0.0);
  EXPECT_EQ(distance(result.goal, {20.0, 20.0}), 0.0);
  for (std::size_t i = 0; i + 1 < result.actions.size(); ++i) {
    ASSERT_LE(std::max(std::abs(result.actions[i].x), std::abs(result.actions[i].y)), 1.0) << i;
    if ((i + 1) % kStepTicks != 0) {
      EXPECT_EQ(result.actions[i].x, result.actions[i + 1].x) << "held through a step, " << i;
    }
    EXPECT_TRUE(options.maze->is_free(cell_of(result.path[i]))) << i;
  }
}

TEST(Episode, ACountOfPassesMakesItReproducible) {
  const Options options = options_of("teleport");
  ripen::NativeDenoiser denoiser(small_model(*options.maze));
  Options other = options;
  other.seed = 5;
  const Result once = run_episode(0, 3, options, denoiser), again = run_episode(0, 3, options, denoiser),
               elsewhere = run_episode(0, 3, other, denoiser);
  EXPECT_EQ(once.path.back().x, again.path.back().x);
  EXPECT_EQ(once.path.back().y, again.path.back().y);
  EXPECT_EQ(once.passes, again.passes);
  EXPECT_NE(once.start.x, elsewhere.start.x);
}

TEST(Episode, AGoodPlanIsFollowedToTheGoal) {
  for (const char* maze : {"medium", "large", "giant"}) {
    Options options = options_of(maze);
    options.protocol = Protocol::kStock;
    options.planner.horizon = 16;
    KnowsTheWay denoiser(*options.maze);
    for (int task = 1; task <= 5; ++task) {
      const Result result = run_episode(task, 0, options, denoiser);
      ASSERT_TRUE(result.succeeded) << maze << ", task " << task;
      EXPECT_LT(result.steps, 600) << maze << ", task " << task << ": the data's walker takes 504 without noise";
      EXPECT_LE(distance(result.path.back(), result.goal), kReached);
      const Point before = result.path[result.path.size() - 2];
      EXPECT_GT(distance(before, result.goal), kReached) << "it ends as soon as it is there";
    }
  }
}

/// Is in no hurry.
class Slow : public KnowsTheWay {
 public:
  using KnowsTheWay::KnowsTheWay;
  void run(const ripen::DenoiseBatch& batch) noexcept override {
    timespec begin{}, now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    do {
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    } while ((now.tv_sec - begin.tv_sec) * 1000000000 + now.tv_nsec - begin.tv_nsec < 3000000);
    KnowsTheWay::run(batch);
  }
};

TEST(Episode, TheWorldGoesOnWhileAPassLasts) {
  Options options = options_of("medium");
  options.passes = {};
  options.step_us = 1000;
  options.planner.candidates = 1;
  Slow denoiser(*options.maze);
  const Result result = run_episode(3, 0, options, denoiser);  // In virtual time, and nothing depends on real time.
  EXPECT_GT(result.passes, 0);
  EXPECT_GE(result.missed, 2 * (result.passes - 1)) << "each takes its control step and two more";
  EXPECT_GE(result.steps, result.missed);
}

TEST(Episode, WhoeverPlansIsToldOfAnotherGoal) {
  Options options = options_of("giant");
  options.event = EventKind::kGoal;
  options.planner.horizon = 16;
  KnowsTheWay denoiser(*options.maze);
  for (const char* name : {"rolling", "cold", "chunk", "chunk-ahead"}) {
    options.opponent = {.kind = *ripen::opponents::kind_of(name), .chunk = 4, .plan_passes = 2};
    const Result result = run_episode(1, 0, options, denoiser);
    ASSERT_EQ(result.event.kind, EventKind::kGoal) << name;
    EXPECT_TRUE(result.succeeded) << name;
    EXPECT_GT(distance(result.goal, result.event_place), kUnit / 2) << name;
    EXPECT_LE(distance(result.path.back(), result.event_place), kReached) << name;
    const auto json = nlohmann::json::parse(to_json(result));
    EXPECT_EQ(json["event"]["kind"], "goal");
    EXPECT_EQ(json["event"]["step"], result.event.step);
    EXPECT_EQ(json["event"]["place"], (std::vector{result.event_place.x, result.event_place.y}));
    EXPECT_EQ(json["goal"], (std::vector{result.goal.x, result.goal.y})) << "the first";
  }
}

TEST(Episode, AShovedPointGoesOn) {
  Options options = options_of("large");
  options.planner.horizon = 16;
  KnowsTheWay denoiser(*options.maze);
  const Result calm = run_episode(1, 0, options, denoiser);
  options.event = EventKind::kShove;
  const Result result = run_episode(1, 0, options, denoiser);
  ASSERT_EQ(result.event.kind, EventKind::kShove);
  EXPECT_TRUE(result.succeeded);
  const auto step = static_cast<std::size_t>(result.event.step);
  const double moved = distance(result.path[step - 1], result.event_place);
  EXPECT_GE(moved, 1.0);
  EXPECT_LE(moved, 2.0);
  for (std::size_t i = 0; i < step; ++i)
    ASSERT_EQ(calm.path[i].x, result.path[i].x) << "nothing else is different, " << i;
  EXPECT_LE(distance(result.path[step], result.event_place), 0.3);
  EXPECT_GT(distance(result.actions[step], calm.actions[step]), 0.0)
      << "the control step that sees it does something else";
}

TEST(Episode, AModelThatKnowsNothingOfABlockRunsIntoIt) {
  Options options = options_of("giant");
  options.event = EventKind::kBlock;
  options.planner.horizon = 16;
  KnowsTheWay denoiser(*options.maze);
  const Result result = run_episode(1, 0, options, denoiser);
  ASSERT_EQ(result.event.kind, EventKind::kBlock);
  EXPECT_FALSE(result.succeeded);
  for (const Point p : result.path) ASSERT_FALSE(cell_of(p) == result.event.blocked);
  EXPECT_LT(distance(result.path.back(), result.event_place), kUnit) << "it stands before it";
}

TEST(Episode, EveryPlannerDrives) {
  Options options = options_of("medium");
  ripen::NativeDenoiser denoiser(small_model(*options.maze));
  for (const std::string& name : ripen::opponents::names()) {
    options.opponent = {.kind = *ripen::opponents::kind_of(name), .chunk = 4, .plan_passes = 4};
    const Result result = run_episode(1, 0, options, denoiser);
    EXPECT_EQ(result.steps, 500) << name;
    EXPECT_GT(result.passes, 0) << name;
  }
}

TEST(Episode, IsRecordedAndDrawn) {
  const Options options = options_of("teleport");
  ripen::NativeDenoiser denoiser(small_model(*options.maze));
  Recording recording(1000, options.planner);
  const Result result = run_episode(1, 0, options, denoiser, {.recording = &recording});
  ASSERT_EQ(recording.size(), 101U);
  for (std::size_t i = 0; i < recording.size(); ++i) {
    EXPECT_EQ(recording[i].steps, static_cast<std::int64_t>(i) * kStepTicks);
    ASSERT_LE(recording[i].plan.size(), 8U);
    ASSERT_FALSE(recording[i].plan.empty()) << i;
    EXPECT_EQ(recording[i].plan.front().level, 0.0F) << "seen, frame " << i;
    EXPECT_LT(distance(recording[i].plan.front().at, recording[i].at), 0.01) << i;
  }
  EXPECT_EQ(recording[5].candidates.size(), 2U);
  EXPECT_FALSE(recording[5].candidates[0].empty());
  const std::string svg = to_svg(*options.maze, result, recording);
  EXPECT_TRUE(svg.starts_with("<svg "));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(std::ranges::count(svg, '<'), std::ranges::count(svg, '>'));
  EXPECT_LT(svg.size(), 1000000U);
  EXPECT_TRUE(to_svg(*options.maze, Result{}, Recording(1, options.planner)).ends_with("</svg>\n"));
}

TEST(Episode, IsShownAsItRuns) {
  const Options options = options_of("medium");
  ripen::NativeDenoiser denoiser(small_model(*options.maze));
  Snapshot nothing;
  nothing.frame.reserve(options.planner.horizon, 1);
  ripen::TripleBuffer<Snapshot> snapshots(nothing);
  EXPECT_EQ(draw(snapshots.latest(), {}), "") << "before anything has happened";
  const Result result = run_episode(1, 0, options, denoiser, {.view = &snapshots, .episode = 2, .episodes = 9});
  const Snapshot& last = snapshots.latest();
  EXPECT_EQ(last.passes, result.passes);
  EXPECT_EQ(last.frame.steps, 500);
  const std::string plain = draw(last, {.columns = 80, .rows = 24, .moves = true, .colour = false, .utf8 = false});
  EXPECT_TRUE(plain.starts_with("medium, task 1, episode 2 of 9: on the way   50.0 s\n")) << plain;
  for (const char* part : {"################", "@", "G", "control steps 500, missed 0\n"}) {
    EXPECT_NE(plain.find(part), std::string::npos) << part << " not in\n" << plain;
  }
  EXPECT_EQ(plain.find('\x1b'), std::string::npos);
  EXPECT_NE(draw(last, {}).find("\x1b[38;5;"), std::string::npos);
}

TEST(Episode, TheViewFitsEveryTerminal) {
  const Maze& giant = *find_maze("giant");
  Snapshot snapshot{.maze = &giant, .goal = {52.0, 36.0}};
  snapshot.frame.plan = {{{-100.0, 0.0}, 0.0F}, {{10.0, 1e6}, 0.5F}, {{4.0, 4.0}, 1.0F}};  // Outside: not drawn.
  for (int rows = 1; rows < 60; ++rows) {
    for (const int columns : {1, 20, 33, 64, 65, 200}) {
      const std::string text =
          draw(snapshot, {.columns = columns, .rows = rows, .moves = true, .colour = false, .utf8 = false});
      ASSERT_LT(std::ranges::count(text, '\n'), rows) << columns << " x " << rows << "\n" << text;
      for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
        ASSERT_LT(text.find('\n', begin) - begin, static_cast<std::size_t>(columns)) << columns << " x " << rows;
      }
    }
  }
}

TEST(Episode, OptionsThatDoNotFitAreRefused) {
  const Options options = options_of("medium");
  Options bad = options;
  bad.planner.tolerances = {1.0, 1.0};
  ripen::NativeDenoiser denoiser(small_model(*options.maze));
  EXPECT_THROW((void)run_episode(1, 0, bad, denoiser), ripen::OptionsError);
}

TEST(Report, HasOneObjectALineAndIntervals) {
  const std::vector<Result> results = {{.maze = "giant",
                                        .task = 1,
                                        .start = {1.0, 2.0},
                                        .goal = {3.0, 4.0},
                                        .succeeded = true,
                                        .steps = 2,
                                        .ticks = 3,
                                        .missed = 1,
                                        .passes = 6,
                                        .actions = {{0.5, 0.0}, {1.0, -1.0}},
                                        .path = {{1.1, 2.0}, {1.3, 1.8}}},
                                       {.maze = "giant", .task = 1, .steps = 1000, .ticks = 1001, .passes = 1000},
                                       {.maze = "giant", .task = 2, .succeeded = true, .steps = 400, .ticks = 401},
                                       {.maze = "giant", .task = 2, .interrupted = true, .steps = 7}};
  const auto json = nlohmann::json::parse(to_json(results[0]));
  EXPECT_EQ(json["maze"], "giant");
  EXPECT_EQ(json["task"], 1);
  EXPECT_EQ(json["start"], (std::vector{1.0, 2.0}));
  EXPECT_EQ(json["goal"], (std::vector{3.0, 4.0}));
  EXPECT_EQ(json["succeeded"], true);
  EXPECT_EQ(json["steps"], 2);
  EXPECT_EQ(json["missed"], 1);
  EXPECT_EQ(json["passes"], 6);
  EXPECT_EQ(json["actions"], (std::vector<std::vector<double>>{{0.5, 0.0}, {1.0, -1.0}}));
  EXPECT_EQ(json["path"], (std::vector<std::vector<double>>{{1.1, 2.0}, {1.3, 1.8}}));
  for (const char* part : {"wake_up", "compute", "slack", "observation_to_action"}) {
    for (const char* percentile : {"p50", "p90", "p99", "p999", "max"}) {
      EXPECT_TRUE(json["latency_us"][part].contains(percentile)) << part << ' ' << percentile;
    }
  }
  EXPECT_FALSE(json.contains("interrupted"));
  EXPECT_FALSE(json.contains("event"));
  EXPECT_EQ(nlohmann::json::parse(to_json(results[3]))["interrupted"], true);
  EXPECT_EQ(to_json(results[0]).find('\n'), std::string::npos);

  EXPECT_EQ(to_line(results[0], 1, 4), "episode 1/4, task 1: succeeded after 2 steps, 1 missed");
  EXPECT_EQ(to_line(results[1], 2, 4), "episode 2/4, task 1: not there after 1000 steps, 0 missed");
  EXPECT_EQ(to_line(results[3], 4, 4), "episode 4/4, task 2: interrupted after 7 steps, 0 missed");
  EXPECT_EQ(summary_of(results),
            "task 1: 1 of 2 succeeded, 50.0 % (95 % interval 9.5 to 90.5), after 2.0 steps on average\n"
            "task 2: 1 of 1 succeeded, 100.0 % (95 % interval 20.7 to 100.0), after 400.0 steps on average\n"
            "all: 2 of 3 succeeded, 66.7 % (95 % interval 20.8 to 93.9), after 201.0 steps on average; "
            "1405 control steps, 1 missed, 0.72 passes each, longest compute 0 us");
  EXPECT_EQ(summary_of({}), "no episode");
  EXPECT_EQ(summary_of(std::span(results).last(1)), "no episode");
}

}  // namespace
}  // namespace maze
