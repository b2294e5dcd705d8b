#pragma once
// Who is compared in quality_vs_budget, and what is varied.

#include <algorithm>
#include <vector>

#include "cube_solver/options.hpp"

namespace ripen::quality {

/// What is not the library's default is best for the contender, chosen on seed 71: README.md.
struct Contender {
  const char* name;
  opponents::Kind kind;
  int plan_passes = opponents::Options{}.plan_passes;
  int chunk = opponents::Options{}.chunk;
  int wait_passes = 0;
  PlanMethod method = PlanMethod::kBeam;
};

inline constexpr Contender kContenders[] = {
    {"rolling", opponents::Kind::kRolling},
    {.name = "rolling-waits", .kind = opponents::Kind::kRolling, .wait_passes = 256},
    {.name = "window", .kind = opponents::Kind::kRolling, .method = PlanMethod::kDenoise},
    {"cold", opponents::Kind::kCold},
    {"chunk", opponents::Kind::kChunk, 256, 4},
    {"chunk-ahead", opponents::Kind::kChunkAhead, 1024, 2},
    {"chunk-ahead-1", opponents::Kind::kChunkAhead, 1024, 1},
    {"reactive", opponents::Kind::kReactive},
};

/// One thing that is varied, the others being as they are by default.
struct Sweep {
  const char* name;
  const char* label;
  std::vector<double> values;
  bool log_x;
  void (*set)(cube::Options&, double);
  bool of_width = false;  // The values are widths, of models beside the one that is named.
};

inline std::vector<Sweep> sweeps(bool small) {
  const auto few = [&](std::vector<double> all, std::vector<double> some) { return small ? some : all; };
  return {
      {"passes", "passes a tick", few({1, 2, 4, 8, 16, 32}, {2, 8, 16}), true,
       [](cube::Options& o, double v) { o.passes = static_cast<int>(v); }},
      {"time", "time to refine in a tick [ms]", few({0.1, 0.3, 1, 4, 10, 30, 100}, {0.3, 4}), true,
       [](cube::Options& o, double v) {
         o.passes.reset();
         o.budget_us = static_cast<int>(1000 * v);
         o.tick_us = std::max(o.tick_us, static_cast<int>(1000 * v / cube::kDefaultBudget));
       }},
      {"candidates", "candidates", few({4, 16, 64, 256}, {16, 64}), true,
       [](cube::Options& o, double v) { o.planner.candidates = static_cast<int>(v); }},
      {"horizon", "steps in the plan", few({24, 48, 96, 192}, {48, 96}), true,
       [](cube::Options& o, double v) { o.planner.horizon = static_cast<int>(v); }},
      {"value-weight", "what an expected step to the goal costs", few({0.3, 0.5, 1, 1.5, 2.5}, {0.5, 1}), true,
       [](cube::Options& o, double v) { o.planner.value_weight = v; }},
      {"noise", "spread of the random bonus", few({0, 0.1, 0.25, 0.5, 1}, {0.1, 0.25}), false,
       [](cube::Options& o, double v) { o.planner.noise = v; }},
      {"plan-passes", "most passes of a plan", few({16, 64, 256, 1024}, {64, 256}), true,
       [](cube::Options& o, double v) { o.opponent.plan_passes = static_cast<int>(v); }},
      {"wait-passes", "most passes waited for a plan", few({16, 64, 256, 1024}, {64, 256}), true,
       [](cube::Options& o, double v) { o.planner.wait_passes = static_cast<int>(v); }},
      {"chunk", "steps done of a plan", few({1, 2, 4, 8, 16, 32}, {2, 8}), true,
       [](cube::Options& o, double v) { o.opponent.chunk = static_cast<int>(v); }},
      {"quarter", "time of a quarter turn [ms]", few({10, 20, 40, 80, 160}, {20, 80}), true,
       [](cube::Options& o, double v) { o.quarter_us = static_cast<int>(1000 * v); }},
      {"disturb", "disturbances a turn", few({0, 0.02, 0.05, 0.1, 0.2}, {0, 0.1}), false,
       [](cube::Options& o, double v) { o.disturb_rate = v; }},
      // Only who may be surprised minds the age of what is sensed.
      {"latency", "age of what is sensed [ticks], 5 % disturbances", few({0, 1, 2, 4, 8}, {0, 4}), false,
       [](cube::Options& o, double v) {
         o.disturb_rate = 0.05;
         o.sensor_latency_ticks = static_cast<int>(v);
       }},
      {"width", "width of the model [features]", std::vector<double>{128, 256}, true, [](cube::Options&, double) {},
       true},
  };
}

}  // namespace ripen::quality
