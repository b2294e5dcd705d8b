#pragma once
// Trains a step denoiser on trajectories.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ripen/export.hpp"
#include "ripen/torch/step_model.hpp"
#include "ripen/train/trajectory.hpp"

namespace ripen::train {

struct RIPEN_EXPORT TrainerOptions {
  std::string device = "cpu";  ///< "cpu" or "cuda"
  bool bfloat16 = true;        ///< matrix products in bfloat16; weights and sums stay float32
  int threads = 1;             ///< of LibTorch; two single-threaded runs beat one with two threads
  int data_threads = 1;        ///< that make batches
  int batch = 4096;            ///< single steps in a batch
  int windows = 64;            ///< corrupted windows in a batch
  double unseen = 0.1;         ///< share of windows in which single state slots of what was seen were not
  /// Of a value that a corrupted window shows of a binned channel, as a share of its range, the more the noisier the
  /// token: how far off drafts are where channels say more together than each alone. Where each must fit its
  /// neighbours closely, as places along a way, less.
  double spread = 0.05;
  double unrolled = 0.0;        ///< share of windows with the model's own decisions; half of them twice, and so on
  double learning_rate = 1e-3;  ///< at its peak
  double table_learning_rate = 2e-2;  ///< of the dynamics tables, whose rows are rarely touched
  double matrix_learning_rate = 0.0;  ///< of the layers' matrices by Muon (src/train/muon.hpp); 0: AdamW, as the rest
  double weight_decay = 0.01;
  double ema = 0.999;                              ///< of the weights that ship
  double minutes = 60.0;                           ///< training ends after this time, resumed runs added up
  std::int64_t max_steps = std::int64_t{1} << 60;  ///< ... or after this many steps
  double evaluate_every = 120.0;                   ///< [s] between evaluations, checkpoints and weights written
  std::uint64_t seed = 1;
  std::string checkpoint;  ///< file to resume from and to write; empty for none
  std::string output;      ///< weights written (EMA); empty for none

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// How well a slot is forecast when nothing of what comes is known.
struct Forecast {
  std::string slot;
  /// Of the 1st, 2nd, 4th, 8th, ... step behind what was seen: the mean absolute error in the channel's unit; of a
  /// category, the share that is right.
  std::vector<double> ahead;
};

/// How a model does on trajectories it was not trained on.
struct Evaluation {
  double good_action = 0.0;    ///< share of states whose likeliest action is good
  double whole_state = 0.0;    ///< share of next states with every slot right, from the true state and action
  double value_error = 0.0;    ///< mean absolute error of the expected steps to the goal [steps]
  double window_action = 0.0;  ///< share of corrupted windows' actions that are good
  double window_state = 0.0;   ///< share of corrupted windows' state tokens that are right
  std::vector<Forecast> forecasts =
      {};  ///< [slots] of windows a quarter of which was lived through; empty without a mixer
};

/// How far a run is.
struct Progress {
  std::int64_t step = 0;  ///< steps done; of resumed runs, with those before
  double minutes = 0.0;   ///< training time, the same
  double loss = 0.0;      ///< moving average
};

/// Called after each evaluation, once at the end included.
using OnEvaluation = std::function<void(const Progress&, const Evaluation&)>;
/// Called after each step. Returns false to end the training now, with everything written.
using OnStep = std::function<bool(const Progress&)>;

/// Trains until the time or the steps are over, or on_step says so; on_step may be empty. Both are called on this
/// thread. Sets the seed and the number of threads of LibTorch, and nothing else of the process. Throws OptionsError on
/// bad options, ModelError on files that cannot be read or written, and what source throws.
RIPEN_EXPORT void train(StepModel model, const TrajectorySource& source, const TrainerOptions& options,
                        const OnEvaluation& on_evaluation, const OnStep& on_step = {});

/// On `batches` batches of trajectories that training never draws.
RIPEN_EXPORT Evaluation evaluate(StepModel model, const TrajectorySource& source, int batches);

}  // namespace ripen::train
