#pragma once
// What a network does to datagrams, on request: drops, doubles, delays (and so reorders) them.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

namespace carriage {

struct LinkFaults {
  double drop = 0.0;                         ///< probability
  double duplicate = 0.0;                    ///< probability
  std::chrono::nanoseconds longest_delay{};  ///< uniform from 0
};

template <typename Message>
class BadLink {
 public:
  using Time = std::chrono::steady_clock::time_point;

  BadLink(const LinkFaults& faults, std::uint64_t seed) : faults_(faults), random_(seed) {}

  void put(const Message& message, Time now) {
    if (uniform() < faults_.drop) return;
    const int copies = uniform() < faults_.duplicate ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
      const std::chrono::duration<double, std::nano> delay(uniform() *
                                                           static_cast<double>(faults_.longest_delay.count()));
      under_way_.push_back({now + std::chrono::duration_cast<std::chrono::nanoseconds>(delay), message});
    }
  }

  /// Hands over what has arrived, in the order of arrival.
  template <typename Receiver>
  void deliver(Time now, const Receiver& receiver) {
    std::stable_sort(under_way_.begin(), under_way_.end(),
                     [](const Parcel& a, const Parcel& b) { return a.arrival < b.arrival; });
    auto parcel = under_way_.begin();
    for (; parcel != under_way_.end() && parcel->arrival <= now; ++parcel) receiver(parcel->message);
    under_way_.erase(under_way_.begin(), parcel);
  }

 private:
  struct Parcel {
    Time arrival;
    Message message;
  };

  double uniform() { return std::uniform_real_distribution<double>()(random_); }  // in [0, 1)

  LinkFaults faults_;
  std::mt19937_64 random_;
  std::vector<Parcel> under_way_;
};

}  // namespace carriage
