#include "maze/frame.hpp"

#include <algorithm>

#include "maze/tokens.hpp"

namespace maze {

namespace {

constexpr std::size_t kX = 0, kY = 1;  // Slots.

float share_of(ripen::NoiseLevel level) { return static_cast<float>(level) / ripen::kFullNoise; }

}  // namespace

void Frame::reserve(int horizon, int plans) {
  plan.resize(static_cast<std::size_t>(horizon));  // Copies have no more room than what they hold.
  candidates.assign(static_cast<std::size_t>(plans - 1), std::vector<Point>(plan.size()));
}

Recording::Recording(int max_steps, const ripen::PlannerOptions& options)
    : frames_(static_cast<std::size_t>(max_steps / kStepTicks + 2)) {
  for (Frame& frame : frames_) frame.reserve(options.horizon, options.candidates);
}

Onlooker::Onlooker(const MazeRobot& robot, const ripen::PlanSource& plan)
    : robot_(robot), plan_(plan), planner_(dynamic_cast<const ripen::Planner*>(&plan)), tokenizer_(plan.layout()) {}

void Onlooker::look(Frame& frame) const noexcept {
  frame.steps = robot_.steps();
  frame.at = robot_.seen();
  frame.plan.clear();
  const std::int64_t head = plan_.report().head;
  for (int i = 0; i < plan_.horizon(); ++i) {
    const ripen::PlannedStep step = plan_.step(i);
    Point at;
    if (planner_ != nullptr) {
      if (!decode(0, head + i, at)) break;
      const auto levels = planner_->buffer().levels(0, head + i);
      frame.plan.push_back({at, share_of(std::max(levels[kX], levels[kY]))});
    } else {
      if (step.tokens.size() < 2 || step.tokens[kX] == ripen::kMask || step.tokens[kY] == ripen::kMask) break;
      at = {tokenizer_.decode(kX, step.tokens[kX]), tokenizer_.decode(kY, step.tokens[kY])};
      frame.plan.push_back({at, share_of(step.level)});
    }
  }
  for (std::size_t c = 0; c < frame.candidates.size(); ++c) {
    auto& candidate = frame.candidates[c];
    candidate.clear();
    // Every candidate has two rows: what is done and expected, and the draft that passes see.
    const auto row = 2 * static_cast<int>(c + 1);
    if (planner_ == nullptr || row >= planner_->buffer().candidates()) continue;
    for (Point at; std::ssize(candidate) < planner_->horizon() && decode(row, head + std::ssize(candidate), at);) {
      candidate.push_back(at);
    }
  }
}

bool Onlooker::decode(int row, std::int64_t step, Point& to) const noexcept {
  const ripen::PlanBuffer& buffer = planner_->buffer();
  const auto tokens = buffer.tokens(row, step);
  if (tokens[kX] == ripen::kMask || tokens[kY] == ripen::kMask) return false;
  to = {tokenizer_.decode(kX, tokens[kX], buffer.fraction(row, step, kX)),
        tokenizer_.decode(kY, tokens[kY], buffer.fraction(row, step, kY))};
  return true;
}

}  // namespace maze
