#include "ripen/native_denoiser.hpp"

#include <algorithm>
#include <cmath>

#include "model/kernels.hpp"
#include "model/linear.hpp"
#include "ripen/error.hpp"
#include "util/problems.hpp"

namespace ripen {

namespace {

/// A matrix used by rows: the transpose of a linear layer's weight.
std::vector<float> transposed(const Tensor& weight) {
  const auto rows = static_cast<std::size_t>(weight.shape[0]), columns = static_cast<std::size_t>(weight.shape[1]);
  std::vector<float> result(weight.values.size());
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) result[c * rows + r] = weight.values[r * columns + c];
  }
  return result;
}

struct Block {
  Linear up, down;
};
struct Layer {
  Linear qkv, out, up, down;
};

/// The steps of a batch about which something is asked, of those that have a row in the work matrices.
struct Asked {
  explicit Asked(const DenoiseBatch& batch)
      : steps(batch.depth == PassDepth::kWindow ? batch.steps : 1),
        known(batch.depth == PassDepth::kWindow ? batch.known : 0),
        rows(batch.windows * (steps - known)) {}

  /// Where the r-th of the asked steps is among all.
  [[nodiscard]] std::ptrdiff_t row(int r) const noexcept {
    return static_cast<std::ptrdiff_t>(r / (steps - known)) * steps + known + r % (steps - known);
  }
  /// Moves their rows to the front.
  void keep(float* matrix, int stride) const noexcept {
    for (int r = 0; known > 0 && r < rows; ++r) {
      std::copy_n(matrix + row(r) * stride, stride, matrix + static_cast<std::ptrdiff_t>(r) * stride);
    }
  }

  int steps, known;  // of each window
  int rows;
};

}  // namespace

std::vector<std::string> available_instructions() {
  std::vector<std::string> names;
  for (const char* name : {"avx512vnni", "avx512", "avx2", "portable"}) {
    if (kernels::find(name) != nullptr) names.emplace_back(name);
  }
  return names;
}

std::string NativeOptions::validate() const {
  Problems problems("native denoiser");
  problems.range("max_windows", max_windows, 1, 65536);
  problems.require(kernels::find(instructions.c_str()) != nullptr,
                   "instructions '" + instructions + "' are unknown or not in this processor");
  return problems.text();
}

struct NativeDenoiser::Impl {
  Impl(const ModelFile& model, const NativeOptions& options);

  // One position of the plan: a row of the work matrices.
  void embed(const Token* states, float* out) const noexcept;
  void encode(int rows) noexcept;  // embedded_ -> features_
  void read_heads(const DenoiseBatch& batch, float* action, int action_stride) noexcept;
  void dynamics(const Token* step, float* logits, bool add) const noexcept;
  void enter_mixer(const DenoiseBatch& batch) noexcept;  // features_, actions -> mixer_
  void mix(const DenoiseBatch& batch) noexcept;
  void add_neighbours(const DenoiseBatch& batch, int window) noexcept;

  void apply(const Linear& layer, const float* x, int rows, float* y, bool rectify = false, bool accumulate = false) {
    layer.apply(x, rows, y, scratch, rectify, accumulate);
  }
  [[nodiscard]] int index(int slot, Token token) const noexcept {
    return token == kMask ? layout.slot(slot).vocabulary : token;
  }
  [[nodiscard]] int joint_action(const Token* step) const noexcept;
  void add_table(const std::vector<float>& table, const Token* states, int joint, float* logits,
                 bool add) const noexcept;

  TokenLayout layout;
  ModelConfig config;
  NativeOptions options;
  const kernels::Kernels* kernels;

  std::vector<float> embed_table, embed_bias;      // [tokens][width]
  std::vector<int> embed_offsets, action_offsets;  // by slot: its first row of the embedding
  std::vector<int> pair_offsets;                   // by state slot: its first row of a pair table
  std::vector<Block> blocks;
  Linear action_head, value_head;
  std::vector<float> dynamics_table, inverse_table, copy_table;  // [rows][widest]
  int widest = 0, joint_actions = 1;
  Linear mixer_in, mixer_head;
  std::vector<float> action_table, action_bias;  // [action tokens][mixer width]
  std::vector<float> positions;                  // [window][mixer width]
  std::vector<Layer> layers;

  std::vector<float> residual, normal, hidden, action_out, value_out;  // [positions][...]
  std::vector<float> mixer, mixer_normal, qkv, mixer_hidden, head_out, scores;
  Int8Scratch scratch;
};

NativeDenoiser::Impl::Impl(const ModelFile& model, const NativeOptions& wanted)
    : layout(model.layout), config(model.config), options(wanted), kernels(kernels::find(wanted.instructions.c_str())) {
  const int panel = kernels->panel;
  const bool int8 = options.precision == Precision::kInt8;
  const auto product = [&](const std::string& name, const std::string& norm) {
    return Linear(model, name, norm, *kernels, int8);
  };
  // What the planner reads, and little work: always in float32.
  const auto head = [&](const std::string& name, const std::string& norm) {
    return Linear(model, name, norm, *kernels, false);
  };
  const auto tensor = [&](const char* name) -> const Tensor& { return model.tensors.at(name); };
  int at = 0, pair_at = 0, action_at = 0;
  for (int s = layout.states(); s < layout.slots() && config.tables; ++s) {
    joint_actions *= layout.slot(s).vocabulary + 1;
  }
  for (int s = 0; s < layout.slots(); ++s) {
    const int tokens = layout.slot(s).vocabulary + 1;
    if (s < layout.states()) {
      embed_offsets.push_back(at);
      pair_offsets.push_back(pair_at);
      at += tokens;
      pair_at += tokens * joint_actions;
      widest = std::max(widest, tokens - 1);
    } else {
      action_offsets.push_back(action_at);
      action_at += tokens;
    }
  }
  embed_table = transposed(tensor("step.embed.weight"));
  embed_bias = tensor("step.embed.bias").values;
  for (int b = 0; b < config.blocks; ++b) {
    const std::string name = "step." + std::to_string(b);
    blocks.push_back({product(name + ".up", name + ".norm"), product(name + ".down", "")});
  }
  action_head = head("step.action", "step.norm");
  value_head = head("step.value", "step.norm");
  if (config.tables) dynamics_table = tensor("dynamics.table").values;

  const std::size_t rows = static_cast<std::size_t>(options.max_windows) * static_cast<std::size_t>(config.window);
  // A row of padded columns: layers write whole panels.
  const auto padded = [&](int columns) { return static_cast<std::size_t>((columns + panel - 1) / panel * panel); };
  residual.assign(rows * padded(config.width), 0.0F);
  normal.assign(rows * static_cast<std::size_t>(config.width), 0.0F);
  hidden.assign(rows * padded(config.width), 0.0F);
  action_out.assign(rows * static_cast<std::size_t>(action_head.stride()), 0.0F);
  value_out.assign(rows * static_cast<std::size_t>(value_head.stride()), 0.0F);
  if (int8) {
    const auto widest_input = static_cast<std::size_t>(std::max(config.width, 4 * config.mixer_width));
    scratch.codes.assign(rows * widest_input * static_cast<std::size_t>(kernels->code_bytes), 0);
    scratch.scales.assign(rows, {});
  }
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
  mixer.assign(rows * padded(config.mixer_width), 0.0F);
  mixer_normal.assign(rows * padded(config.mixer_width), 0.0F);
  qkv.assign(rows * padded(3 * config.mixer_width), 0.0F);
  mixer_hidden.assign(rows * padded(4 * config.mixer_width), 0.0F);
  head_out.assign(rows * static_cast<std::size_t>(mixer_head.stride()), 0.0F);
  scores.assign(static_cast<std::size_t>(config.window), 0.0F);
}

void NativeDenoiser::Impl::embed(const Token* states, float* out) const noexcept {
  int rows[kMaxSlots];
  for (int s = 0; s < layout.states(); ++s) {
    rows[s] = embed_offsets[static_cast<std::size_t>(s)] + index(s, states[s]);
  }
  kernels->sum_rows(embed_table.data(), rows, layout.states(), embed_bias.data(), config.width, out);
}

void NativeDenoiser::Impl::encode(int rows) noexcept {
  for (const Block& block : blocks) {
    kernels->normalize(residual.data(), rows, config.width, normal.data());
    apply(block.up, normal.data(), rows, hidden.data(), true);
    apply(block.down, hidden.data(), rows, residual.data(), false, true);
  }
  kernels->normalize(residual.data(), rows, config.width, normal.data());
}

void NativeDenoiser::Impl::read_heads(const DenoiseBatch& batch, float* action, int action_stride) noexcept {
  const Asked asked(batch);
  asked.keep(normal.data(), config.width);
  apply(action_head, normal.data(), asked.rows, action_out.data());
  for (int r = 0; r < asked.rows; ++r) {
    const float* from = action_out.data() + static_cast<std::ptrdiff_t>(r) * action_head.stride();
    std::copy(from, from + action_head.outputs(), action + asked.row(r) * action_stride);
  }
  if (batch.value == nullptr) return;
  apply(value_head, normal.data(), asked.rows, value_out.data());
  for (int r = 0; r < asked.rows; ++r) {  // The mean of the softmax over the bins.
    const float* logits = value_out.data() + static_cast<std::ptrdiff_t>(r) * value_head.stride();
    const float highest = *std::max_element(logits, logits + config.value_bins);
    float whole = 0.0F, mean = 0.0F;
    for (int b = 0; b < config.value_bins; ++b) {
      const float weight = std::exp(logits[b] - highest);
      whole += weight;
      mean += weight * static_cast<float>(b);
    }
    batch.value[asked.row(r)] = mean / whole;
  }
}

int NativeDenoiser::Impl::joint_action(const Token* step) const noexcept {
  int joint = 0;
  for (int s = layout.states(); s < layout.slots(); ++s) {
    joint = joint * (layout.slot(s).vocabulary + 1) + index(s, step[s]);
  }
  return joint;
}

void NativeDenoiser::Impl::add_table(const std::vector<float>& table, const Token* states, int joint, float* logits,
                                     bool add) const noexcept {
  for (int s = 0; s < layout.states(); ++s) {
    const auto row = static_cast<std::size_t>(pair_offsets[static_cast<std::size_t>(s)] +
                                              index(s, states[s]) * joint_actions + joint);
    const float* from = table.data() + row * static_cast<std::size_t>(widest);
    float* to = logits + layout.offset(s);
    for (int v = 0; v < layout.slot(s).vocabulary; ++v) to[v] = add ? to[v] + from[v] : from[v];
  }
}

void NativeDenoiser::Impl::dynamics(const Token* step, float* logits, bool add) const noexcept {
  add_table(dynamics_table, step, joint_action(step), logits, add);
}

void NativeDenoiser::Impl::add_neighbours(const DenoiseBatch& batch, int window) noexcept {
  const int slots = layout.slots();
  for (int i = batch.known; i < batch.steps; ++i) {
    const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(window) * batch.steps + i;
    const Token* step = batch.tokens + row * slots;
    float* logits = batch.logits + row * layout.logits();
    for (int s = 0; s < layout.states(); ++s) {
      const float* from =
          copy_table.data() +
          static_cast<std::ptrdiff_t>(embed_offsets[static_cast<std::size_t>(s)] + index(s, step[s])) * widest;
      for (int v = 0; v < layout.slot(s).vocabulary; ++v) logits[layout.offset(s) + v] += from[v];
    }
    if (i > 0) dynamics(step - slots, logits, true);
    if (i + 1 < batch.steps) add_table(inverse_table, step + slots, joint_action(step), logits, true);
  }
}

void NativeDenoiser::Impl::enter_mixer(const DenoiseBatch& batch) noexcept {
  const int rows = batch.windows * batch.steps;
  const int width = config.mixer_width;
  apply(mixer_in, normal.data(), rows, mixer.data());
  const int stride = mixer_in.stride();
  for (int r = 0; r < rows; ++r) {
    int actions[kMaxSlots];
    for (int a = 0; a < layout.actions(); ++a) {
      const int slot = layout.states() + a;
      actions[a] = action_offsets[static_cast<std::size_t>(a)] +
                   index(slot, batch.tokens[static_cast<std::ptrdiff_t>(r) * layout.slots() + slot]);
    }
    float* x = mixer_normal.data();
    kernels->sum_rows(action_table.data(), actions, layout.actions(), action_bias.data(), width, x);
    const float* position = positions.data() + static_cast<std::ptrdiff_t>(r % batch.steps) * width;
    float* to = mixer.data() + static_cast<std::ptrdiff_t>(r) * stride;
    for (int i = 0; i < width; ++i) to[i] += x[i] + position[i];
  }
}

void NativeDenoiser::Impl::mix(const DenoiseBatch& batch) noexcept {
  const Asked asked(batch);
  const int width = config.mixer_width;
  int rows = batch.windows * batch.steps;
  if (layers.empty()) asked.keep(mixer.data(), mixer_in.stride());
  for (const Layer& layer : layers) {
    kernels->normalize(mixer.data(), rows, width, mixer_normal.data());
    apply(layer.qkv, mixer_normal.data(), rows, qkv.data());
    for (int w = 0; w < batch.windows; ++w) {
      const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(w) * batch.steps;
      kernels->attend(qkv.data() + first * layer.qkv.stride(), batch.steps, config.mixer_heads,
                      width / config.mixer_heads, scores.data(), mixer_normal.data() + first * width);
    }
    if (&layer == &layers.back()) {  // The others have been looked at.
      asked.keep(mixer_normal.data(), width);
      asked.keep(mixer.data(), mixer_in.stride());
      rows = asked.rows;
    }
    apply(layer.out, mixer_normal.data(), rows, mixer.data(), false, true);
    kernels->normalize(mixer.data(), rows, width, mixer_normal.data());
    apply(layer.up, mixer_normal.data(), rows, mixer_hidden.data(), true);
    apply(layer.down, mixer_hidden.data(), rows, mixer.data(), false, true);
  }
  kernels->normalize(mixer.data(), asked.rows, width, mixer_normal.data());
  apply(mixer_head, mixer_normal.data(), asked.rows, head_out.data());
  const int states = layout.state_logits(), all = layout.logits();
  for (int r = 0; r < asked.rows; ++r) {
    const float* head = head_out.data() + static_cast<std::ptrdiff_t>(r) * mixer_head.stride();
    float* logits = batch.logits + asked.row(r) * all;
    std::copy(head, head + states, logits);
    for (int i = states; i < all; ++i) logits[i] += head[i];
  }
  for (int w = 0; w < batch.windows && config.tables; ++w) add_neighbours(batch, w);
}

NativeDenoiser::NativeDenoiser(const ModelFile& model, const NativeOptions& options) {
  if (const std::string problems = options.validate(); !problems.empty()) throw OptionsError(problems);
  impl_ = std::make_unique<Impl>(model, options);
}

NativeDenoiser::~NativeDenoiser() = default;

const TokenLayout& NativeDenoiser::layout() const noexcept { return impl_->layout; }
int NativeDenoiser::max_windows() const noexcept { return impl_->options.max_windows; }
int NativeDenoiser::max_steps() const noexcept { return impl_->config.window; }
Capabilities NativeDenoiser::capabilities() const noexcept {
  return {.tables = impl_->config.tables, .mixer = impl_->config.mixer_width > 0};
}
Precision NativeDenoiser::precision() const noexcept { return impl_->options.precision; }
std::string_view NativeDenoiser::instructions() const noexcept { return impl_->kernels->name; }
const ModelConfig& NativeDenoiser::config() const noexcept { return impl_->config; }

void NativeDenoiser::run(const DenoiseBatch& batch) noexcept {
  Impl& m = *impl_;
  const int slots = m.layout.slots();
  const int actions = m.layout.logits() - m.layout.state_logits();
  const auto step_at = [&](int window, int step) {
    return batch.tokens + (static_cast<std::ptrdiff_t>(window) * batch.steps + step) * slots;
  };
  if (batch.depth == PassDepth::kDynamics) {
    if (!m.config.tables) {
      std::fill_n(batch.logits, static_cast<std::ptrdiff_t>(batch.windows) * m.layout.state_logits(), 0.0F);
      return;
    }
    for (int w = 0; w < batch.windows; ++w) {
      m.dynamics(step_at(w, batch.steps - 2), batch.logits + static_cast<std::ptrdiff_t>(w) * m.layout.state_logits(),
                 false);
    }
    return;
  }
  const bool whole = batch.depth == PassDepth::kWindow && m.config.mixer_width > 0;
  const int first = batch.depth == PassDepth::kWindow ? 0 : batch.steps - 1;
  int rows = 0;
  for (int w = 0; w < batch.windows; ++w) {
    for (int i = first; i < batch.steps; ++i, ++rows) {
      m.embed(step_at(w, i), m.residual.data() + static_cast<std::ptrdiff_t>(rows) * m.config.width);
    }
  }
  m.encode(rows);
  if (batch.depth == PassDepth::kStep) {
    m.read_heads(batch, batch.logits, actions);
    return;
  }
  if (whole) m.enter_mixer(batch);
  m.read_heads(batch, batch.logits + m.layout.state_logits(), m.layout.logits());
  if (whole) {
    m.mix(batch);
    return;
  }
  for (int r = 0; r < rows; ++r) {  // Without a mixer only the step before is known.
    float* logits = batch.logits + static_cast<std::ptrdiff_t>(r) * m.layout.logits();
    std::fill(logits, logits + m.layout.state_logits(), 0.0F);
    if (r % batch.steps > 0) m.dynamics(batch.tokens + static_cast<std::ptrdiff_t>(r - 1) * slots, logits, true);
  }
}

std::size_t NativeDenoiser::memory() const noexcept {
  const Impl& m = *impl_;
  std::size_t floats = 0;
  const auto add = [&](const std::vector<float>& values) { floats += values.size(); };
  for (const auto* values :
       {&m.embed_table, &m.embed_bias, &m.dynamics_table, &m.inverse_table, &m.copy_table, &m.action_table,
        &m.action_bias, &m.positions, &m.residual, &m.normal, &m.hidden, &m.action_out, &m.value_out, &m.mixer,
        &m.mixer_normal, &m.qkv, &m.mixer_hidden, &m.head_out, &m.scores}) {
    add(*values);
  }
  std::size_t bytes = floats * sizeof(float) + m.scratch.memory();
  for (const auto& block : m.blocks) bytes += block.up.memory() + block.down.memory();
  for (const auto& layer : m.layers) {
    for (const auto* each : {&layer.qkv, &layer.out, &layer.up, &layer.down}) bytes += each->memory();
  }
  for (const auto* layer : {&m.action_head, &m.value_head, &m.mixer_in, &m.mixer_head}) bytes += layer->memory();
  return bytes;
}

}  // namespace ripen
