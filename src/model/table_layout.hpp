#pragma once
// Where the rows of a model's tables are: all arithmetic of their indices stands here.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ripen/error.hpp"
#include "ripen/token_layout.hpp"

namespace ripen {

/// A slot's tokens, and its mask after them, have a row each in an embedding, slot after slot; state slots have one
/// embedding, action slots another. A pair table has a row for each of a state slot's tokens (or mask) with each joint
/// action, which is a token (or mask) of every action slot. All calls but the constructor are real-time safe.
class TableLayout {
 public:
  /// Throws ModelError if there are to be pair tables, but more joint actions than they may have.
  TableLayout(const TokenLayout& layout, bool pair_tables);

  [[nodiscard]] std::int64_t state_rows() const noexcept { return state_rows_; }    ///< of the states' embedding
  [[nodiscard]] std::int64_t action_rows() const noexcept { return action_rows_; }  ///< of the actions' embedding
  [[nodiscard]] std::int64_t pair_rows() const noexcept { return pair_rows_; }      ///< of a pair table
  [[nodiscard]] int widest() const noexcept { return widest_; }  ///< columns of a pair table: largest state vocabulary

  /// Of a token among its slot's rows: the mask is the last.
  [[nodiscard]] int index(int slot, Token token) const noexcept { return token == kMask ? masks_[at(slot)] : token; }
  /// Of a token in its embedding.
  [[nodiscard]] int row(int slot, Token token) const noexcept {
    return static_cast<int>(offsets_[at(slot)]) + index(slot, token);
  }
  /// step: [slots]
  [[nodiscard]] std::int64_t joint_action(const Token* step) const noexcept {
    std::int64_t joint = 0;
    for (int slot = states_; slot < states_ + static_cast<int>(strides_.size()); ++slot) {
      joint += strides_[at(slot - states_)] * index(slot, step[slot]);
    }
    return joint;
  }
  /// Of a state slot's token with a joint action.
  [[nodiscard]] std::int64_t pair_row(int slot, Token token, std::int64_t joint) const noexcept {
    return pair_offsets_[at(slot)] + index(slot, token) * joint_actions_ + joint;
  }

  // What the calls above add up, for those who do it for whole tensors at once.
  [[nodiscard]] std::int64_t joint_actions() const noexcept { return joint_actions_; }       ///< 0 without pair tables
  [[nodiscard]] std::int64_t offset(int slot) const noexcept { return offsets_[at(slot)]; }  ///< first row in embedding
  [[nodiscard]] const std::vector<std::int64_t>& pair_offsets() const noexcept { return pair_offsets_; }  ///< [states]
  [[nodiscard]] const std::vector<std::int64_t>& strides() const noexcept { return strides_; }            ///< [actions]

 private:
  static constexpr std::int64_t kMostJointActions = 1 << 16;
  static std::size_t at(int slot) noexcept { return static_cast<std::size_t>(slot); }

  int states_ = 0, widest_ = 0;
  std::int64_t state_rows_ = 0, action_rows_ = 0, pair_rows_ = 0, joint_actions_ = 0;
  std::vector<int> masks_;                  // by slot
  std::vector<std::int64_t> offsets_;       // by slot
  std::vector<std::int64_t> pair_offsets_;  // by state slot
  std::vector<std::int64_t> strides_;       // by action slot: of its index in the joint action
};

inline TableLayout::TableLayout(const TokenLayout& layout, bool pair_tables) : states_(layout.states()) {
  for (int s = 0; s < layout.slots(); ++s) {
    std::int64_t& rows = s < states_ ? state_rows_ : action_rows_;
    masks_.push_back(layout.slot(s).vocabulary);
    offsets_.push_back(rows);
    rows += layout.slot(s).vocabulary + 1;
    if (s < states_) widest_ = std::max(widest_, layout.slot(s).vocabulary);
  }
  if (!pair_tables) return;
  joint_actions_ = 1;
  strides_.resize(at(layout.actions()));
  for (int s = layout.slots() - 1; s >= states_; --s) {  // The last slot counts ones.
    strides_[at(s - states_)] = joint_actions_;
    joint_actions_ *= layout.slot(s).vocabulary + 1;
    if (joint_actions_ > kMostJointActions) {
      throw ModelError("model: more than " + std::to_string(kMostJointActions) +
                       " joint actions are too many for tables");
    }
  }
  for (int s = 0; s < states_; ++s) {
    pair_offsets_.push_back(pair_rows_);
    pair_rows_ += (layout.slot(s).vocabulary + 1) * joint_actions_;
  }
}

}  // namespace ripen
