#pragma once
// The step denoiser in LibTorch: the reference for the native one, and what is trained.

#include <torch/torch.h>

#include <memory>
#include <string>
#include <vector>

#include "ripen/denoiser.hpp"
#include "ripen/export.hpp"
#include "ripen/model_file.hpp"

namespace ripen {

/// The network of ModelFile. Parameters are float32 leaves named as in the file; matrix products run in `compute` type.
class RIPEN_EXPORT StepModelImpl : public torch::nn::Module {
 public:
  /// Fresh weights from torch's generator. Throws ModelError if the configuration is invalid.
  StepModelImpl(TokenLayout layout, ModelConfig config);

  /// What the step encoder says of single steps.
  struct StepOutput {
    torch::Tensor features;  ///< [N, width]
    torch::Tensor action;    ///< [N, action logits]
    torch::Tensor value;     ///< [N, value_bins] logits
  };

  /// Token indices, as the other calls take them: int64, each slot's mask is its vocabulary. tokens: [N, slots].
  [[nodiscard]] torch::Tensor indices(const Token* tokens, std::int64_t count) const;

  /// How far from the centres of their bins values lie, as encode() and mix() take it: float, in bins, 0 where the
  /// token is a mask or a category. Undefined, which those take for centres, if fractions is null or the network sees
  /// bins alone (ModelConfig::fractions). tokens, fractions: [N, slots].
  [[nodiscard]] torch::Tensor beside_centres(const Token* tokens, const Fraction* fractions, std::int64_t count) const;

  /// states: indices [N, states]; beside: beside_centres() of them.
  StepOutput encode(const torch::Tensor& states, const torch::Tensor& beside = {});

  /// Next state from one state and action. steps: indices [N, slots]. Returns [N, states, widest vocabulary]; columns
  /// past a slot's vocabulary mean nothing.
  torch::Tensor dynamics(const torch::Tensor& steps);

  /// Every slot of every step of some windows, and the value. windows: indices [B, W, slots]; encoded: encode() of its
  /// B*W steps; beside: beside_centres() [B, W, slots]. Returns action logits [B, W, action logits] and state logits
  /// [B, W, states, widest vocabulary].
  std::pair<torch::Tensor, torch::Tensor> mix(const torch::Tensor& windows, const StepOutput& encoded,
                                              const torch::Tensor& beside = {});

  [[nodiscard]] const TokenLayout& layout() const { return layout_; }
  [[nodiscard]] const ModelConfig& config() const { return config_; }
  [[nodiscard]] int widest() const { return widest_; }

  /// Type of the matrix products: float32, or bfloat16 for mixed precision.
  void set_compute(torch::ScalarType type) { compute_ = type; }

  /// Parameters out to and in from a file's tensors. from_file throws ModelError if the file is of another network, or
  /// not as validate() wants it.
  [[nodiscard]] ModelFile to_file() const;
  void from_file(const ModelFile& file);

 private:
  torch::Tensor weight(const std::string& name) { return named_.at(name); }
  /// Begins the embeddings of binned channels as smooth functions of the value: neighbours mean nearly the same.
  /// offsets: of the slots from the first on.
  void smooth_tokens(const std::string& name, const std::vector<std::int64_t>& offsets, int first_slot);
  /// The embedding `name` of some slots' values, as a matrix product. indices, beside: [..., slots]; offsets: [slots].
  torch::Tensor embed(const std::string& name, const torch::Tensor& indices, const torch::Tensor& beside,
                      const torch::Tensor& offsets);
  torch::Tensor linear(const std::string& name, const torch::Tensor& x);
  torch::Tensor norm(const std::string& name, const torch::Tensor& x);
  torch::Tensor pair_rows(const torch::Tensor& states, const torch::Tensor& actions);

  TokenLayout layout_;
  ModelConfig config_;
  int widest_ = 0;
  std::int64_t joint_actions_ = 0;
  std::vector<std::int64_t> action_strides_;
  torch::ScalarType compute_ = torch::kFloat;
  std::map<std::string, torch::Tensor> named_;
  torch::Tensor embed_offsets_, action_offsets_, pair_offsets_;
};
TORCH_MODULE(StepModel);

/// The network behind the Denoiser interface, for tests and comparisons; it allocates, so it is not for a tick.
class RIPEN_EXPORT TorchDenoiser : public Denoiser {
 public:
  TorchDenoiser(StepModel model, int max_windows);

  [[nodiscard]] const TokenLayout& layout() const noexcept override { return model_->layout(); }
  [[nodiscard]] int max_windows() const noexcept override { return max_windows_; }
  [[nodiscard]] int max_steps() const noexcept override { return model_->config().window; }
  [[nodiscard]] Capabilities capabilities() const noexcept override {
    return {.tables = model_->config().tables, .mixer = model_->config().mixer_width > 0};
  }
  void run(const DenoiseBatch& batch) noexcept override;

 private:
  StepModel model_;
  int max_windows_;
};

}  // namespace ripen
