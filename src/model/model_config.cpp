#include <algorithm>
#include <string>

#include "ripen/error.hpp"
#include "ripen/model_file.hpp"
#include "util/problems.hpp"

namespace ripen {

namespace {
constexpr std::int64_t kMostJointActions = 1 << 16;  // A pair table has a row for each, and each token of a slot.
}

std::string ModelConfig::validate() const {
  Problems problems("model");
  problems.range("width", width, 64, 4096);
  problems.range("blocks", blocks, 0, 64);
  problems.range("mixer_width", mixer_width, 0, 4096);
  problems.range("mixer_layers", mixer_layers, 0, 64);
  problems.range("mixer_heads", mixer_heads, 1, 64);
  problems.range("window", window, 2, 1024);
  problems.range("value_bins", value_bins, 2, 4096);
  if (!problems.text().empty()) return problems.text();
  // The kernels work on whole panels of weights, and on whole registers of a head.
  problems.require(width % 64 == 0, "width " + std::to_string(width) + " is no multiple of 64");
  problems.require(mixer_width % 64 == 0 && mixer_width % (16 * mixer_heads) == 0,
                   "mixer_width " + std::to_string(mixer_width) + " is no multiple of 64 and of 16 x mixer_heads");
  problems.require(tables || mixer_width > 0, "neither tables nor a mixer (mixer_width 0) to predict states with");
  return problems.text();
}

std::map<std::string, std::vector<std::int64_t>> ModelFile::expected(const TokenLayout& layout,
                                                                     const ModelConfig& config) {
  const std::int64_t width = config.width;
  const std::int64_t states = layout.state_logits();
  const std::int64_t actions = layout.logits() - layout.state_logits();
  std::int64_t widest = 0;  // Columns of the per-slot tables, which hold slots of different vocabularies.
  std::int64_t pairs = 0;   // One row for every token of a slot (or MASK) with every joint action (or MASK).
  std::int64_t joint_actions = 1;
  for (int s = layout.states(); s < layout.slots() && config.tables; ++s) {
    joint_actions *= layout.slot(s).vocabulary + 1;
    if (joint_actions > kMostJointActions) {
      throw ModelError("model: more than " + std::to_string(kMostJointActions) +
                       " joint actions are too many for tables");
    }
  }
  for (int s = 0; s < layout.states(); ++s) {
    widest = std::max<std::int64_t>(widest, layout.slot(s).vocabulary);
    pairs += (layout.slot(s).vocabulary + 1) * joint_actions;
  }

  std::map<std::string, std::vector<std::int64_t>> shapes;
  const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    shapes[name + ".weight"] = {out, in};
    shapes[name + ".bias"] = {out};
  };
  const auto norm = [&](const std::string& name, std::int64_t size) {
    shapes[name + ".weight"] = {size};
    shapes[name + ".bias"] = {size};
  };
  linear("step.embed", width, states + layout.states());
  for (int b = 0; b < config.blocks; ++b) {
    const std::string block = "step." + std::to_string(b);
    norm(block + ".norm", width);
    linear(block + ".up", width, width);
    linear(block + ".down", width, width);
  }
  norm("step.norm", width);
  linear("step.action", actions, width);
  linear("step.value", config.value_bins, width);
  if (config.tables) shapes["dynamics.table"] = {pairs, widest};
  if (config.mixer_width > 0) {
    const std::int64_t mixer = config.mixer_width;
    linear("mixer.in", mixer, width);
    linear("mixer.action_in", mixer, actions + layout.actions());
    shapes["mixer.position"] = {config.window, mixer};
    for (int l = 0; l < config.mixer_layers; ++l) {
      const std::string layer = "mixer." + std::to_string(l);
      norm(layer + ".attention_norm", mixer);
      linear(layer + ".qkv", 3 * mixer, mixer);
      linear(layer + ".out", mixer, mixer);
      norm(layer + ".norm", mixer);
      linear(layer + ".up", 4 * mixer, mixer);
      linear(layer + ".down", mixer, 4 * mixer);
    }
    norm("mixer.norm", mixer);
    linear("mixer.head", layout.logits(), mixer);
    if (config.tables) {
      shapes["mixer.inverse"] = {pairs, widest};
      shapes["mixer.copy"] = {states + layout.states(), widest};
    }
  }
  return shapes;
}

}  // namespace ripen
