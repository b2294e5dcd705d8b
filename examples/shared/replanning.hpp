#pragma once
// The command line's choice between the rolling planner and what others do.

#include <CLI/CLI.hpp>
#include <string>

#include "opponents/opponents.hpp"

namespace ripen::examples {

/// Declares --planner, --chunk and --plan-passes; what is set before is the default.
inline void declare_replanning(CLI::App& app, opponents::Options& options, const std::string& group) {
  app.add_option_function<std::string>(
         "--planner", [&options](const std::string& name) { options.kind = opponents::kind_of(name).value(); },
         "rolling: the plan stays and ripens. To compare with: cold: begun anew every tick; chunk, chunk-ahead: "
         "made, done in part whatever is seen, made again, after or during that; reactive: no plan")
      ->check(CLI::IsMember(opponents::names()))
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
