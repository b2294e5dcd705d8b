#include "opponents/gpt/gpt_model.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ripen/error.hpp"
#include "util/json_fields.hpp"
#include "util/parse_json.hpp"

namespace ripen::opponents {

namespace {

constexpr const char* kFormat = "ripen-gpt-1";

nlohmann::json to_json(const GptConfig& config, const train::GoalSlots& goal) {
  return {{"width", config.width},   {"layers", config.layers},    {"heads", config.heads},
          {"window", config.window}, {"goal_always", goal.always}, {"goal_at_end", goal.at_end}};
}

}  // namespace

std::string GptConfig::validate() const {
  Problems problems("gpt");
  problems.range("width", width, 16, 4096);
  problems.range("layers", layers, 1, 64);
  problems.range("heads", heads, 1, 64);
  problems.range("window", window, 2, 4096);
  if (!problems.text().empty()) return problems.text();
  // The kernels work on whole registers of a head.
  problems.require(width % (16 * heads) == 0, "width " + std::to_string(width) + " is no multiple of 16 x heads");
  return problems.text();
}

const std::vector<std::pair<std::string, GptConfig>>& gpt_sizes() {
  static const std::vector<std::pair<std::string, GptConfig>> kSizes = {
      {"0.4M", {.width = 128, .layers = 2, .heads = 4}},
      {"3M", {.width = 256, .layers = 4, .heads = 4}},
      {"15M", {.width = 384, .layers = 8, .heads = 6}}};
  return kSizes;
}

GptLayout::GptLayout(TokenLayout layout, const train::GoalSlots& goal, int window)
    : tokens_(std::move(layout)), given_(goal), goal_(goal.always), window_(window) {
  goal_.insert(goal_.end(), goal.at_end.begin(), goal.at_end.end());
  for (std::size_t i = 0; i < goal_.size(); ++i) {
    const std::string name = "gpt: goal slot " + std::to_string(goal_[i]);
    if (goal_[i] < 0 || goal_[i] >= tokens_.states()) throw ModelError(name + " is no state slot");
    if (std::find(goal_.begin(), goal_.begin() + static_cast<std::ptrdiff_t>(i), goal_[i]) !=
        goal_.begin() + static_cast<std::ptrdiff_t>(i)) {
      throw ModelError(name + " is there twice");
    }
  }
}

Shapes GptFile::expected(const TokenLayout& layout, const train::GoalSlots& goal, const GptConfig& config) {
  const GptLayout sequence(layout, goal, config.window);
  const std::int64_t width = config.width;
  Shapes shapes;
  const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    shapes[name + ".weight"] = {out, in};
    shapes[name + ".bias"] = {out};
  };
  const auto norm = [&](const std::string& name) {
    shapes[name + ".weight"] = {width};
    shapes[name + ".bias"] = {width};
  };
  shapes["embed.weight"] = {width, sequence.rows()};
  shapes["embed.slot"] = {layout.slots(), width};
  shapes["embed.step"] = {config.window, width};
  shapes["embed.arrival"] = {sequence.arrivals(), width};
  if (!sequence.goal().empty()) shapes["embed.goal"] = {static_cast<std::int64_t>(sequence.goal().size()), width};
  for (int l = 0; l < config.layers; ++l) {
    const std::string layer = "layer." + std::to_string(l);
    norm(layer + ".attention_norm");
    linear(layer + ".qkv", 3 * width, width);
    linear(layer + ".out", width, width);
    norm(layer + ".norm");
    linear(layer + ".up", 4 * width, width);
    linear(layer + ".down", width, 4 * width);
  }
  norm("norm");
  for (int s = 0; s < layout.slots(); ++s) linear("head." + std::to_string(s), layout.slot(s).vocabulary, width);
  return shapes;
}

std::string GptFile::validate() const {
  Problems problems("gpt");
  problems.include(config.validate());
  problems.require(layout.slots() > 0, "the token layout is empty");
  if (!problems.text().empty()) return problems.text();
  try {
    check_tensors(tensors, expected(layout, goal, config), problems);
  } catch (const ModelError& error) {
    problems.include(error.what());
  }
  return problems.text();
}

GptFile GptFile::from_bytes(std::string_view bytes) {
  const Safetensors file = Safetensors::parse(bytes);
  Metadata metadata(file);
  if (const std::string format = metadata.take("format"); format != kFormat) {
    throw Error("metadata 'format' is '" + format + "', not '" + kFormat + "'");
  }
  GptFile model;
  model.layout = TokenLayout::from_json(metadata.take("layout"));
  const nlohmann::json json = parse_json(metadata.take("gpt"), "gpt");
  const JsonFields fields(json, "gpt");
  fields.integer("width", model.config.width);
  fields.integer("layers", model.config.layers);
  fields.integer("heads", model.config.heads);
  fields.integer("window", model.config.window);
  const auto slots_of = [&](const char* field) {
    std::vector<int> slots;
    for (const std::int64_t slot : fields.integers(field, 0)) {
      if (slot >= model.layout.states()) fields.fail(field, "has " + std::to_string(slot) + ", no state slot");
      slots.push_back(static_cast<int>(slot));
    }
    return slots;
  };
  model.goal = {.always = slots_of("goal_always"), .at_end = slots_of("goal_at_end")};
  model.tensors = tensors_of(file);
  if (const std::string problems = model.validate(); !problems.empty()) throw ModelError(problems);
  metadata.take_hash(file.hash());
  model.notes = std::move(metadata).rest();
  return model;
}

GptFile GptFile::load(const std::string& path) { return load_model<GptFile>(path); }

std::string GptFile::to_bytes() const {
  if (const std::string problems = validate(); !problems.empty()) throw ModelError(problems);
  std::string data;
  Safetensors file = half_tensors(tensors, data);
  file.metadata = {{"format", kFormat}, {"layout", layout.to_json()}, {"gpt", to_json(config, goal).dump()}};
  std::string bytes = finished(std::move(file), notes);
  (void)from_bytes(bytes);  // What cannot be read back is not to be written.
  return bytes;
}

void GptFile::save(const std::string& path) const { save_model(*this, path); }

std::int64_t GptFile::numbers() const {
  std::int64_t count = 0;
  for (const auto& [name, tensor] : tensors) count += static_cast<std::int64_t>(tensor.values.size());
  return count;
}

}  // namespace ripen::opponents
