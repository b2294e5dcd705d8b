#include "opponents/gpt/torch_gpt.hpp"

#include <cmath>

#include "model/between_bins.hpp"
#include "model/torch_waves.hpp"
#include "ripen/error.hpp"

namespace ripen::opponents {

namespace {

/// Names of parameters may not contain dots in LibTorch.
std::string registered(std::string name) {
  for (char& c : name) c = c == '.' ? '/' : c;
  return name;
}

torch::Tensor initial(const std::string& name, const std::vector<std::int64_t>& shape, const GptConfig& config) {
  if (name.ends_with("norm.weight")) return torch::ones(shape);
  if (name.ends_with(".bias")) return torch::zeros(shape);
  if (name == "embed.weight") return torch::randn(shape) * 0.2;
  if (name.starts_with("embed.")) return torch::randn(shape) * 0.1;
  if (name.starts_with("head.")) return torch::zeros(shape);  // At first all values are as likely.
  double scale = 1.0 / std::sqrt(static_cast<double>(shape[1]));
  if (name.ends_with(".down.weight") || name.ends_with(".out.weight")) scale /= std::sqrt(2.0 * config.layers);
  return torch::randn(shape) * scale;
}

}  // namespace

TorchGptImpl::TorchGptImpl(TokenLayout layout, train::GoalSlots goal, GptConfig config)
    : layout_(std::move(layout), goal, config.window), config_(config) {
  if (const std::string problems = config_.validate(); !problems.empty()) throw ModelError(problems);
  for (const auto& [name, shape] : GptFile::expected(layout_.tokens(), layout_.goal_slots(), config_)) {
    named_[name] = register_parameter(registered(name), initial(name, shape, config_));
  }
  torch::NoGradGuard no_grad;
  for (int s = 0; s < layout_.tokens().slots(); ++s) {
    const Slot& slot = layout_.tokens().slot(s);
    if (!slot.continuous()) continue;
    auto columns = weight("embed.weight").slice(1, layout_.first_row(s), layout_.first_row(s) + slot.vocabulary);
    fill_with_waves(columns);
  }
}

std::pair<torch::Tensor, torch::Tensor> TorchGptImpl::indices(const std::vector<int>& slots, const Token* tokens,
                                                              const Fraction* fractions, std::int64_t count) const {
  const auto columns = static_cast<std::int64_t>(slots.size());
  auto own = torch::empty({count, columns}, torch::kLong);
  auto beside = torch::zeros({count, columns});
  auto* index = own.data_ptr<std::int64_t>();
  auto* part = beside.data_ptr<float>();
  for (std::int64_t i = 0; i < count * columns; ++i) {
    const Slot& slot = layout_.tokens().slot(slots[static_cast<std::size_t>(i % columns)]);
    index[i] = tokens[i] == kMask ? slot.vocabulary : tokens[i];
    if (tokens[i] == kMask || neighbour_of(slot, tokens[i], fractions[i]) == tokens[i]) continue;
    part[i] = std::copysign(share_of_neighbour(fractions[i]), static_cast<float>(fractions[i]));
  }
  return {own.to(device()), beside.to(device())};
}

torch::Tensor TorchGptImpl::linear(const std::string& name, const torch::Tensor& x) {
  return torch::linear(x.to(compute_), weight(name + ".weight").to(compute_), weight(name + ".bias").to(compute_));
}

torch::Tensor TorchGptImpl::norm(const std::string& name, const torch::Tensor& x) {
  return torch::layer_norm(x, {x.size(-1)}, weight(name + ".weight"), weight(name + ".bias"));
}

/// Values of one slot as a one-hot matrix product, two-hot between the centres of bins: its backward pass is far
/// cheaper than an embedding's scatter.
torch::Tensor TorchGptImpl::embed(int slot, const torch::Tensor& indices, const torch::Tensor& beside) {
  const int first = layout_.first_row(slot), rows = layout_.tokens().slot(slot).vocabulary + 1;
  auto shape = indices.sizes().vec();
  shape.push_back(rows);
  const auto hot = torch::zeros(shape, indices.options().dtype(compute_));
  const auto share = beside.abs().unsqueeze(-1), own = indices.unsqueeze(-1);
  hot.scatter_(-1, own, (1.0 - share).to(compute_));
  hot.scatter_add_(-1, own + beside.sign().to(torch::kLong).unsqueeze(-1), share.to(compute_));
  return torch::linear(hot, weight("embed.weight").slice(1, first, first + rows).to(compute_)).to(torch::kFloat);
}

torch::Tensor TorchGptImpl::features(const GptTensors& sequences) {
  const std::int64_t width = config_.width, heads = config_.heads;
  const std::int64_t batch = sequences.steps.size(0), steps = sequences.steps.size(1), slots = layout_.tokens().slots();
  std::vector<torch::Tensor> parts, of_slots;
  for (std::size_t g = 0; g < layout_.goal().size(); ++g) {
    const auto column = static_cast<std::int64_t>(g);
    const auto token =
        embed(layout_.goal()[g], sequences.goal.select(1, column), sequences.goal_beside.select(1, column));
    parts.push_back((token + weight("embed.goal").select(0, column)).unsqueeze(1));
  }
  parts.push_back(torch::embedding(weight("embed.arrival"), sequences.arrival).unsqueeze(1));
  for (int s = 0; s < slots; ++s) {
    of_slots.push_back(embed(s, sequences.steps.select(2, s), sequences.beside.select(2, s)) +
                       weight("embed.slot").select(0, s));
  }
  const auto at = weight("embed.step").slice(0, 0, steps).unsqueeze(1);  // [steps, 1, width]
  parts.push_back((torch::stack(of_slots, 2) + at).reshape({batch, steps * slots, width}));
  auto x = torch::cat(parts, 1);

  const std::int64_t positions = x.size(1);
  const auto later = torch::ones({positions, positions}, x.options().dtype(torch::kBool)).triu(1);
  for (int l = 0; l < config_.layers; ++l) {
    const std::string layer = "layer." + std::to_string(l);
    const auto qkv = linear(layer + ".qkv", norm(layer + ".attention_norm", x))
                         .view({batch, positions, 3, heads, width / heads})
                         .permute({2, 0, 3, 1, 4});
    const auto scores = torch::matmul(qkv[0], qkv[1].transpose(-1, -2)).to(torch::kFloat) /
                        std::sqrt(static_cast<double>(width / heads));
    const auto seen = scores.masked_fill(later, -std::numeric_limits<double>::infinity());
    const auto mixed = torch::matmul(torch::softmax(seen, -1).to(compute_), qkv[2]);
    x = x + linear(layer + ".out", mixed.permute({0, 2, 1, 3}).reshape({batch, positions, width}));
    x = x + linear(layer + ".down", torch::relu(linear(layer + ".up", norm(layer + ".norm", x))));
  }
  const std::int64_t first = layout_.prompt() - 1;
  return norm("norm", x).slice(1, first, first + steps * slots).reshape({batch, steps, slots, width});
}

torch::Tensor TorchGptImpl::head(int slot, const torch::Tensor& features) {
  return linear("head." + std::to_string(slot), features).to(torch::kFloat);
}

GptFile TorchGptImpl::to_file() const {
  GptFile file{.layout = layout_.tokens(), .goal = layout_.goal_slots(), .config = config_, .tensors = {}, .notes = {}};
  for (const auto& [name, parameter] : named_) {
    const auto values = parameter.detach().to(torch::kCPU).to(torch::kFloat).contiguous();
    file.tensors[name] = {.shape = values.sizes().vec(),
                          .values = {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()}};
  }
  return file;
}

void TorchGptImpl::from_file(const GptFile& file) {
  if (file.layout != layout_.tokens() || file.config != config_ || file.goal.always != layout_.goal_slots().always ||
      file.goal.at_end != layout_.goal_slots().at_end) {
    throw ModelError("gpt: the file has another layout, goal or configuration than the network");
  }
  if (const std::string problems = file.validate(); !problems.empty()) throw ModelError(problems);
  torch::NoGradGuard no_grad;
  for (auto& [name, parameter] : named_) {
    const Tensor& tensor = file.tensors.at(name);
    parameter.copy_(torch::tensor(tensor.values).view(tensor.shape));
  }
}

}  // namespace ripen::opponents
