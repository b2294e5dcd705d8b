#include "push_t/world.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <sstream>

#include "push_t/episodes.hpp"
#include "push_t/starts.hpp"

namespace ripen::push_t {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

double distance(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }

/// Positions [px], and the angle [rad] as a further number.
double difference(const State& a, const State& b) {
  return std::max({distance(a.agent, b.agent), distance(a.block.position, b.block.position),
                   std::abs(std::remainder(a.block.angle - b.block.angle, kTurn))});
}

/// Rows of numbers of a CSV file, without its heading.
std::vector<std::vector<double>> rows_of(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::vector<std::vector<double>> rows;
  std::string line, cell;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    auto& row = rows.emplace_back();
    while (std::getline(cells, cell, ',')) row.push_back(std::stod(cell));
  }
  return rows;
}

struct Fidelity {
  int transitions = 0, equal = 0, episodes = 0, open_loop = 0;
  double score = 0.0;
  int successes = 0;
};

/// Replays demonstrations: step by step from each recorded state, and from the first state on.
Fidelity replay(const std::vector<Episode>& episodes) {
  Fidelity result;
  for (const Episode& episode : episodes) {
    World guided, open;
    guided.place(episode.states[0]);
    open.place(episode.states[0]);
    double worst = 0.0, best = 0.0;
    for (std::size_t i = 0; i < episode.states.size(); ++i) {
      best = std::max(best, coverage(episode.states[i].block));
      // The agent moves whatever the block does; its speed, which was not recorded, follows from its past.
      guided.move_block(episode.states[i].block);
      guided.act(episode.targets[i]);
      if (i + 1 == episode.states.size()) break;
      open.act(episode.targets[i]);
      ++result.transitions;
      result.equal += difference(guided.state(), episode.states[i + 1]) <= 1e-3 ? 1 : 0;
      worst = std::max(worst, difference(open.state(), episode.states[i + 1]));
    }
    best = std::max(best, guided.coverage());  // What the last target led to was not recorded either.
    ++result.episodes;
    result.open_loop += worst <= 0.01 ? 1 : 0;
    result.score += reward_of(best);
    result.successes += best > kSuccessCoverage ? 1 : 0;
  }
  result.score /= result.episodes;
  return result;
}

TEST(World, MovesLikeTheRecordedOne) {
  const Fidelity shipped = replay(read_episodes(RIPEN_TEST_DATA "/first_4_demonstrations.npz"));
  EXPECT_EQ(shipped.episodes, 4);
  EXPECT_EQ(shipped.equal, shipped.transitions);
  EXPECT_EQ(shipped.open_loop, shipped.episodes);
}

TEST(World, MovesLikeTheRecordedOneInAllDemonstrations) {
  const std::string path = data_folder() + "/pusht_cchi_v7_lowdim.npz";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "there is no " << path << "; set RIPEN_PUSHT_DATA";
  const Fidelity all = replay(read_episodes(path));
  std::printf("one step: %d of %d transitions within 1e-3 px (%.2f %%); open loop: %d of %d within 0.01 px\n",
              all.equal, all.transitions, 100.0 * all.equal / all.transitions, all.open_loop, all.episodes);
  std::printf("demonstrations: score %.4f, %d above %.2f coverage\n", all.score, all.successes, kSuccessCoverage);
  EXPECT_EQ(all.transitions, 25444);
  EXPECT_GE(all.equal, 0.998 * all.transitions);
  EXPECT_GE(all.open_loop, 180);
  EXPECT_NEAR(all.score, 0.9465, 5e-4);
  EXPECT_EQ(all.successes, 7);
}

TEST(World, ResetIsThePublishedOne) {
  World world;
  world.reset({{0, 10}, {{20, 30}, 1}});
  EXPECT_NEAR(world.state().block.position.x, 57.866196, 1e-5);
  EXPECT_NEAR(world.state().block.position.y, 50.686398, 1e-5);
  for (const auto& row : rows_of(RIPEN_TEST_DATA "/first_observations.csv")) {
    world.reset(start_of(static_cast<std::uint32_t>(row[0])));
    EXPECT_LT(difference(world.state(), {{row[1], row[2]}, {{row[3], row[4]}, row[5]}}), 1e-3) << "seed " << row[0];
  }
}

TEST(Starts, AreThePublishedDraws) {
  const auto rows = rows_of(RIPEN_TEST_DATA "/start_states.csv");
  ASSERT_EQ(rows.size(), 56U);
  for (const auto& row : rows) {
    const State start = start_of(static_cast<std::uint32_t>(row[0]));
    EXPECT_LT(difference(start, {{row[1], row[2]}, {{row[3], row[4]}, row[5]}}), 1e-12) << "seed " << row[0];
  }
}

TEST(World, DoingNothingScoresWhatIsPublished) {
  double first = 0.0, best = 0.0;
  for (int i = 0; i < kPublishedStarts; ++i) {
    World world;
    world.reset(start_of(kPublishedSeed + static_cast<std::uint32_t>(i)));
    const Point here = world.state().agent;
    double score = reward_of(world.coverage());
    first += score / kPublishedStarts;
    for (int step = 0; step < 300; ++step) {
      world.act(here);
      score = std::max(score, reward_of(world.coverage()));
    }
    best += score / kPublishedStarts;
  }
  std::printf("doing nothing scores %.4f; %.4f once blocks that begin on the agent have slid off it\n", first, best);
  EXPECT_NEAR(first, 0.073, 5e-4);
  EXPECT_GE(best, first);
  EXPECT_LT(best, 0.08);
}

TEST(World, DisturbancesDoWhatTheySay) {
  World world;
  world.place({{100, 100}, {{300, 300}, 0.5}});
  world.push_agent({200, 0});
  world.move_block({{310, 290}, 0.7});
  EXPECT_EQ(world.state(), (State{{100, 100}, {{310, 290}, 0.7}}));
  world.act({100, 100});
  EXPECT_GT(world.state().agent.x, 100.5);
  world.place({{100, 100}, {{300, 300}, 0.5}});  // A fresh table has no memory.
  world.act({100, 100});
  EXPECT_NEAR(distance(world.state().agent, {100, 100}), 0.0, 1e-9);
}

}  // namespace
}  // namespace ripen::push_t
