#pragma once
// The command line's choice between rolling plans and what others do.

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "ripen/planner.hpp"

namespace ripen::examples {

/// Declares --planner, --chunk and --plan-passes; what is set before is the default.
inline void declare_replanning(CLI::App& app, PlannerOptions& options, const std::string& group) {
  static const std::map<std::string, Replanning> kNames = {{"rolling", Replanning::kRolling},
                                                           {"cold", Replanning::kCold},
                                                           {"chunk", Replanning::kChunk},
                                                           {"chunk-ahead", Replanning::kChunkAhead},
                                                           {"reactive", Replanning::kReactive}};
  app.add_option_function<std::string>(
         "--planner", [&options](const std::string& name) { options.replanning = kNames.at(name); },
         "rolling: the plan stays and ripens. To compare with: cold: begun anew every tick; chunk, chunk-ahead: "
         "made, done in part whatever is seen, made again, after or during that; reactive: no plan")
      ->check(CLI::IsMember({"rolling", "cold", "chunk", "chunk-ahead", "reactive"}))
      ->default_str("rolling")
      ->group(group);
  app.add_option("--chunk", options.chunk, "Steps done of each plan (chunk, chunk-ahead)")
      ->capture_default_str()
      ->group(group);
  app.add_option("--plan-passes", options.plan_passes, "Passes that make a plan (chunk, chunk-ahead)")
      ->capture_default_str()
      ->group(group);
}

}  // namespace ripen::examples
