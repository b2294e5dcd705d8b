#pragma once
// The command line's choice between the rolling planner and what others do.

#include <CLI/CLI.hpp>
#include <string>

#include "opponents/gpt/gpt_planner.hpp"
#include "opponents/opponents.hpp"

namespace ripen::examples {

/// Declares --planner, --chunk and --plan-passes; what is set before is the default. gpt: takes the GPT-style modes as
/// well, and is set to the one that is asked for; null for programs without.
inline void declare_replanning(CLI::App& app, opponents::Options& options, const std::string& group,
                               std::optional<opponents::GptMode>* gpt = nullptr) {
  std::vector<std::string> names = opponents::names();
  std::string help =
      "rolling: the plan stays and ripens. To compare with: cold: begun anew every tick; chunk, chunk-ahead: "
      "made, done in part whatever is seen, made again, after or during that; reactive: no plan";
  if (gpt != nullptr) {
    names.insert(names.end(), opponents::gpt_names().begin(), opponents::gpt_names().end());
    help +=
        "; a GPT-style model of its own (--model): gpt-act: an action when a step begins; gpt-plan, gpt-plan-ahead: a "
        "plan, as chunk and chunk-ahead";
  }
  app.add_option_function<std::string>(
         "--planner",
         [&options, gpt](const std::string& name) {
           if (gpt != nullptr) *gpt = opponents::gpt_mode_of(name);
           options.kind = opponents::kind_of(name).value_or(opponents::Kind::kRolling);
         },
         help)
      ->check(CLI::IsMember(names))
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
