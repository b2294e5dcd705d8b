#include "opponents/gpt/gpt_engine.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "model/between_bins.hpp"
#include "model/kernels.hpp"
#include "model/linear.hpp"
#include "model/tensors.hpp"
#include "ripen/error.hpp"
#include "util/problems.hpp"

namespace ripen::opponents {

namespace {

std::size_t size(std::ptrdiff_t a, std::ptrdiff_t b = 1) {
  return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
}

/// Weights as they are read, never changed.
struct PackedGpt {
  PackedGpt(const GptFile& file, Precision precision, const kernels::Kernels& with)
      : layout(file.layout, file.goal, file.config.window),
        config(file.config),
        kernels(&with),
        embed(transposed(file.tensors.at("embed.weight"))),
        slots(file.tensors.at("embed.slot").values),
        steps(file.tensors.at("embed.step").values),
        arrivals(file.tensors.at("embed.arrival").values) {
    if (!layout.goal().empty()) goals = file.tensors.at("embed.goal").values;
    const auto product = [&](const std::string& name, const std::string& norm) {
      return Linear(file.tensors, name, norm, with, precision == Precision::kInt8);
    };
    for (int l = 0; l < config.layers; ++l) {
      const std::string name = "layer." + std::to_string(l);
      layers.push_back({product(name + ".qkv", name + ".attention_norm"), product(name + ".out", ""),
                        product(name + ".up", name + ".norm"), product(name + ".down", "")});
    }
    // What is read of them, and little work: always in float32.
    for (int s = 0; s < file.layout.slots(); ++s) {
      heads.emplace_back(file.tensors, "head." + std::to_string(s), "norm", with, false);
      widest = std::max(widest, heads.back().stride());
    }
  }

  [[nodiscard]] std::size_t memory() const {
    std::size_t bytes = 0;
    for (const auto* values : {&embed, &slots, &steps, &arrivals, &goals}) bytes += values->size() * sizeof(float);
    for (const Layer& layer : layers) {
      for (const auto* each : {&layer.qkv, &layer.out, &layer.up, &layer.down}) bytes += each->memory();
    }
    for (const Linear& head : heads) bytes += head.memory();
    return bytes;
  }

  struct Layer {
    Linear qkv, out, up, down;
  };

  GptLayout layout;
  GptConfig config;
  const kernels::Kernels* kernels;
  std::vector<float> embed;                          // [rows][width]
  std::vector<float> slots, steps, arrivals, goals;  // [...][width]
  std::vector<Layer> layers;
  std::vector<Linear> heads;  // by slot
  int widest = 0;             // stride of a head
};

/// Keys and values of all layers and sequences. A head's keys are in blocks of positions, as the kernels read them.
template <typename Element>
class Cache {
 public:
  void resize(int sequences, const GptConfig& config, int positions) {
    layers_ = config.layers;
    heads_ = config.heads;
    size_ = config.width / config.heads;
    room_ = (positions + kernels::kBlock - 1) / kernels::kBlock * kernels::kBlock;
    elements_.assign(size(sequences, layers_) * size(2 * room_, config.width), Element{});
  }
  [[nodiscard]] std::size_t memory() const { return elements_.size() * sizeof(Element); }

  [[nodiscard]] Element* keys(int sequence, int layer, int head) noexcept { return at(sequence, layer, head); }
  [[nodiscard]] Element* values(int sequence, int layer, int head) noexcept {
    return at(sequence, layer, heads_ + head);
  }

  /// keys, values: [heads][size]
  void put(int sequence, int layer, int position, const float* key, const float* value) noexcept {
    const std::ptrdiff_t block = std::ptrdiff_t{position / kernels::kBlock} * size_ * kernels::kBlock;
    for (int h = 0; h < heads_; ++h) {
      Element* to = keys(sequence, layer, h) + block + position % kernels::kBlock;
      for (int d = 0; d < size_; ++d) to[std::ptrdiff_t{d} * kernels::kBlock] = element_of(key[h * size_ + d]);
      to = values(sequence, layer, h) + std::ptrdiff_t{position} * size_;
      for (int d = 0; d < size_; ++d) to[d] = element_of(value[h * size_ + d]);
    }
  }

  void copy(int from, int to, int length) noexcept {
    const std::ptrdiff_t whole =
        std::ptrdiff_t{(length + kernels::kBlock - 1) / kernels::kBlock * kernels::kBlock} * size_;
    for (int l = 0; l < layers_; ++l) {
      for (int h = 0; h < 2 * heads_; ++h) std::copy_n(at(from, l, h), whole, at(to, l, h));
    }
  }

 private:
  [[nodiscard]] Element* at(int sequence, int layer, int place) noexcept {
    return elements_.data() + ((std::ptrdiff_t{sequence} * layers_ + layer) * 2 * heads_ + place) * room_ * size_;
  }
  static Element element_of(float value) noexcept {
    if constexpr (sizeof(Element) == sizeof(float)) {
      return value;
    } else {  // To the nearest, to even if there are two.
      const auto bits = std::bit_cast<std::uint32_t>(value);
      return static_cast<Element>((bits + 0x7FFFU + (bits >> 16 & 1U)) >> 16);
    }
  }

  int layers_ = 0, heads_ = 0, size_ = 0, room_ = 0;
  std::vector<Element> elements_;  // [sequences][layers][keys, values][heads][room * size]
};

}  // namespace

std::string GptEngineOptions::validate() const {
  Problems problems("gpt engine");
  problems.range("sequences", sequences, 1, 65536);
  problems.range("rows", rows, 1, 65536);
  problems.require(kernels::find(instructions.c_str()) != nullptr,
                   "instructions '" + instructions + "' are unknown or not in this processor");
  return problems.text();
}

struct GptEngine::Impl {
  Impl(std::shared_ptr<const PackedGpt> weights, const GptEngineOptions& given);

  void embed(const GptRow& row, int position, float* out) const noexcept;
  void attend(std::span<const GptRow> rows, int layer) noexcept;
  [[nodiscard]] bool read_heads(std::span<const GptRow> rows, int asked, float* logits) noexcept;
  void apply(const Linear& layer, const float* x, std::size_t rows, float* y, bool rectify = false,
             bool accumulate = false) noexcept {
    layer.apply(x, static_cast<int>(rows), y, scratch, rectify, accumulate);
  }
  [[nodiscard]] int next_slot(int length) const noexcept {
    return length < model.layout.prompt() ? -1 : (length - model.layout.prompt()) % model.layout.tokens().slots();
  }

  std::shared_ptr<const PackedGpt> shared;
  const PackedGpt& model;  // *shared
  GptEngineOptions options;
  std::vector<int> lengths;    // by sequence
  std::vector<int> positions;  // by row of this call
  std::vector<float> residual, normal, qkv, hidden, head_out, scores;
  Cache<float> cache;
  Cache<unsigned short> half_cache;
  Int8Scratch scratch;
};

GptEngine::Impl::Impl(std::shared_ptr<const PackedGpt> weights, const GptEngineOptions& given)
    : shared(std::move(weights)), model(*shared), options(given) {
  const int width = model.config.width, rows = options.rows;
  lengths.assign(size(options.sequences), 0);
  positions.assign(size(rows), 0);
  residual.assign(size(rows, width), 0.0F);
  normal.assign(size(rows, width), 0.0F);
  qkv.assign(size(rows, 3 * width), 0.0F);
  hidden.assign(size(rows, 4 * width), 0.0F);
  head_out.assign(size(rows, model.widest), 0.0F);
  const int room = model.layout.positions();
  scores.assign(size(room + kernels::kBlock), 0.0F);
  if (options.precision == Precision::kInt8) {
    half_cache.resize(options.sequences, model.config, room);
    scratch.codes.assign(size(rows, 4 * width) * size(model.kernels->code_bytes), 0);
    scratch.scales.assign(size(rows), {});
  } else {
    cache.resize(options.sequences, model.config, room);
  }
}

/// A token's row of the table, or, between two bins, of both their rows; its slot's; and where it stands.
void GptEngine::Impl::embed(const GptRow& row, int position, float* out) const noexcept {
  const GptLayout& layout = model.layout;
  const int width = model.config.width, goals = layout.prompt() - 1, slot = layout.slot_at(position);
  if (slot < 0) {
    std::copy_n(model.arrivals.data() + std::ptrdiff_t{row.token} * width, width, out);
    return;
  }
  const float* start = position < goals ? model.goals.data() + std::ptrdiff_t{position} * width
                                        : model.slots.data() + std::ptrdiff_t{slot} * width;
  int rows[2] = {layout.row(slot, row.token), 0};
  float weights[2] = {1.0F, 0.0F};
  int count = 1;
  if (row.token != kMask) {
    const int other = neighbour_of(layout.tokens().slot(slot), row.token, row.fraction);
    if (other != row.token) {
      weights[1] = share_of_neighbour(row.fraction);
      weights[0] = 1.0F - weights[1];
      rows[1] = rows[0] + other - row.token;
      count = 2;
    }
  }
  model.kernels->blend_rows(model.embed.data(), rows, weights, count, start, width, out);
  if (position < goals) return;
  const int step = (position - layout.prompt()) / layout.tokens().slots();
  const float* at = model.steps.data() + std::ptrdiff_t{step} * width;
  for (int i = 0; i < width; ++i) out[i] += at[i];
}

/// qkv -> normal
void GptEngine::Impl::attend(std::span<const GptRow> rows, int layer) noexcept {
  const int width = model.config.width, heads = model.config.heads, head_size = width / heads;
  const bool half = options.precision == Precision::kInt8;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const float* own = qkv.data() + r * size(3 * width);
    if (half) {
      half_cache.put(rows[r].sequence, layer, positions[r], own + width, own + 2 * width);
    } else {
      cache.put(rows[r].sequence, layer, positions[r], own + width, own + 2 * width);
    }
  }
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const int sequence = rows[r].sequence, count = positions[r] + 1;
    for (int h = 0; h < heads; ++h) {
      const float* query = qkv.data() + r * size(3 * width) + size(h, head_size);
      float* out = normal.data() + r * size(width) + size(h, head_size);
      if (half) {
        model.kernels->attend_half(query, half_cache.keys(sequence, layer, h), half_cache.values(sequence, layer, h),
                                   count, head_size, scores.data(), out);
      } else {
        model.kernels->attend_cached(query, cache.keys(sequence, layer, h), cache.values(sequence, layer, h), count,
                                     head_size, scores.data(), out);
      }
    }
  }
}

/// The first rows of normal -> logits. rows: those that are asked.
bool GptEngine::Impl::read_heads(std::span<const GptRow> rows, int asked, float* logits) noexcept {
  int bad = 0;
  for (int first = 0; first < asked;) {
    const auto slot_of = [&](int r) { return next_slot(lengths[size(rows[size(r)].sequence)]); };
    const int slot = slot_of(first);
    int last = first + 1;
    while (last < asked && slot_of(last) == slot) ++last;
    if (slot >= 0) {
      const Linear& head = model.heads[size(slot)];
      apply(head, normal.data() + size(first, model.config.width), size(last - first), head_out.data());
      for (int r = first; r < last; ++r) {
        const float* from = head_out.data() + size(r - first, head.stride());
        float* to = logits + size(r, model.widest);
        for (int v = 0; v < head.outputs(); ++v) {  // Counting has no branch. NaN is not at most anything.
          bad += std::fabs(from[v]) <= std::numeric_limits<float>::max() ? 0 : 1;
          to[v] = from[v];
        }
      }
    }
    first = last;
  }
  return bad == 0;
}

GptEngine::GptEngine(const GptFile& file, const GptEngineOptions& options) {
  if (const std::string problems = options.validate(); !problems.empty()) throw OptionsError(problems);
  if (const std::string problems = file.validate(); !problems.empty()) throw ModelError(problems);
  const kernels::Kernels* kernels = kernels::find(options.instructions.c_str(), file.config.width);
  if (kernels == nullptr) {
    throw OptionsError("gpt engine: instructions '" + options.instructions +
                       "' are for models whose width is a multiple of 64");
  }
  impl_ = std::make_unique<Impl>(std::make_shared<const PackedGpt>(file, options.precision, *kernels), options);
}

GptEngine::GptEngine(const GptEngine& other)
    : GptReader(), impl_(std::make_unique<Impl>(other.impl_->shared, other.impl_->options)) {}

GptEngine::~GptEngine() = default;

const GptLayout& GptEngine::layout() const noexcept { return impl_->model.layout; }
const GptConfig& GptEngine::config() const noexcept { return impl_->model.config; }
int GptEngine::sequences() const noexcept { return impl_->options.sequences; }
int GptEngine::max_rows() const noexcept { return impl_->options.rows; }
std::string_view GptEngine::instructions() const noexcept { return impl_->model.kernels->name; }
int GptEngine::length(int sequence) const noexcept { return impl_->lengths[size(sequence)]; }
int GptEngine::logits_stride() const noexcept { return impl_->model.widest; }

NativeMemory GptEngine::memory() const noexcept {
  const Impl& m = *impl_;
  std::size_t floats = 0;
  for (const auto* values : {&m.residual, &m.normal, &m.qkv, &m.hidden, &m.head_out, &m.scores}) {
    floats += values->size();
  }
  return {.weights = m.model.memory(),
          .work_space = floats * sizeof(float) + m.cache.memory() + m.half_cache.memory() + m.scratch.memory()};
}

void GptEngine::truncate(int sequence, int length) noexcept {
  int& own = impl_->lengths[size(sequence)];
  own = std::min(own, length);
}

void GptEngine::fork(int from, int to, int length) noexcept {
  if (from == to) {
    truncate(to, length);
    return;
  }
  Impl& m = *impl_;
  m.lengths[size(to)] = std::min(length, m.lengths[size(from)]);
  m.options.precision == Precision::kInt8 ? m.half_cache.copy(from, to, m.lengths[size(to)])
                                          : m.cache.copy(from, to, m.lengths[size(to)]);
}

bool GptEngine::append(std::span<const GptRow> rows, int asked, float* logits) noexcept {
  Impl& m = *impl_;
  const int width = m.model.config.width;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    m.positions[r] = m.lengths[size(rows[r].sequence)]++;
    m.embed(rows[r], m.positions[r], m.residual.data() + r * size(width));
  }
  std::size_t count = rows.size();
  const std::size_t unasked = count - size(logits == nullptr ? 0 : asked);
  for (int l = 0; l < m.model.config.layers; ++l) {
    const PackedGpt::Layer& layer = m.model.layers[size(l)];
    m.model.kernels->normalize(m.residual.data(), static_cast<int>(count), width, m.normal.data());
    m.apply(layer.qkv, m.normal.data(), count, m.qkv.data());
    m.attend(rows, l);
    if (l + 1 == m.model.config.layers && unasked > 0) {  // What the others lead to, nobody reads.
      count -= unasked;
      for (auto* matrix : {&m.normal, &m.residual}) {
        std::copy_n(matrix->data() + unasked * size(width), count * size(width), matrix->data());
      }
    }
    if (count == 0) return true;
    m.apply(layer.out, m.normal.data(), count, m.residual.data(), false, true);
    m.model.kernels->normalize(m.residual.data(), static_cast<int>(count), width, m.normal.data());
    m.apply(layer.up, m.normal.data(), count, m.hidden.data(), true);
    m.apply(layer.down, m.hidden.data(), count, m.residual.data(), false, true);
  }
  m.model.kernels->normalize(m.residual.data(), static_cast<int>(count), width, m.normal.data());
  return m.read_heads(rows.last(count), static_cast<int>(count), logits);
}

}  // namespace ripen::opponents
