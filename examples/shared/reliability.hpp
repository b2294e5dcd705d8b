#pragma once
// Whether a planner's levels are the probabilities that they claim to be.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "plan/posterior.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/planner.hpp"

namespace ripen::examples {

/// Of the tokens whose level is in one tenth of [0, 1].
struct Tenth {
  std::int64_t tokens = 0;
  double level = 0.0;         ///< their sum
  std::int64_t came_off = 0;  ///< of those, what came was another token; of a binned channel, one outside of the mode
};

/// By tenths of the level, states and actions apart.
struct ReliabilityTable {
  std::array<Tenth, 10> states, actions;

  void add(const ReliabilityTable& other) {
    for (std::size_t t = 0; t < states.size(); ++t) {
      for (const auto& [to, from] :
           {std::pair(&states[t], &other.states[t]), std::pair(&actions[t], &other.actions[t])}) {
        to->tokens += from->tokens;
        to->level += from->level;
        to->came_off += from->came_off;
      }
    }
  }
};

/// One line a tenth: of what, from which level on, tokens, mean level, share that came to be something else.
inline std::string to_csv(const ReliabilityTable& table) {
  std::string text = "of,from_level,tokens,mean_level,came_off\n";
  for (const auto& [name, tenths] : {std::pair("states", &table.states), std::pair("actions", &table.actions)}) {
    for (std::size_t t = 0; t < tenths->size(); ++t) {
      const Tenth& tenth = (*tenths)[t];
      const auto tokens = static_cast<double>(std::max<std::int64_t>(1, tenth.tokens));
      char line[128];
      std::snprintf(line, sizeof line, "%s,%.1f,%lld,%.4f,%.4f\n", name, static_cast<double>(t) / 10.0,
                    static_cast<long long>(tenth.tokens), tenth.level / tokens,
                    static_cast<double>(tenth.came_off) / tokens);
      text += line;
    }
  }
  return text;
}

/// Compares what was planned for a step, in each tick before it, with what was seen and sent in it. For robots whose
/// steps are ticks. It allocates, so it is for simulations.
class Reliability : public TickObserver {
 public:
  explicit Reliability(const Planner& planner) : planner_(planner) {}

  bool on_tick(const Tick& tick) noexcept override {
    const TokenLayout& layout = planner_.layout();
    const std::int64_t head = planner_.report().head;
    const PlanBuffer& plan = planner_.buffer();
    std::erase_if(planned_, [&](const Planned& each) {
      if (each.step != head) return each.step < head;
      const bool is_action = each.slot >= layout.states();
      if (!is_action && (!tick.observation.fresh || plan.levels(0, head)[static_cast<std::size_t>(each.slot)] != 0))
        return true;
      count(each, plan.tokens(0, head)[static_cast<std::size_t>(each.slot)]);
      return true;
    });
    for (std::int64_t step = head + 1; step < head + planner_.horizon(); ++step) {
      for (int slot = 0; slot < layout.slots(); ++slot) {
        const auto at = static_cast<std::size_t>(slot);
        const NoiseLevel level = plan.levels(0, step)[at];
        if (level == 0 || level == kFullNoise) continue;
        planned_.push_back({step, slot, plan.tokens(0, step)[at], static_cast<double>(level) / kFullNoise});
      }
    }
    return true;
  }

  [[nodiscard]] const ReliabilityTable& table() const noexcept { return table_; }

 private:
  struct Planned {
    std::int64_t step;
    int slot;
    Token token;
    double level;
  };

  void count(const Planned& planned, Token came) noexcept {
    auto& tenths = planned.slot < planner_.layout().states() ? table_.states : table_.actions;
    Tenth& tenth = tenths[std::min<std::size_t>(9, static_cast<std::size_t>(planned.level * 10.0))];
    ++tenth.tokens;
    tenth.level += planned.level;
    tenth.came_off += is_near(planner_.layout().slot(planned.slot), planned.token, came) ? 0 : 1;
  }

  const Planner& planner_;
  std::vector<Planned> planned_;
  ReliabilityTable table_;
};

}  // namespace ripen::examples
