#pragma once
// What training of any network has in common: schedule, optimisers, moving average, checkpoint, and when to stop.

#include <torch/torch.h>

#include <functional>
#include <memory>
#include <string>

#include "ripen/train/trainer.hpp"
#include "train/muon.hpp"

namespace ripen::train {

/// Weights on their way, their moving average, the optimisers, and how far it is.
class Descent {
 public:
  /// model, average: of one class, with equal weights, on the options' device; they must outlive this. is_table:
  /// whether a parameter of this name is a table (TrainerOptions::table_learning_rate). Resumes from the checkpoint if
  /// there is one; throws ModelError if it cannot be read.
  Descent(torch::nn::Module& model, torch::nn::Module& average, const std::function<bool(const std::string&)>& is_table,
          const TrainerOptions& options);

  /// One step down the gradient of a loss, which this returns. smooth: called on the gradients before they are used.
  double step(double minutes, const std::function<torch::Tensor()>& loss, const std::function<void()>& smooth);

  /// Writes the checkpoint, if there is to be one.
  void save(double minutes);

  [[nodiscard]] std::int64_t steps() const { return steps_; }
  [[nodiscard]] double minutes() const { return minutes_; }

 private:
  double set_rates(double progress);
  void update_average();
  void load();

  torch::nn::Module& model_;
  torch::nn::Module& average_;
  TrainerOptions options_;
  std::unique_ptr<torch::optim::AdamW> optimizer_;
  Muon muon_;
  std::int64_t steps_ = 0;
  double minutes_ = 0.0;
};

/// The number of the first trajectory of a run: a resumed one goes on with trajectories that it has not seen.
[[nodiscard]] std::uint64_t first_trajectory(const TrainerOptions& options, const Descent& descent);

/// Steps until the time or the steps are over, or on_step says so. step: does one, given the minutes, and returns its
/// loss. evaluate: called now and then, and at the end.
void descend(const TrainerOptions& options, const Descent& descent, const std::function<double(double)>& step,
             const std::function<void(const Progress&)>& evaluate, const OnStep& on_step);

}  // namespace ripen::train
