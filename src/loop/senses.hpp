#pragma once
// What the sensors say, and whether it can be.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "ripen/limits.hpp"
#include "ripen/robot.hpp"
#include "ripen/task.hpp"
#include "ripen/tokenizer.hpp"

namespace ripen {

/// Owns the memory that a robot fills, and turns it into tokens. Real-time safe but for construction.
class Senses {
 public:
  Senses(const TokenLayout& layout, const std::vector<ChannelLimits>& limits);

  /// An observation to be filled.
  [[nodiscard]] Observation blank() noexcept;
  /// Whether the robot left the memory of blank() where it was.
  [[nodiscard]] bool owns(const Observation& observation) const noexcept;

  /// Encodes what was seen; kMask where a channel was not. Returns the Fault bits kBadObservation, for a value that is
  /// not finite or no category: then nothing of it counts; and kOutOfRange.
  [[nodiscard]] std::uint32_t encode() noexcept;

  /// Takes note of what encode() read. Returns whether some sensor shows nothing new though the robot was moved since:
  /// one that measures a channel that was, or all of the continuous ones together.
  [[nodiscard]] bool is_frozen() noexcept;
  /// What was sent, and what the task calls rest: whether that moves the robot.
  void sent(std::span<const double> command, std::span<const ChannelValue> rest) noexcept;
  /// Nothing was sensed or sent yet.
  void forget() noexcept;

  [[nodiscard]] std::span<const Token> tokens() const noexcept { return tokens_; }
  [[nodiscard]] std::span<const Fraction> fractions() const noexcept { return fractions_; }
  [[nodiscard]] double value(std::size_t channel) const noexcept { return values_[channel]; }
  [[nodiscard]] bool seen(std::size_t channel) const noexcept { return seen_[channel]; }

 private:
  /// A sensor, and whether what it measures has moved since it last showed something new.
  struct Sensor {
    bool continuous = false;
    double bin = 0.0;  // [unit]
    double last = 0.0;
    bool known = false;
    bool moved = false;
  };
  /// An action channel.
  struct Motor {
    int measured_by = -1;
    double bin = 0.0;  // [unit]; 0 of a category
    double from = 0.0;
    bool begun = false;
  };

  Tokenizer tokenizer_;
  std::vector<double> values_;       // [states]
  std::unique_ptr<bool[]> seen_;     // [states]; a vector of bool is no memory to hand out
  std::vector<Token> tokens_;        // [states]
  std::vector<Fraction> fractions_;  // [states]
  std::vector<Sensor> sensors_;      // [states]
  std::vector<Motor> motors_;        // [actions]
  bool moved_ = false;               // something did since any continuous channel showed something new
};

}  // namespace ripen
