#include "opponents/opponents.hpp"

#include <algorithm>

#include "opponents/chunk.hpp"
#include "opponents/cold.hpp"
#include "opponents/reactive.hpp"
#include "ripen/error.hpp"
#include "util/problems.hpp"

namespace ripen::opponents {

std::string Options::validate(int horizon) const {
  Problems problems("opponent");
  if (kind == Kind::kChunk || kind == Kind::kChunkAhead) {
    problems.range("chunk", chunk, 1, horizon);
    problems.range("plan_passes", plan_passes, 1, 1 << 20);
  }
  return problems.text();
}

const std::vector<std::string>& names() {
  static const std::vector<std::string> kNames = {"rolling", "cold", "chunk", "chunk-ahead", "reactive"};
  return kNames;
}

std::optional<Kind> kind_of(std::string_view name) {
  const auto found = std::ranges::find(names(), name);
  if (found == names().end()) return std::nullopt;
  return static_cast<Kind>(found - names().begin());
}

std::unique_ptr<PlanSource> make(Denoiser& denoiser, const PlannerOptions& planner, const Options& options,
                                 const Transition* transition, const Clock* clock) {
  if (const std::string problems = options.validate(planner.horizon); !problems.empty()) throw OptionsError(problems);
  switch (options.kind) {
    case Kind::kCold:
      return std::make_unique<Cold>(denoiser, planner, transition, clock);
    case Kind::kChunk:
    case Kind::kChunkAhead:
      return std::make_unique<Chunk>(denoiser, planner, options, transition, clock);
    case Kind::kReactive:
      return std::make_unique<Reactive>(denoiser, planner, transition, clock);
    case Kind::kRolling:
      break;
  }
  return std::make_unique<Planner>(denoiser, planner, transition, clock);
}

}  // namespace ripen::opponents
