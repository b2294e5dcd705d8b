#include "cube_solver/tokens.hpp"

#include <algorithm>
#include <vector>

namespace ripen::cube {

TokenLayout layout() {
  std::vector<Slot> slots;
  for (const char* name : kCubieNames) slots.push_back({.name = name, .role = SlotRole::kState, .vocabulary = kPlaces});
  slots.push_back({.name = "turn", .role = SlotRole::kAction, .vocabulary = kActions});
  return TokenLayout(std::move(slots));
}

void to_tokens(const Cube& cube, std::span<Token> tokens) noexcept {
  std::copy(cube.places.begin(), cube.places.end(), tokens.begin());
}

bool from_tokens(std::span<const Token> tokens, Cube& cube) noexcept {
  Cube read;
  for (std::size_t i = 0; i < kCubies; ++i) {
    if (tokens[i] >= kPlaces) return false;
    read.places[i] = static_cast<std::uint8_t>(tokens[i]);
  }
  if (!is_solvable(read)) return false;
  cube = read;
  return true;
}

bool CubeTransition::next(std::span<const Token> state, std::span<const Token> action,
                          std::span<Token> next) const noexcept {
  for (std::size_t i = 0; i < kCubies; ++i) next[i] = kPlaceTable[i < kCorners ? 0 : 1][action[0]][state[i]];
  return true;
}

bool CubeTransition::sensible(std::span<const Token> previous, std::span<const Token> action) const noexcept {
  if (action[0] == kHold) return false;
  if (previous.empty() || previous[0] == kHold) return true;
  const Face before = face_of(static_cast<Move>(previous[0]));
  const Face now = face_of(static_cast<Move>(action[0]));
  return before != now && before != now + 3;
}

void CubeTransition::to_frame(int frame, std::span<const Token> state, std::span<Token> seen) const noexcept {
  frames_[static_cast<std::size_t>(frame)].see(state.first<kCubies>(), seen.first<kCubies>());
}

void CubeTransition::from_frame(int frame, std::span<Token> action) const noexcept {
  action[0] = frames_[static_cast<std::size_t>(frame)].world[action[0]];
}

std::array<double, kCubies> to_channels(const Cube& cube) noexcept {
  std::array<double, kCubies> channels{};
  std::ranges::copy(cube.places, channels.begin());
  return channels;
}

Task solved_task() {
  const auto solved = to_channels(Cube());
  return {.goal = {solved.begin(), solved.end()}, .rest = {kHold}};
}

}  // namespace ripen::cube
