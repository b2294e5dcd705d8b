#pragma once
// The same step pass by LibTorch, with its settings as good as they get: one thread, no gradients, indices made before.

#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/torch.h>

#include <memory>

#include "ripen/torch/step_model.hpp"

namespace ripen {

class TorchPasses {
 public:
  /// tokens: [positions][slots]
  TorchPasses(const ModelFile& file, const Token* tokens, int positions) : model_(file.layout, file.config) {
    at::set_num_threads(1);
    model_->from_file(file);
    for (auto& weight : model_->parameters()) weight.set_requires_grad(false);
    torch::NoGradGuard no_grad;
    states_ = model_->indices(tokens, positions).slice(1, 0, file.layout.states()).contiguous();
    // Weights become constants of the graph, so there is nothing left to freeze.
    const auto traced = torch::jit::tracer::trace(
        {states_},
        [this](torch::jit::Stack stack) -> torch::jit::Stack {
          const auto out = model_->encode(stack.at(0).toTensor());
          return {out.action, out.value};
        },
        [](const torch::autograd::Variable&) { return std::string(); });
    executor_ = std::make_unique<torch::jit::GraphExecutor>(traced.first->graph, "pass");
  }

  void eager() const {
    torch::InferenceMode inference;
    (void)StepModel(model_)->encode(states_);
  }

  void traced() const {
    torch::InferenceMode inference;
    torch::jit::Stack stack = {states_};
    executor_->run(stack);
  }

 private:
  StepModel model_;
  torch::Tensor states_;
  std::unique_ptr<torch::jit::GraphExecutor> executor_;
};

}  // namespace ripen
