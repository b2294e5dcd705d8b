#include <string>

#include "model/table_layout.hpp"
#include "ripen/model_file.hpp"
#include "util/problems.hpp"

namespace ripen {

std::string ModelConfig::validate() const {
  Problems problems("model");
  problems.range("width", width, 16, 4096);
  problems.range("blocks", blocks, 0, 64);
  problems.range("mixer_width", mixer_width, 0, 4096);
  problems.range("mixer_layers", mixer_layers, 0, 64);
  problems.range("mixer_heads", mixer_heads, 1, 64);
  problems.range("window", window, 2, 1024);
  problems.range("least_window", least_window, 0, window);
  problems.range("value_bins", value_bins, 2, 4096);
  if (!problems.text().empty()) return problems.text();
  // The kernels work on whole registers of a step, and of a head.
  problems.require(width % 16 == 0, "width " + std::to_string(width) + " is no multiple of 16");
  problems.require(mixer_width % (16 * mixer_heads) == 0,
                   "mixer_width " + std::to_string(mixer_width) + " is no multiple of 16 x mixer_heads");
  problems.require(tables || mixer_width > 0, "neither tables nor a mixer (mixer_width 0) to predict states with");
  return problems.text();
}

std::map<std::string, std::vector<std::int64_t>> ModelFile::expected(const TokenLayout& layout,
                                                                     const ModelConfig& config) {
  const std::int64_t width = config.width;
  const TableLayout tables(layout, config.tables);
  std::map<std::string, std::vector<std::int64_t>> shapes;
  const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    shapes[name + ".weight"] = {out, in};
    shapes[name + ".bias"] = {out};
  };
  const auto norm = [&](const std::string& name, std::int64_t size) {
    shapes[name + ".weight"] = {size};
    shapes[name + ".bias"] = {size};
  };
  linear("step.embed", width, tables.state_rows());
  for (int b = 0; b < config.blocks; ++b) {
    const std::string block = "step." + std::to_string(b);
    norm(block + ".norm", width);
    linear(block + ".up", width, width);
    linear(block + ".down", width, width);
  }
  norm("step.norm", width);
  linear("step.action", layout.action_logits(), width);
  linear("step.value", config.value_bins, width);
  if (config.tables) shapes["dynamics.table"] = {tables.pair_rows(), tables.widest()};
  if (config.mixer_width > 0) {
    const std::int64_t mixer = config.mixer_width;
    linear("mixer.in", mixer, width);
    linear("mixer.action_in", mixer, tables.action_rows());
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
      shapes["mixer.inverse"] = {tables.pair_rows(), tables.widest()};
      shapes["mixer.copy"] = {tables.state_rows(), tables.widest()};
    }
  }
  return shapes;
}

}  // namespace ripen
