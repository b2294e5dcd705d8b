#pragma once
// What a planner asks of a GPT-style model.

#include <span>

#include "opponents/gpt/gpt_model.hpp"

namespace ripen::opponents {

/// A position to be read: what stands there follows from how long its sequence is.
struct GptRow {
  int sequence = 0;
  Token token = 0;        ///< of the slot at that position (kMask if it is not known), or an arrival
  Fraction fraction = 0;  ///< where in its bin a value lies
};

/// Reads tokens, any number at a time, and says what comes next. One thread; every call is real-time safe.
class GptReader {
 public:
  virtual ~GptReader() = default;

  [[nodiscard]] virtual const GptLayout& layout() const noexcept = 0;
  [[nodiscard]] virtual int sequences() const noexcept = 0;  ///< side by side
  [[nodiscard]] virtual int max_rows() const noexcept = 0;   ///< most positions in one append()

  [[nodiscard]] virtual int length(int sequence) const noexcept = 0;  ///< positions read
  /// Forgets what stands from a position on.
  virtual void truncate(int sequence, int length) noexcept = 0;
  /// Makes a sequence the copy of another one's first positions.
  virtual void fork(int from, int to, int length) noexcept = 0;

  /// Reads rows, at most max_rows(), each at the end of its sequence, which must have room for it. Rows of one sequence
  /// come in their order. logits: of the slots that follow the last `asked` rows, each of which must be the last of its
  /// sequence, or null; [asked][logits_stride()]. There are none inside of a prompt. False if one of them is not
  /// finite: then the rows were read all the same.
  [[nodiscard]] virtual bool append(std::span<const GptRow> rows, int asked, float* logits) noexcept = 0;
  [[nodiscard]] virtual int logits_stride() const noexcept = 0;
};

}  // namespace ripen::opponents
