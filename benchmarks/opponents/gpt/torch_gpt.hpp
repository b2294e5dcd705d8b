#pragma once
// The GPT-style model in LibTorch: the reference for the native one, and what is trained.

#include <torch/torch.h>

#include <map>
#include <string>

#include "opponents/gpt/gpt_model.hpp"

namespace ripen::opponents {

/// Sequences side by side, as indices: int64, each slot's mask is its vocabulary. What lies beside the centres of bins
/// is in bins, 0 where there is none.
struct GptTensors {
  torch::Tensor goal, goal_beside;  ///< [B, goal slots]
  torch::Tensor arrival;            ///< [B]
  torch::Tensor steps, beside;      ///< [B, steps, slots]
};

/// The network of GptFile. Parameters are float32 leaves named as in the file; matrix products run in `compute` type.
class TorchGptImpl : public torch::nn::Module {
 public:
  /// Fresh weights from torch's generator. Throws ModelError if configuration or goal are invalid.
  TorchGptImpl(TokenLayout layout, train::GoalSlots goal, GptConfig config);

  /// Tokens, fractions: of these slots over and over, `count` times. Returns indices and beside, [count, slots].
  [[nodiscard]] std::pair<torch::Tensor, torch::Tensor> indices(const std::vector<int>& slots, const Token* tokens,
                                                                const Fraction* fractions, std::int64_t count) const;

  /// Features from which each slot of each step is read, [B, steps, slots, width]: those of the position before.
  torch::Tensor features(const GptTensors& sequences);
  /// Logits of a slot. features: [..., width]; returns [..., vocabulary].
  torch::Tensor head(int slot, const torch::Tensor& features);

  [[nodiscard]] const GptLayout& layout() const { return layout_; }
  [[nodiscard]] const GptConfig& config() const { return config_; }
  [[nodiscard]] torch::Device device() const { return named_.at("norm.weight").device(); }
  [[nodiscard]] torch::Tensor embedding() const { return named_.at("embed.weight"); }  ///< [width, rows]

  /// Type of the matrix products: float32, or bfloat16 for mixed precision.
  void set_compute(torch::ScalarType type) { compute_ = type; }

  [[nodiscard]] GptFile to_file() const;
  /// Throws ModelError if the file is of another network.
  void from_file(const GptFile& file);

 private:
  torch::Tensor weight(const std::string& name) { return named_.at(name); }
  torch::Tensor linear(const std::string& name, const torch::Tensor& x);
  torch::Tensor norm(const std::string& name, const torch::Tensor& x);
  torch::Tensor embed(int slot, const torch::Tensor& indices, const torch::Tensor& beside);

  GptLayout layout_;
  GptConfig config_;
  torch::ScalarType compute_ = torch::kFloat;
  std::map<std::string, torch::Tensor> named_;
};
TORCH_MODULE(TorchGpt);

}  // namespace ripen::opponents
