#pragma once
// Batches that are made on threads of their own and handed over through a bounded queue.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace ripen::train {

/// Makes batches from trajectories first, first + 1, ... in parallel.
template <typename Batch>
class BatchQueue {
 public:
  /// Makes one batch of the trajectories from a number on, which it moves on. Thread-safe.
  using Make = std::function<Batch(std::uint64_t& first)>;

  BatchQueue(Make make, int threads, std::uint64_t first) : make_(std::move(make)), first_(first) {
    for (int t = 0; t < threads; ++t) {
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
  ~BatchQueue() {
    for (auto& worker : workers_) worker.request_stop();
    changed_.notify_all();
  }
  BatchQueue(const BatchQueue&) = delete;
  BatchQueue& operator=(const BatchQueue&) = delete;

  /// The next batch; waits for one. With one thread the sequence is the same every time. Throws what `make` threw.
  Batch next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !ready_.empty() || failure_ != nullptr; });
    if (failure_ != nullptr) std::rethrow_exception(failure_);
    Batch batch = std::move(ready_.front());
    ready_.pop_front();
    changed_.notify_all();
    return batch;
  }

 private:
  static constexpr std::size_t kReady = 4;  // Batches kept ahead; more would only cost memory.

  void work(const std::stop_token& stop, std::uint64_t stream) {
    std::uint64_t first = first_ + (stream << 40);  // Streams never meet: 2^40 trajectories each.
    while (!stop.stop_requested()) {
      Batch batch = make_(first);
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [&] { return ready_.size() < kReady; })) return;
      ready_.push_back(std::move(batch));
      changed_.notify_all();
    }
  }

  Make make_;
  std::uint64_t first_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Batch> ready_;
  std::exception_ptr failure_;
  std::vector<std::jthread> workers_;
};

}  // namespace ripen::train
