#pragma once
// The command line's choice of how the planner denoises.

#include <CLI/CLI.hpp>
#include <string>

#include "ripen/planner.hpp"
#include "shared/choice.hpp"

namespace ripen::examples {

/// Declares --candidates, --reveal-order and -passes, --temperature, --min-p, the guide's weights and --switch-margin;
/// what is set before is the default.
inline void declare_planning(CLI::App& app, PlannerOptions& options, const std::string& group) {
  app.add_option("--candidates", options.candidates, "Plans that compete; 1: there is only the one that is followed")
      ->capture_default_str()
      ->group(group);
  add_choice<RevealOrder>(app, "--reveal-order", options.reveal_order,
                          {{"plan", RevealOrder::kPlan},
                           {"surest", RevealOrder::kSurest},
                           {"coarse-to-fine", RevealOrder::kCoarseToFine},
                           {"random", RevealOrder::kRandom}},
                          "In which order a draft is revealed")
      ->group(group);
  app.add_option("--reveal-passes", options.reveal_passes, "Passes that reveal a draft")
      ->capture_default_str()
      ->group(group);
  app.add_option("--temperature", options.temperature,
                 "Of the draft that passes see; 1 and below: of what is done, too")
      ->capture_default_str()
      ->group(group);
  app.add_option("--min-p", options.min_p, "Tokens less likely than this share of the likeliest are not drawn")
      ->capture_default_str()
      ->group(group);
  app.add_option("--value-weight", options.value_weight, "What a step to the goal costs a candidate")
      ->capture_default_str()
      ->group(group);
  app.add_option("--likelihood-weight", options.likelihood_weight, "What a nat of surprise costs it")
      ->capture_default_str()
      ->group(group);
  app.add_option("--switch-margin", options.switch_margin, "By which a candidate must be better to be followed")
      ->capture_default_str()
      ->group(group);
}

}  // namespace ripen::examples
