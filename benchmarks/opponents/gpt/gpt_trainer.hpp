#pragma once
// Trains a GPT-style model from any task's trajectories, as train::train() does a denoiser.

#include <functional>

#include "opponents/gpt/torch_gpt.hpp"
#include "ripen/train/trainer.hpp"

namespace ripen::opponents {

/// How a model does on trajectories it was not trained on: mean nats a token, under targets that leave some to the
/// neighbours of a bin.
struct GptEvaluation {
  double state = 0.0;
  double action = 0.0;
};

using OnGptEvaluation = std::function<void(const train::Progress&, const GptEvaluation&)>;

/// Of the options, batch, table_learning_rate and unrolled say nothing here; windows is the number of stretches. The
/// loss is the mean over all positions behind the first state. Stops, resumes, writes and throws as train::train().
void train_gpt(TorchGpt model, const train::TrajectorySource& source, const train::TrainerOptions& options,
               const OnGptEvaluation& on_evaluation, const train::OnStep& on_step = {});

/// On `batches` batches of trajectories that training never draws.
GptEvaluation evaluate_gpt(TorchGpt model, const train::TrajectorySource& source, int batches);

}  // namespace ripen::opponents
