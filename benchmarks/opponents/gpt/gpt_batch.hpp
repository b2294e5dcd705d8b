#pragma once
// What a GPT-style model learns from: stretches of trajectories behind a prompt.

#include <cstdint>
#include <vector>

#include "opponents/gpt/gpt_model.hpp"
#include "ripen/train/trajectory.hpp"
#include "train/batch.hpp"

namespace ripen::opponents {

struct GptBatchShape {
  int stretches = 64;
  double unseen = 0.0;  ///< share of the stretches in which some channels of states and goal were not seen
};

/// Plain arrays, ready to become tensors.
struct GptBatch {
  train::Values goal;           ///< [stretches][goal slots]
  std::vector<Token> arrivals;  ///< [stretches] GptLayout::arrival()
  std::vector<int> lengths;     ///< [stretches] steps that there are
  train::Values clean;          ///< [stretches][window][slots]
  train::Values shown;          ///< the same as the model sees it: kMask where a channel was not seen
};

/// One batch of trajectories first, first + 1, ... A stretch begins at a random step. Its goal is the state at the
/// arrival, the first step from there on that is less than half a step from the goal; of a trajectory that does not
/// know how far its goal is, the state at the stretch's end. It is not known of one that never gets there. How many
/// steps it is to the arrival is hidden in 30 % of the stretches. Throws Error as train::make_batch() does.
GptBatch make_gpt_batch(const train::TrajectorySource& source, const GptLayout& layout, const GptBatchShape& shape,
                        std::uint64_t& first);

}  // namespace ripen::opponents
