#pragma once
// Training batches, made on data threads and handed over through a bounded queue.

#include <vector>

#include "ripen/train/trajectory.hpp"
#include "train/batch_queue.hpp"
#include "train/corruption.hpp"

namespace ripen::train {

struct BatchShape {
  int steps = 4096;        ///< single steps with a successor
  int windows = 64;        ///< corrupted windows
  int window = 16;         ///< [steps] in each
  int least_window = 0;    ///< [steps] a batch's windows have from so many up to `window`; 0: `window`
  bool fractions = false;  ///< CorruptionOptions::fractions
  double unseen = 0.0;     ///< CorruptionOptions::unseen
  double spread = 0.05;    ///< CorruptionOptions::spread
};

/// Tokens of some slots, and where in their bins the values lie.
struct Values {
  std::vector<Token> tokens;
  std::vector<Fraction> fractions;  ///< as many
};

/// Plain arrays, ready to become tensors.
struct Batch {
  int window = 0;                          ///< [steps] in each window
  Values steps;                            ///< [steps][slots], clean
  Values next;                             ///< [steps][slots], the step after each
  std::vector<std::uint64_t> good;         ///< [steps]
  std::vector<float> to_goal;              ///< [steps]
  std::vector<float> imitate;              ///< [steps] 1, or 0 where the action is not to be learned
  Values clean;                            ///< [windows][window][slots]
  Values corrupted;                        ///< the same after the forward process
  std::vector<std::uint64_t> window_good;  ///< [windows][window]
  std::vector<Corruption::Known> known;    ///< [windows]
  std::vector<std::uint8_t> told;          ///< [windows][window][slots] the corrupted token is right for sure
};

/// Fills batches from trajectories first, first + 1, ... in parallel.
class BatchMaker {
 public:
  BatchMaker(const TrajectorySource& source, BatchShape shape, int threads, std::uint64_t first);

  /// The next batch; waits for one. With one thread the sequence is the same every time. Throws what the source threw.
  Batch next() { return queue_.next(); }

 private:
  BatchQueue<Batch> queue_;
};

/// Throws Error naming the trajectory and the field if one has not the shape that it claims or a token outside of its
/// vocabulary.
void check_trajectory(const Trajectory& trajectory, const TokenLayout& layout, std::uint64_t number);

/// One batch, made here and now, from trajectories first, first + 1, ... Throws Error naming the trajectory and the
/// field if one has not the shape that it claims or a token outside of its vocabulary, or if many in a row have nothing
/// to learn from.
Batch make_batch(const TrajectorySource& source, const BatchShape& shape, std::uint64_t& first);

}  // namespace ripen::train
