#pragma once
// Many runs on a few threads, reported in their order.

#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace ripen::examples {

/// Takes results in any order and hands them on in the order of their numbers, each as soon as its turn has come, so
/// that a run that is cut short has lost nothing. Thread-safe.
template <typename Result>
class InOrder {
 public:
  using Report = std::function<void(std::size_t index, const Result&)>;

  InOrder(std::size_t count, Report report) : report_(std::move(report)), results_(count) {}

  void take(std::size_t index, Result result) {
    const std::lock_guard lock(mutex_);
    results_[index] = std::move(result);
    for (; next_ < results_.size() && results_[next_]; ++next_) report_(next_, *results_[next_]);
  }

  /// Those that were reported; call when nobody takes any more.
  [[nodiscard]] std::vector<Result> results() const {
    std::vector<Result> reported;
    reported.reserve(next_);
    for (std::size_t i = 0; i < next_; ++i) reported.push_back(*results_[i]);
    return reported;
  }

 private:
  Report report_;
  std::mutex mutex_;
  std::vector<std::optional<Result>> results_;
  std::size_t next_ = 0;
};

/// Calls `work` on `jobs` threads at once; each call draws numbers from `next` until they reach `count`. The first
/// exception ends the others after what they are doing, and is thrown from here.
template <typename Work>
void in_parallel(int jobs, std::atomic<std::size_t>& next, std::size_t count, const Work& work) {
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(jobs));
  {
    std::vector<std::jthread> workers;
    workers.reserve(failures.size());
    for (auto& failure : failures) {
      workers.emplace_back([&] {
        try {
          work();
        } catch (...) {
          failure = std::current_exception();
          next = count;
        }
      });
    }
  }
  for (const auto& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace ripen::examples
