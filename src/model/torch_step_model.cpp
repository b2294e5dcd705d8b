#include <cmath>

#include "model/between_bins.hpp"
#include "model/table_layout.hpp"
#include "model/torch_waves.hpp"
#include "ripen/error.hpp"
#include "ripen/torch/step_model.hpp"

namespace ripen {

namespace {

/// Names of parameters may not contain dots in LibTorch.
std::string registered(std::string name) {
  for (char& c : name) c = c == '.' ? '/' : c;
  return name;
}

/// What positions begin as: sines and cosines of falling frequency (Vaswani et al. 2017, arXiv 1706.03762), in which a
/// step some way off is a rotation, so that attention to neighbours is soon found.
torch::Tensor waves(std::int64_t positions, std::int64_t width) {
  const auto frequency = torch::exp2(
      -torch::arange(width / 2) * (2.0 * std::log2(2.0 * static_cast<double>(positions)) / static_cast<double>(width)));
  const auto angle = std::numbers::pi * torch::arange(positions).unsqueeze(1) * frequency;
  return 0.5 * torch::stack({torch::sin(angle), torch::cos(angle)}, 2).view({positions, width});
}

torch::Tensor initial(const std::string& name, const std::vector<std::int64_t>& shape, const ModelConfig& config) {
  const auto ends_with = [&](const char* end) { return name.ends_with(end); };
  if (ends_with("norm.weight")) return torch::ones(shape);
  if (ends_with(".bias") || ends_with(".table") || ends_with(".inverse") || ends_with(".copy")) {
    return torch::zeros(shape);
  }
  if (name == "mixer.position") return waves(shape[0], shape[1]);
  if (name == "mixer.head.weight") return torch::zeros(shape);  // The mixer starts by adding nothing.
  if (name == "step.embed.weight") return torch::randn(shape) * 0.2;
  double scale = 1.0 / std::sqrt(static_cast<double>(shape[1]));
  if (ends_with(".down.weight") || ends_with(".out.weight")) {
    scale /= std::sqrt(2.0 * std::max(1, name.starts_with("step") ? config.blocks : config.mixer_layers));
  }
  return torch::randn(shape) * scale;
}

}  // namespace

StepModelImpl::StepModelImpl(TokenLayout layout, ModelConfig config) : layout_(std::move(layout)), config_(config) {
  if (const std::string problems = config_.validate(); !problems.empty()) throw ModelError(problems);
  for (const auto& [name, shape] : ModelFile::expected(layout_, config_)) {
    named_[name] = register_parameter(registered(name), initial(name, shape, config_));
  }
  const TableLayout tables(layout_, config_.tables);
  std::vector<std::int64_t> embed, action;
  for (int s = 0; s < layout_.slots(); ++s) (s < layout_.states() ? embed : action).push_back(tables.offset(s));
  widest_ = tables.widest();
  joint_actions_ = tables.joint_actions();
  action_strides_ = tables.strides();
  smooth_tokens("step.embed.weight", embed, 0);
  if (config_.mixer_width > 0) smooth_tokens("mixer.action_in.weight", action, layout_.states());
  embed_offsets_ = register_buffer("embed_offsets", torch::tensor(embed));
  action_offsets_ = register_buffer("action_offsets", torch::tensor(action));
  pair_offsets_ = register_buffer("pair_offsets", torch::tensor(tables.pair_offsets()));
}

void StepModelImpl::smooth_tokens(const std::string& name, const std::vector<std::int64_t>& offsets, int first_slot) {
  torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const Slot& slot = layout_.slot(first_slot + static_cast<int>(i));
    if (!slot.continuous()) continue;
    auto columns = weight(name).slice(1, offsets[i], offsets[i] + slot.vocabulary);
    fill_with_waves(columns);
  }
}

torch::Tensor StepModelImpl::indices(const Token* tokens, std::int64_t count) const {
  auto result = torch::empty({count, layout_.slots()}, torch::kLong);
  auto* out = result.data_ptr<std::int64_t>();
  const TableLayout tables(layout_, false);
  for (std::int64_t i = 0; i < count * layout_.slots(); ++i) {
    out[i] = tables.index(static_cast<int>(i % layout_.slots()), tokens[i]);
  }
  return result.to(embed_offsets_.device());
}

torch::Tensor StepModelImpl::beside_centres(const Token* tokens, const Fraction* fractions, std::int64_t count) const {
  if (fractions == nullptr || !config_.fractions) return {};
  auto result = torch::zeros({count, layout_.slots()});
  auto* out = result.data_ptr<float>();
  for (std::int64_t i = 0; i < count * layout_.slots(); ++i) {
    const Slot& slot = layout_.slot(static_cast<int>(i % layout_.slots()));
    if (tokens[i] == kMask || neighbour_of(slot, tokens[i], fractions[i]) == tokens[i]) continue;
    out[i] = std::copysign(share_of_neighbour(fractions[i]), static_cast<float>(fractions[i]));
  }
  return result.to(embed_offsets_.device());
}

torch::Tensor StepModelImpl::linear(const std::string& name, const torch::Tensor& x) {
  return torch::linear(x.to(compute_), weight(name + ".weight").to(compute_), weight(name + ".bias").to(compute_));
}

torch::Tensor StepModelImpl::embed(const std::string& name, const torch::Tensor& indices, const torch::Tensor& beside,
                                   const torch::Tensor& offsets) {
  // A one-hot matrix product: on CPU and GPU alike its backward pass is far cheaper than an embedding's scatter.
  // Between the centres of two bins it is two-hot.
  auto shape = indices.sizes().vec();
  shape.back() = weight(name + ".weight").size(1);
  const auto hot = torch::zeros(shape, indices.options().dtype(compute_));
  const auto own = indices + offsets;
  if (!beside.defined()) {
    hot.scatter_(-1, own, 1.0);
  } else {  // What lies beside an end of the range is 0 there already.
    const auto share = beside.abs();
    hot.scatter_(-1, own, (1.0 - share).to(compute_));
    hot.scatter_add_(-1, own + beside.sign().to(torch::kLong), share.to(compute_));
  }
  return linear(name, hot);
}

torch::Tensor StepModelImpl::norm(const std::string& name, const torch::Tensor& x) {
  return torch::layer_norm(x, {x.size(-1)}, weight(name + ".weight"), weight(name + ".bias"));
}

StepModelImpl::StepOutput StepModelImpl::encode(const torch::Tensor& states, const torch::Tensor& beside) {
  auto x = embed("step.embed", states, beside, embed_offsets_).to(torch::kFloat);
  for (int b = 0; b < config_.blocks; ++b) {
    const std::string block = "step." + std::to_string(b);
    const auto hidden = torch::relu(linear(block + ".up", norm(block + ".norm", x)));
    x = x + linear(block + ".down", hidden);
  }
  const auto features = norm("step.norm", x);
  return {features, linear("step.action", features).to(torch::kFloat),
          linear("step.value", features).to(torch::kFloat)};
}

torch::Tensor StepModelImpl::pair_rows(const torch::Tensor& states, const torch::Tensor& actions) {
  auto joint = torch::zeros_like(actions.select(-1, 0));
  for (int a = 0; a < layout_.actions(); ++a) {
    joint = joint + actions.select(-1, a) * action_strides_[static_cast<std::size_t>(a)];
  }
  return states * joint_actions_ + joint.unsqueeze(-1) + pair_offsets_;
}

torch::Tensor StepModelImpl::dynamics(const torch::Tensor& steps) {
  const auto states = steps.slice(-1, 0, layout_.states());
  const auto actions = steps.slice(-1, layout_.states());
  if (!config_.tables)
    return torch::zeros({steps.size(0), layout_.states(), widest_}, embed_offsets_.options().dtype(torch::kFloat));
  return torch::embedding(weight("dynamics.table"), pair_rows(states, actions));
}

std::pair<torch::Tensor, torch::Tensor> StepModelImpl::mix(const torch::Tensor& windows, const StepOutput& encoded,
                                                           const torch::Tensor& beside) {
  const auto batch = windows.size(0), steps = windows.size(1);
  const std::int64_t width = config_.mixer_width, heads = config_.mixer_heads;
  if (width == 0) {  // Only the step before is known.
    const auto before = dynamics(windows.slice(1, 0, steps - 1));
    return {encoded.action.view({batch, steps, -1}), torch::constant_pad_nd(before, {0, 0, 0, 0, 1, 0})};
  }
  const auto states = windows.slice(-1, 0, layout_.states());
  const auto actions = windows.slice(-1, layout_.states());
  const auto beside_actions = beside.defined() ? beside.slice(-1, layout_.states()) : beside;

  auto x = linear("mixer.in", encoded.features.view({batch, steps, -1})).to(torch::kFloat) +
           embed("mixer.action_in", actions, beside_actions, action_offsets_) +
           weight("mixer.position").slice(0, 0, steps);
  for (int l = 0; l < config_.mixer_layers; ++l) {
    const std::string layer = "mixer." + std::to_string(l);
    const auto qkv = linear(layer + ".qkv", norm(layer + ".attention_norm", x))
                         .view({batch, steps, 3, heads, width / heads})
                         .permute({2, 0, 3, 1, 4});
    const auto scores = torch::matmul(qkv[0], qkv[1].transpose(-1, -2)).to(torch::kFloat) /
                        std::sqrt(static_cast<double>(width / heads));
    const auto mixed = torch::matmul(torch::softmax(scores, -1).to(compute_), qkv[2]);
    x = x + linear(layer + ".out", mixed.permute({0, 2, 1, 3}).reshape({batch, steps, width}));
    x = x + linear(layer + ".down", torch::relu(linear(layer + ".up", norm(layer + ".norm", x))));
  }
  const auto head = linear("mixer.head", norm("mixer.norm", x)).to(torch::kFloat);

  // Split at once: a slice's gradient is as large as what it was cut from.
  std::vector<std::int64_t> sizes;
  for (int s = 0; s < layout_.states(); ++s) sizes.push_back(layout_.slot(s).vocabulary);
  sizes.push_back(layout_.action_logits());
  auto slots = torch::split_with_sizes(head, sizes, -1);
  const auto action = encoded.action.view({batch, steps, -1}) + slots.back();
  slots.pop_back();
  for (auto& slot : slots) {
    if (slot.size(-1) < widest_) slot = torch::constant_pad_nd(slot, {0, widest_ - slot.size(-1)});
  }
  // What a step's own tokens say, and what the neighbours' say through the step before and the step after.
  auto state = torch::stack(slots, 2);
  if (!config_.tables) return {action, state};
  state = state + torch::embedding(weight("mixer.copy"), states + embed_offsets_);
  const auto before = dynamics(windows.slice(1, 0, steps - 1));
  const auto after =
      torch::embedding(weight("mixer.inverse"), pair_rows(states.slice(1, 1), actions.slice(1, 0, steps - 1)));
  state =
      state + torch::constant_pad_nd(before, {0, 0, 0, 0, 1, 0}) + torch::constant_pad_nd(after, {0, 0, 0, 0, 0, 1});
  return {action, state};
}

ModelFile StepModelImpl::to_file() const {
  ModelFile file{.layout = layout_, .config = config_, .tensors = {}, .notes = {}};
  for (const auto& [name, parameter] : named_) {
    const auto values = parameter.detach().to(torch::kCPU).to(torch::kFloat).contiguous();
    file.tensors[name] = {.shape = values.sizes().vec(),
                          .values = {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()}};
  }
  return file;
}

void StepModelImpl::from_file(const ModelFile& file) {
  if (file.layout != layout_ || file.config != config_) {
    throw ModelError("model file has another layout or configuration than the network");
  }
  if (const std::string problems = file.validate(); !problems.empty()) throw ModelError(problems);
  torch::NoGradGuard no_grad;
  for (auto& [name, parameter] : named_) {
    const Tensor& tensor = file.tensors.at(name);
    parameter.copy_(torch::tensor(tensor.values).view(tensor.shape));
  }
}

}  // namespace ripen
