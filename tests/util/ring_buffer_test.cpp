#include "util/ring_buffer.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <thread>

namespace ripen {
namespace {

TEST(RingBufferTest, EveryValueOnceAndInOrder) {
  constexpr std::uint64_t kValues = 1'000'000;
  RingBuffer<std::uint64_t> ring(64);
  std::jthread writer([&] {
    for (std::uint64_t value = 0; value < kValues; ++value) {
      while (!ring.push(value)) std::this_thread::yield();
    }
  });
  for (std::uint64_t expected = 0; expected < kValues; ++expected) {
    std::uint64_t value = 0;
    while (!ring.pop(value)) std::this_thread::yield();
    ASSERT_EQ(value, expected);
  }
}

}  // namespace
}  // namespace ripen
