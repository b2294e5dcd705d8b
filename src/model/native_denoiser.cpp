#include "ripen/native_denoiser.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "model/packed_model.hpp"
#include "ripen/error.hpp"
#include "util/problems.hpp"

namespace ripen {

namespace {

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

/// Those of a batch from a token on; null if it has none.
const Fraction* fractions_at(const DenoiseBatch& batch, std::ptrdiff_t token) noexcept {
  return batch.fractions == nullptr ? nullptr : batch.fractions + token;
}

}  // namespace

std::vector<std::string> available_instructions() {
  std::vector<std::string> names;
  for (const char* name : {"avx512vnni", "avx512", "avx2", "sse2", "neondot", "neon", "portable"}) {
    if (kernels::find(name) != nullptr) names.emplace_back(name);
  }
  return names;
}

Precision fastest_precision() {
  return kernels::find("") == &kernels::portable() ? Precision::kFloat32 : Precision::kInt8;
}

std::string NativeOptions::validate() const {
  Problems problems("native denoiser");
  problems.range("max_windows", max_windows, 1, 65536);
  problems.require(kernels::find(instructions.c_str()) != nullptr,
                   "instructions '" + instructions + "' are unknown or not in this processor");
  return problems.text();
}

/// The work space of one denoiser, and a pass through the weights that it shares.
struct NativeDenoiser::Impl {
  Impl(std::shared_ptr<const PackedModel> weights, int max_windows);

  // One position of the plan: a row of the work matrices.
  void encode(int rows) noexcept;  // residual -> normal
  void read_heads(const DenoiseBatch& batch, float* action, int action_stride) noexcept;
  void enter_mixer(const DenoiseBatch& batch) noexcept;  // normal, actions -> mixer
  void mix(const DenoiseBatch& batch) noexcept;
  void add_neighbours(const DenoiseBatch& batch, int window) noexcept;

  void apply(const Linear& layer, const float* x, int rows, float* y, bool rectify = false, bool accumulate = false) {
    layer.apply(x, rows, y, scratch, rectify, accumulate);
  }

  std::shared_ptr<const PackedModel> shared;
  const PackedModel& model;  // *shared
  int max_windows;

  std::vector<float> residual, normal, hidden, action_out, value_out;  // [positions][...]
  std::vector<float> mixer, mixer_normal, qkv, mixer_hidden, head_out, scores;
  Int8Scratch scratch;
};

NativeDenoiser::Impl::Impl(std::shared_ptr<const PackedModel> weights, int windows)
    : shared(std::move(weights)), model(*shared), max_windows(windows) {
  const ModelConfig& config = model.config;
  const int panel = model.kernels->panel;
  const std::size_t rows = static_cast<std::size_t>(max_windows) * static_cast<std::size_t>(config.window);
  // A row of padded columns: layers write whole panels.
  const auto padded = [&](int columns) { return static_cast<std::size_t>((columns + panel - 1) / panel * panel); };
  residual.assign(rows * padded(config.width), 0.0F);
  normal.assign(rows * static_cast<std::size_t>(config.width), 0.0F);
  hidden.assign(rows * padded(config.width), 0.0F);
  action_out.assign(rows * static_cast<std::size_t>(model.action_head.stride()), 0.0F);
  value_out.assign(rows * static_cast<std::size_t>(model.value_head.stride()), 0.0F);
  if (model.precision == Precision::kInt8) {
    const auto widest_input = static_cast<std::size_t>(std::max(config.width, 4 * config.mixer_width));
    scratch.codes.assign(rows * widest_input * static_cast<std::size_t>(model.kernels->code_bytes), 0);
    scratch.scales.assign(rows, {});
  }
  if (config.mixer_width == 0) return;
  mixer.assign(rows * padded(config.mixer_width), 0.0F);
  mixer_normal.assign(rows * padded(config.mixer_width), 0.0F);
  qkv.assign(rows * padded(3 * config.mixer_width), 0.0F);
  mixer_hidden.assign(rows * padded(4 * config.mixer_width), 0.0F);
  head_out.assign(rows * static_cast<std::size_t>(model.mixer_head.stride()), 0.0F);
  scores.assign(static_cast<std::size_t>(config.window), 0.0F);
}

void NativeDenoiser::Impl::encode(int rows) noexcept {
  for (const PackedModel::Block& block : model.blocks) {
    model.kernels->normalize(residual.data(), rows, model.config.width, normal.data());
    apply(block.up, normal.data(), rows, hidden.data(), true);
    apply(block.down, hidden.data(), rows, residual.data(), false, true);
  }
  model.kernels->normalize(residual.data(), rows, model.config.width, normal.data());
}

void NativeDenoiser::Impl::read_heads(const DenoiseBatch& batch, float* action, int action_stride) noexcept {
  const Asked asked(batch);
  asked.keep(normal.data(), model.config.width);
  apply(model.action_head, normal.data(), asked.rows, action_out.data());
  for (int r = 0; r < asked.rows; ++r) {
    const float* from = action_out.data() + static_cast<std::ptrdiff_t>(r) * model.action_head.stride();
    std::copy(from, from + model.action_head.outputs(), action + asked.row(r) * action_stride);
  }
  if (batch.value == nullptr) return;
  apply(model.value_head, normal.data(), asked.rows, value_out.data());
  for (int r = 0; r < asked.rows; ++r) {  // The mean of the softmax over the bins.
    const float* logits = value_out.data() + static_cast<std::ptrdiff_t>(r) * model.value_head.stride();
    const float highest = *std::max_element(logits, logits + model.config.value_bins);
    float whole = 0.0F, mean = 0.0F;
    for (int b = 0; b < model.config.value_bins; ++b) {
      const float weight = std::exp(logits[b] - highest);
      whole += weight;
      mean += weight * static_cast<float>(b);
    }
    batch.value[asked.row(r)] = mean / whole;
  }
}

void NativeDenoiser::Impl::add_neighbours(const DenoiseBatch& batch, int window) noexcept {
  const int slots = model.layout.slots();
  for (int i = batch.known; i < batch.steps; ++i) {
    const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(window) * batch.steps + i;
    const Token* step = batch.tokens + row * slots;
    float* logits = batch.logits + row * model.layout.logits();
    model.add_copy(step, logits);
    if (i > 0) model.add_dynamics(step - slots, logits);
    if (i + 1 < batch.steps) model.add_inverse(step, step + slots, logits);
  }
}

void NativeDenoiser::Impl::enter_mixer(const DenoiseBatch& batch) noexcept {
  const int rows = batch.windows * batch.steps;
  const int width = model.config.mixer_width;
  apply(model.mixer_in, normal.data(), rows, mixer.data());
  const int stride = model.mixer_in.stride();
  for (int r = 0; r < rows; ++r) {
    float* x = mixer_normal.data();
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(r) * model.layout.slots();
    model.embed_actions(batch.tokens + at, fractions_at(batch, at), x);
    const float* position = model.positions.data() + static_cast<std::ptrdiff_t>(r % batch.steps) * width;
    float* to = mixer.data() + static_cast<std::ptrdiff_t>(r) * stride;
    for (int i = 0; i < width; ++i) to[i] += x[i] + position[i];
  }
}

void NativeDenoiser::Impl::mix(const DenoiseBatch& batch) noexcept {
  const Asked asked(batch);
  const int width = model.config.mixer_width;
  int rows = batch.windows * batch.steps;
  if (model.layers.empty()) asked.keep(mixer.data(), model.mixer_in.stride());
  for (const PackedModel::Layer& layer : model.layers) {
    model.kernels->normalize(mixer.data(), rows, width, mixer_normal.data());
    apply(layer.qkv, mixer_normal.data(), rows, qkv.data());
    for (int w = 0; w < batch.windows; ++w) {
      const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(w) * batch.steps;
      model.kernels->attend(qkv.data() + first * layer.qkv.stride(), batch.steps, model.config.mixer_heads,
                            width / model.config.mixer_heads, scores.data(), mixer_normal.data() + first * width);
    }
    if (&layer == &model.layers.back()) {  // The others have been looked at.
      asked.keep(mixer_normal.data(), width);
      asked.keep(mixer.data(), model.mixer_in.stride());
      rows = asked.rows;
    }
    apply(layer.out, mixer_normal.data(), rows, mixer.data(), false, true);
    model.kernels->normalize(mixer.data(), rows, width, mixer_normal.data());
    apply(layer.up, mixer_normal.data(), rows, mixer_hidden.data(), true);
    apply(layer.down, mixer_hidden.data(), rows, mixer.data(), false, true);
  }
  model.kernels->normalize(mixer.data(), asked.rows, width, mixer_normal.data());
  apply(model.mixer_head, mixer_normal.data(), asked.rows, head_out.data());
  const int states = model.layout.state_logits(), all = model.layout.logits();
  for (int r = 0; r < asked.rows; ++r) {
    const float* head = head_out.data() + static_cast<std::ptrdiff_t>(r) * model.mixer_head.stride();
    float* logits = batch.logits + asked.row(r) * all;
    std::copy(head, head + states, logits);
    for (int i = states; i < all; ++i) logits[i] += head[i];
  }
  for (int w = 0; w < batch.windows && model.config.tables; ++w) add_neighbours(batch, w);
}

NativeDenoiser::NativeDenoiser(const ModelFile& model, const NativeOptions& options) {
  if (const std::string problems = options.validate(); !problems.empty()) throw OptionsError(problems);
  if (const std::string problems = model.validate(); !problems.empty()) throw ModelError(problems);
  const kernels::Kernels* kernels =
      kernels::find(options.instructions.c_str(), std::gcd(model.config.width, model.config.mixer_width));
  if (kernels == nullptr) {
    throw OptionsError("native denoiser: instructions '" + options.instructions +
                       "' are for models whose widths are multiples of 64");
  }
  impl_ = std::make_unique<Impl>(std::make_shared<const PackedModel>(model, options.precision, *kernels),
                                 options.max_windows);
}

NativeDenoiser::NativeDenoiser(const NativeDenoiser& other)
    : Denoiser(), impl_(std::make_unique<Impl>(other.impl_->shared, other.impl_->max_windows)) {}

NativeDenoiser::~NativeDenoiser() = default;

const TokenLayout& NativeDenoiser::layout() const noexcept { return impl_->model.layout; }
int NativeDenoiser::max_windows() const noexcept { return impl_->max_windows; }
int NativeDenoiser::max_steps() const noexcept { return impl_->model.config.window; }
Capabilities NativeDenoiser::capabilities() const noexcept {
  return {.tables = impl_->model.config.tables,
          .mixer = impl_->model.config.mixer_width > 0,
          .least_steps = impl_->model.config.least_window};
}
Precision NativeDenoiser::precision() const noexcept { return impl_->model.precision; }
std::string_view NativeDenoiser::instructions() const noexcept { return impl_->model.kernels->name; }
const ModelConfig& NativeDenoiser::config() const noexcept { return impl_->model.config; }

NativeMemory NativeDenoiser::memory() const noexcept {
  const Impl& m = *impl_;
  std::size_t floats = 0;
  for (const auto* values : {&m.residual, &m.normal, &m.hidden, &m.action_out, &m.value_out, &m.mixer, &m.mixer_normal,
                             &m.qkv, &m.mixer_hidden, &m.head_out, &m.scores}) {
    floats += values->size();
  }
  return {.weights = m.model.memory(), .work_space = floats * sizeof(float) + m.scratch.memory()};
}

void NativeDenoiser::run(const DenoiseBatch& batch) noexcept {
  Impl& m = *impl_;
  const TokenLayout& layout = m.model.layout;
  const ModelConfig& config = m.model.config;
  const auto place_of = [&](int window, int step) {
    return (static_cast<std::ptrdiff_t>(window) * batch.steps + step) * layout.slots();
  };
  if (batch.depth == PassDepth::kDynamics) {
    if (!config.tables) {
      std::fill_n(batch.logits, static_cast<std::ptrdiff_t>(batch.windows) * layout.state_logits(), 0.0F);
      return;
    }
    for (int w = 0; w < batch.windows; ++w) {
      m.model.put_dynamics(batch.tokens + place_of(w, batch.steps - 2),
                           batch.logits + static_cast<std::ptrdiff_t>(w) * layout.state_logits());
    }
    return;
  }
  const bool whole = batch.depth == PassDepth::kWindow && config.mixer_width > 0;
  const int first = batch.depth == PassDepth::kWindow ? 0 : batch.steps - 1;
  int rows = 0;
  for (int w = 0; w < batch.windows; ++w) {
    for (int i = first; i < batch.steps; ++i, ++rows) {
      const std::ptrdiff_t at = place_of(w, i);
      m.model.embed_states(batch.tokens + at, fractions_at(batch, at),
                           m.residual.data() + static_cast<std::ptrdiff_t>(rows) * config.width);
    }
  }
  m.encode(rows);
  if (batch.depth == PassDepth::kStep) {
    m.read_heads(batch, batch.logits, layout.action_logits());
    return;
  }
  if (whole) m.enter_mixer(batch);
  m.read_heads(batch, batch.logits + layout.state_logits(), layout.logits());
  if (whole) {
    m.mix(batch);
    return;
  }
  for (int r = 0; r < rows; ++r) {  // Without a mixer only the step before is known.
    float* logits = batch.logits + static_cast<std::ptrdiff_t>(r) * layout.logits();
    std::fill(logits, logits + layout.state_logits(), 0.0F);
    if (r % batch.steps > 0) {
      m.model.add_dynamics(batch.tokens + static_cast<std::ptrdiff_t>(r - 1) * layout.slots(), logits);
    }
  }
}

}  // namespace ripen
