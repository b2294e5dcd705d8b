#include "train/batch.hpp"

#include <utility>

namespace ripen::train {

namespace {

constexpr std::size_t kReady = 4;  // Batches kept ahead; more would only cost memory.

/// Appends `steps` steps of a trajectory from `from` on, the last one repeated past the end, where a goal holds.
void append_window(const Trajectory& trajectory, int from, int steps, int slots, std::vector<Token>& tokens,
                   std::vector<std::uint64_t>* good) {
  for (int i = 0; i < steps; ++i) {
    const auto at = std::min(from + i, trajectory.steps - 1);
    const auto begin = trajectory.tokens.begin() + at * slots;
    tokens.insert(tokens.end(), begin, begin + slots);
    if (good != nullptr) good->push_back(trajectory.good_actions[static_cast<std::size_t>(at)]);
  }
}

}  // namespace

Batch make_batch(const TrajectorySource& source, const BatchShape& shape, std::uint64_t& first) {
  const int slots = source.layout().slots();
  const int states = source.layout().states();
  Random random(first, 1);
  Corruption corruption(source.layout());
  Batch batch;
  Trajectory trajectory, other;
  std::vector<Token> stale;
  int steps = 0, windows = 0;
  while (steps < shape.steps || windows < shape.windows) {
    source.make(first++, trajectory);
    for (int i = 0; i + 1 < trajectory.steps && steps < shape.steps; ++i) {
      if (!trajectory.chance.empty() && random.uniform() >= trajectory.chance[static_cast<std::size_t>(i)]) continue;
      const auto begin = trajectory.tokens.begin() + i * slots;
      batch.steps.insert(batch.steps.end(), begin, begin + slots);
      batch.next_states.insert(batch.next_states.end(), begin + slots, begin + slots + states);
      batch.good.push_back(trajectory.good_actions[static_cast<std::size_t>(i)]);
      batch.to_goal.push_back(trajectory.to_goal[static_cast<std::size_t>(i)]);
      ++steps;
    }
    if (windows < shape.windows && other.steps > 0) {
      append_window(trajectory, random.below(trajectory.steps), shape.window, slots, batch.clean, &batch.window_good);
      stale.clear();
      append_window(other, random.below(other.steps), shape.window, slots, stale, nullptr);
      const auto size = static_cast<std::size_t>(shape.window * slots);
      batch.corrupted.insert(batch.corrupted.end(), batch.clean.end() - static_cast<std::ptrdiff_t>(size),
                             batch.clean.end());
      batch.known.push_back(corruption.apply(std::span(batch.corrupted).last(size), stale, random));
      ++windows;
    }
    std::swap(trajectory, other);
  }
  return batch;
}

BatchMaker::BatchMaker(const TrajectorySource& source, BatchShape shape, int threads, std::uint64_t first)
    : source_(source), shape_(shape), threads_(threads), first_(first) {
  for (int t = 0; t < threads_; ++t) {
    workers_.emplace_back([this, t](const std::stop_token& stop) {
      try {
        work(stop, static_cast<std::uint64_t>(t));
      } catch (...) {
        const std::lock_guard lock(mutex_);
        failure_ = std::current_exception();
        changed_.notify_all();
      }
    });
  }
}

BatchMaker::~BatchMaker() {
  for (auto& worker : workers_) worker.request_stop();
  changed_.notify_all();
}

void BatchMaker::work(const std::stop_token& stop, std::uint64_t stream) {
  std::uint64_t first = first_ + (stream << 40);  // Streams never meet: 2^40 trajectories each.
  while (!stop.stop_requested()) {
    Batch batch = make_batch(source_, shape_, first);
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [&] { return ready_.size() < kReady; })) return;
    ready_.push_back(std::move(batch));
    changed_.notify_all();
  }
}

Batch BatchMaker::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !ready_.empty() || failure_ != nullptr; });
  if (failure_ != nullptr) std::rethrow_exception(failure_);
  Batch batch = std::move(ready_.front());
  ready_.pop_front();
  changed_.notify_all();
  return batch;
}

}  // namespace ripen::train
