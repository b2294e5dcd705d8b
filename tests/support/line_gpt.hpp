#pragma once
// A GPT-style model that knows the line (line_world.hpp) perfectly, and where it is to get.

#include <algorithm>
#include <vector>

#include "opponents/gpt/gpt_reader.hpp"
#include "support/line_world.hpp"

namespace ripen::test {

/// Every sequence is a list of tokens. The goal stands in the prompt. In less time than the way takes there is no way:
/// then every move and every place is as likely.
class LineGpt : public opponents::GptReader {
 public:
  explicit LineGpt(int sequences = 8, int window = 48, int max_rows = 64)
      : layout_(line_layout(), {.at_end = {0}}, window),
        max_rows_(max_rows),
        tokens(static_cast<std::size_t>(sequences), std::vector<Token>(static_cast<std::size_t>(layout_.positions()))),
        lengths_(static_cast<std::size_t>(sequences), 0) {
    rows.reserve(1 << 16);
  }

  [[nodiscard]] const opponents::GptLayout& layout() const noexcept override { return layout_; }
  [[nodiscard]] int sequences() const noexcept override { return static_cast<int>(tokens.size()); }
  [[nodiscard]] int max_rows() const noexcept override { return max_rows_; }
  [[nodiscard]] int length(int sequence) const noexcept override {
    return lengths_[static_cast<std::size_t>(sequence)];
  }
  void truncate(int sequence, int length) noexcept override {
    int& own = lengths_[static_cast<std::size_t>(sequence)];
    own = std::min(own, length);
  }
  void fork(int from, int to, int length) noexcept override {
    tokens[static_cast<std::size_t>(to)] = tokens[static_cast<std::size_t>(from)];
    lengths_[static_cast<std::size_t>(to)] = length;
  }
  [[nodiscard]] int logits_stride() const noexcept override { return kPlaces; }

  [[nodiscard]] bool append(std::span<const opponents::GptRow> read, int asked, float* logits) noexcept override {
    if (rows.size() < rows.capacity()) rows.push_back(static_cast<int>(read.size()));
    for (const opponents::GptRow& row : read) {
      const auto sequence = static_cast<std::size_t>(row.sequence);
      tokens[sequence][static_cast<std::size_t>(lengths_[sequence]++)] = row.token;
    }
    if (broken) return false;
    for (const opponents::GptRow& row : read.last(static_cast<std::size_t>(logits == nullptr ? 0 : asked))) {
      answer(row.sequence, logits);
      logits += kPlaces;
    }
    return true;
  }

  /// What a sequence has read.
  [[nodiscard]] std::vector<Token> read(int sequence) const {
    const auto& own = tokens[static_cast<std::size_t>(sequence)];
    return {own.begin(), own.begin() + length(sequence)};
  }

 private:
  void answer(int sequence, float* logits) const noexcept {
    const auto& own = tokens[static_cast<std::size_t>(sequence)];
    const auto next = static_cast<std::size_t>(length(sequence)), prompt = static_cast<std::size_t>(layout_.prompt());
    const Token last = own[next - 1], goal = own[0], arrival = own[1], start = own[prompt];
    const bool asks_move = (next - prompt) % 2 == 1;
    std::fill_n(logits, asks_move ? 3 : kPlaces, 0.0F);
    const int way = goal == kMask || start == kMask ? 0 : std::abs(int{goal} - int{start});
    if (arrival <= layout_.window() && way > arrival) return;
    int likely = asks_move ? kStay : 0;
    if (!asks_move) {
      if (own[next - 2] == kMask) return;
      likely = LineDenoiser::moved(own[next - 2], last);
    } else if (goal != kMask && last != kMask) {
      likely = last < goal ? kRight : last > goal ? kLeft : kStay;
    }
    logits[likely] = 8.0F;
  }

  opponents::GptLayout layout_;
  int max_rows_;

 public:
  std::vector<std::vector<Token>> tokens;  ///< by sequence
  std::vector<int> rows;                   ///< of each call
  bool broken = false;                     ///< whether what it says is no number

 private:
  std::vector<int> lengths_;
};

}  // namespace ripen::test
