#include "model/packed_model.hpp"

#include "model/between_bins.hpp"
#include "model/tensors.hpp"

namespace ripen {

namespace {

/// Puts or adds rows of a table to the logits of the state slots. row_of: from a slot to the table's row.
template <bool kAdd, typename RowOf>
void read_rows(const PackedModel& model, const std::vector<float>& table, float* logits, const RowOf& row_of) noexcept {
  const TokenLayout& layout = model.layout;
  for (int s = 0; s < layout.states(); ++s) {
    const float* from = table.data() + row_of(s) * model.tables.widest();
    float* to = logits + layout.offset(s);
    for (int v = 0; v < layout.slot(s).vocabulary; ++v) to[v] = kAdd ? to[v] + from[v] : from[v];
  }
}

template <bool kAdd>
void read_pairs(const PackedModel& model, const std::vector<float>& table, const Token* states, const Token* actions,
                float* logits) noexcept {
  const std::int64_t joint = model.tables.joint_action(actions);
  read_rows<kAdd>(model, table, logits, [&](int s) { return model.tables.pair_row(s, states[s], joint); });
}

}  // namespace

PackedModel::PackedModel(const ModelFile& model, Precision wanted, const kernels::Kernels& with)
    : layout(model.layout), config(model.config), precision(wanted), kernels(&with), tables(layout, config.tables) {
  const auto product = [&](const std::string& name, const std::string& norm) {
    return Linear(model.tensors, name, norm, *kernels, precision == Precision::kInt8);
  };
  // What the planner reads, and little work: always in float32.
  const auto head = [&](const std::string& name, const std::string& norm) {
    return Linear(model.tensors, name, norm, *kernels, false);
  };
  const auto tensor = [&](const char* name) -> const Tensor& { return model.tensors.at(name); };
  embed_table = transposed(tensor("step.embed.weight"));
  embed_bias = tensor("step.embed.bias").values;
  for (int b = 0; b < config.blocks; ++b) {
    const std::string name = "step." + std::to_string(b);
    blocks.push_back({product(name + ".up", name + ".norm"), product(name + ".down", "")});
  }
  action_head = head("step.action", "step.norm");
  value_head = head("step.value", "step.norm");
  if (config.tables) dynamics_table = tensor("dynamics.table").values;
  if (config.mixer_width == 0) return;

  mixer_in = product("mixer.in", "step.norm");
  action_table = transposed(tensor("mixer.action_in.weight"));
  action_bias = tensor("mixer.action_in.bias").values;
  positions = tensor("mixer.position").values;
  for (int l = 0; l < config.mixer_layers; ++l) {
    const std::string name = "mixer." + std::to_string(l);
    layers.push_back({product(name + ".qkv", name + ".attention_norm"), product(name + ".out", ""),
                      product(name + ".up", name + ".norm"), product(name + ".down", "")});
  }
  mixer_head = head("mixer.head", "mixer.norm");
  if (config.tables) {
    inverse_table = tensor("mixer.inverse").values;
    copy_table = tensor("mixer.copy").values;
  }
}

void PackedModel::embed(const std::vector<float>& table, const std::vector<float>& start, const Token* step,
                        const Fraction* fractions, int first, int last, int width, float* out) const noexcept {
  int rows[2 * kMaxSlots];
  float weights[2 * kMaxSlots];
  int count = 0;
  bool between = false;
  for (int s = first; s < last; ++s) {
    rows[count] = tables.row(s, step[s]);
    weights[count++] = 1.0F;
    if (fractions == nullptr || !config.fractions || step[s] == kMask) continue;
    const int other = neighbour_of(layout.slot(s), step[s], fractions[s]);
    if (other == step[s]) continue;
    const float share = share_of_neighbour(fractions[s]);
    weights[count - 1] = 1.0F - share;
    rows[count] = rows[count - 1] + other - step[s];
    weights[count++] = share;
    between = true;
  }
  if (between) {
    kernels->blend_rows(table.data(), rows, weights, count, start.data(), width, out);
  } else {
    kernels->sum_rows(table.data(), rows, count, start.data(), width, out);
  }
}

void PackedModel::embed_states(const Token* states, const Fraction* fractions, float* out) const noexcept {
  embed(embed_table, embed_bias, states, fractions, 0, layout.states(), config.width, out);
}

void PackedModel::embed_actions(const Token* step, const Fraction* fractions, float* out) const noexcept {
  embed(action_table, action_bias, step, fractions, layout.states(), layout.slots(), config.mixer_width, out);
}

void PackedModel::put_dynamics(const Token* before, float* logits) const noexcept {
  read_pairs<false>(*this, dynamics_table, before, before, logits);
}

void PackedModel::add_dynamics(const Token* before, float* logits) const noexcept {
  read_pairs<true>(*this, dynamics_table, before, before, logits);
}

void PackedModel::add_inverse(const Token* step, const Token* after, float* logits) const noexcept {
  read_pairs<true>(*this, inverse_table, after, step, logits);
}

void PackedModel::add_copy(const Token* step, float* logits) const noexcept {
  read_rows<true>(*this, copy_table, logits,
                  [&](int s) { return static_cast<std::ptrdiff_t>(tables.row(s, step[s])); });
}

std::size_t PackedModel::memory() const noexcept {
  std::size_t bytes = 0;
  for (const auto* values : {&embed_table, &embed_bias, &dynamics_table, &inverse_table, &copy_table, &action_table,
                             &action_bias, &positions}) {
    bytes += values->size() * sizeof(float);
  }
  for (const auto& block : blocks) bytes += block.up.memory() + block.down.memory();
  for (const auto& layer : layers) {
    for (const auto* each : {&layer.qkv, &layer.out, &layer.up, &layer.down}) bytes += each->memory();
  }
  for (const auto* layer : {&action_head, &value_head, &mixer_in, &mixer_head}) bytes += layer->memory();
  return bytes;
}

}  // namespace ripen
