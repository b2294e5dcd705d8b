#pragma once
// The GPT-style opponent's model: a causal transformer over tokens in time order, and its file.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/tensors.hpp"
#include "ripen/token_layout.hpp"
#include "ripen/train/trajectory.hpp"

namespace ripen::opponents {

/// Sizes of the transformer.
struct GptConfig {
  int width = 128;  ///< features of a position; a multiple of 16 x heads, best of 64 too
  int layers = 2;   ///< of attention and four times wider ReLUs
  int heads = 4;    ///< of attention
  int window = 64;  ///< [steps] of the longest sequence

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
  bool operator==(const GptConfig&) const = default;
};

/// The sizes that are compared: "0.4M", "3M" and "15M" numbers in the layers.
[[nodiscard]] const std::vector<std::pair<std::string, GptConfig>>& gpt_sizes();

/// What stands where. A sequence is a prompt, and then steps slot after slot: each token is a position. The prompt has
/// the goal's tokens (those of GoalSlots::always, then of at_end) and the number of steps from the first one to the
/// arrival. All calls but the constructor are real-time safe.
class GptLayout {
 public:
  GptLayout() = default;
  /// Throws ModelError if a goal slot is no state slot, or is there twice.
  GptLayout(TokenLayout layout, const train::GoalSlots& goal, int window);

  [[nodiscard]] const TokenLayout& tokens() const noexcept { return tokens_; }
  [[nodiscard]] const train::GoalSlots& goal_slots() const noexcept { return given_; }
  [[nodiscard]] const std::vector<int>& goal() const noexcept { return goal_; }  ///< slots in the prompt's order
  [[nodiscard]] int window() const noexcept { return window_; }
  [[nodiscard]] int prompt() const noexcept { return static_cast<int>(goal_.size()) + 1; }  ///< positions
  [[nodiscard]] int positions() const noexcept { return prompt() + window_ * tokens_.slots(); }
  [[nodiscard]] int position_of(int step, int slot) const noexcept { return prompt() + step * tokens_.slots() + slot; }
  /// Whose token stands at a position: a slot, of the goal or of a step; -1 for the arrival.
  [[nodiscard]] int slot_at(int position) const noexcept {
    const int goals = static_cast<int>(goal_.size());
    if (position < goals) return goal_[static_cast<std::size_t>(position)];
    return position == goals ? -1 : (position - goals - 1) % tokens_.slots();
  }
  /// The token of an arrival: more steps than the window has are the window's. Unknown if steps is negative.
  [[nodiscard]] Token arrival(int steps) const noexcept {
    if (steps < 0) return static_cast<Token>(window_ + 1);
    return static_cast<Token>(steps < window_ ? steps : window_);
  }
  [[nodiscard]] int arrivals() const noexcept { return window_ + 2; }  ///< tokens of an arrival

  /// Row of a slot's token in the table of embeddings; a mask has a row of its own.
  [[nodiscard]] int row(int slot, Token token) const noexcept {
    return first_row(slot) + (token == kMask ? tokens_.slot(slot).vocabulary : token);
  }
  [[nodiscard]] int first_row(int slot) const noexcept { return tokens_.offset(slot) + slot; }
  [[nodiscard]] int rows() const noexcept { return tokens_.logits() + tokens_.slots(); }

 private:
  TokenLayout tokens_;
  train::GoalSlots given_;
  std::vector<int> goal_;
  int window_ = 0;
};

/// A model as loaded from, or to be written to, one safetensors file.
struct GptFile {
  TokenLayout layout;
  train::GoalSlots goal;
  GptConfig config;
  Tensors tensors;
  std::map<std::string, std::string> notes;  ///< free metadata: how it was made

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
  /// Throws ModelError naming the file, the field and the value.
  [[nodiscard]] static GptFile load(const std::string& path);
  /// The same from a file's bytes. Throws Error.
  [[nodiscard]] static GptFile from_bytes(std::string_view bytes);
  /// Writes float16, in one step. Throws ModelError naming the file if it cannot be written, or load() would refuse it.
  void save(const std::string& path) const;
  [[nodiscard]] std::string to_bytes() const;

  [[nodiscard]] std::int64_t numbers() const;  ///< of all tensors
  /// Name and shape of every tensor that the network has.
  [[nodiscard]] static Shapes expected(const TokenLayout& layout, const train::GoalSlots& goal,
                                       const GptConfig& config);
};

}  // namespace ripen::opponents
