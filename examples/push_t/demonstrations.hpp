#pragma once
// The recorded demonstrations as trajectories to train on.

#include <span>
#include <vector>

#include "push_t/episodes.hpp"
#include "push_t/tokens.hpp"
#include "ripen/train/trajectory.hpp"
#include "util/random.hpp"

namespace ripen::push_t {

/// What a step of the value head is worth here [steps]: its bins are for more than the last six seconds.
inline constexpr int kValueSteps = 4;

/// Recorded episodes, each as often as it is long; the held-out ones where the trainer evaluates. Steps in which
/// nothing moved are left out: who waits learns to wait, and this task does not change by itself.
class Demonstrations : public train::TrajectorySource {
 public:
  struct Options {
    std::vector<int> trained;   ///< indices of the episodes to train on
    std::vector<int> held_out;  ///< ... and to evaluate on
    bool mirrored = false;      ///< half of what is trained on is seen in the mirror: data that nobody recorded
    std::vector<int> failed;    ///< those of `trained` that did not get there: they teach the value alone
    double shifted = 0.0;       ///< this share of what is trained on is seen elsewhere (shift.hpp): nobody recorded it
  };

  /// Throws std::invalid_argument if an index names no episode, or if there is none to train or to evaluate on.
  Demonstrations(std::span<const Episode> episodes, Options options);

  [[nodiscard]] const TokenLayout& layout() const override { return layout_; }
  void make(std::uint64_t number, train::Trajectory& out) const override;

 private:
  struct Set {
    std::vector<std::vector<Channels>> episodes;
    std::vector<char> failed;  // by episode
    std::vector<int> of_step;  // for every step of all of them, its episode
  };

  /// As it might have been from a start nearby, or as it is if that start is off the table.
  static void shift_by_chance(std::span<Channels> steps, Random& random);
  static Set select(std::span<const Episode> episodes, const std::vector<int>& indices, const char* what);

  TokenLayout layout_ = push_t::layout();
  Set trained_, held_out_;
  bool mirrored_;
  double shifted_;
};

}  // namespace ripen::push_t
