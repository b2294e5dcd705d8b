#pragma once
// What a step of the plan is made of: slots, their roles, vocabularies and units; and how values become tokens.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ripen/export.hpp"

namespace ripen {

/// A categorical value of a slot, in [0, vocabulary), or kMask.
using Token = std::uint16_t;

/// The token of a slot about which nothing is decided.
inline constexpr Token kMask = 0xFFFF;

/// Where in its bin a value of a binned channel lies, from its centre: so many of kFractions to the bin's width.
using Fraction = std::int8_t;
inline constexpr int kFractions = 256;

/// State slots say what the robot expects to see, action slots what it does.
enum class SlotRole : std::uint8_t { kState, kAction };

/// One token's place inside a step.
struct Slot {
  std::string name;
  SlotRole role = SlotRole::kState;
  int vocabulary = 0;  ///< number of values; at most kMaxVocabulary
  double low = 0.0;    ///< [unit of the channel] lower edge of the first bin
  double high = 0.0;   ///< [unit of the channel] upper edge of the last bin; low == high means categorical

  /// True for a binned channel, false for a category whose token is its value.
  [[nodiscard]] bool continuous() const { return low < high; }
  bool operator==(const Slot&) const = default;
};

inline constexpr int kMaxVocabulary = 4096;
inline constexpr int kMaxSlots = 256;

/// The slots of a step: all state slots first, then all action slots. Immutable.
class RIPEN_EXPORT TokenLayout {
 public:
  /// An empty layout, only to be assigned to.
  TokenLayout() = default;

  /// Throws ModelError that lists every problem: no state or no action slot, an action slot before a state
  /// slot, a name that is empty, repeated or not UTF-8, a vocabulary outside [2, kMaxVocabulary], a range that is not
  /// finite, too wide to be cut into bins, or reversed.
  explicit TokenLayout(std::vector<Slot> slots);

  [[nodiscard]] int slots() const { return static_cast<int>(slots_.size()); }
  [[nodiscard]] int states() const { return states_; }
  [[nodiscard]] int actions() const { return slots() - states_; }
  [[nodiscard]] const Slot& slot(int index) const { return slots_[static_cast<std::size_t>(index)]; }

  /// Logits of one step: the sum of all vocabularies, slot after slot.
  [[nodiscard]] int logits() const { return offsets_.back(); }
  /// Logits of the state slots alone, which come first.
  [[nodiscard]] int state_logits() const { return offsets_[static_cast<std::size_t>(states_)]; }
  /// Logits of the action slots alone, which follow.
  [[nodiscard]] int action_logits() const { return logits() - state_logits(); }
  /// Where a slot's logits begin.
  [[nodiscard]] int offset(int slot) const { return offsets_[static_cast<std::size_t>(slot)]; }

  /// Whether every token of a step, or of its states alone, is in its vocabulary (kMask allowed where asked).
  /// tokens: [states] or [slots]. Real-time safe.
  [[nodiscard]] bool valid(std::span<const Token> tokens, bool allow_mask) const noexcept;

  /// One-line JSON array of the slots, as stored in a model file's metadata.
  [[nodiscard]] std::string to_json() const;
  /// Throws Error naming the field when the text is not such an array.
  [[nodiscard]] static TokenLayout from_json(std::string_view text);
  /// FNV-1a 64 of to_json(): equal layouts, equal hash.
  [[nodiscard]] std::uint64_t hash() const;

  bool operator==(const TokenLayout& other) const { return slots_ == other.slots_; }

 private:
  std::vector<Slot> slots_;
  std::vector<int> offsets_{0};
  int states_ = 0;
};

/// Encodes observations and decodes commands. A categorical channel carries its token as a number; a continuous one is
/// cut into equal bins, and a Fraction says where in its bin a value lies. All calls but the constructor are
/// real-time safe.
class RIPEN_EXPORT Tokenizer {
 public:
  /// Keeps its own copy of the layout.
  explicit Tokenizer(TokenLayout layout);

  /// state: [states] channel values; tokens: [states]. Values outside a continuous range go to the nearest bin.
  /// Returns false, and leaves `tokens` alone, if a value is not finite or is not a category of its slot.
  [[nodiscard]] bool encode_state(std::span<const double> state, std::span<Token> tokens) const noexcept;

  /// tokens: [actions]; action: [actions] channel values; fractions: [actions], or empty for the bins' centres. A
  /// masked token decodes to NaN.
  void decode_action(std::span<const Token> tokens, std::span<double> action,
                     std::span<const Fraction> fractions = {}) const noexcept;

  /// The token of one channel value; kMask if it is not finite or not a category.
  [[nodiscard]] Token encode(int slot, double value) const noexcept;
  /// The same, and where in the bin the value lies; 0 for a category.
  [[nodiscard]] Token encode(int slot, double value, Fraction& fraction) const noexcept;
  /// The value of one token: the category, or the centre of the bin and so much beside it; NaN for kMask.
  [[nodiscard]] double decode(int slot, Token token, Fraction fraction = 0) const noexcept;
  [[nodiscard]] const TokenLayout& layout() const noexcept { return layout_; }

 private:
  TokenLayout layout_;
};

}  // namespace ripen
