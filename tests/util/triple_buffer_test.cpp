#include "util/triple_buffer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <thread>

namespace ripen {
namespace {

#if defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kHandovers = 1'000'000;  // each costs many times as much
#else
constexpr std::uint64_t kHandovers = 10'000'000;
#endif

/// RIPEN_HANDOVERS in the environment asks for another number.
std::uint64_t handovers() {
  const char* const wanted = std::getenv("RIPEN_HANDOVERS");
  return wanted == nullptr ? kHandovers : std::strtoull(wanted, nullptr, 10);
}

TEST(TripleBufferTest, GivesTheNewestAndSaysWhetherItIsNew) {
  TripleBuffer<int> buffer(7);
  EXPECT_FALSE(buffer.take());
  EXPECT_EQ(buffer.reading(), 7);
  for (int i = 1; i <= 3; ++i) {
    buffer.writing() = i;
    buffer.publish();
  }
  EXPECT_EQ(buffer.reading(), 7) << "until it is taken";
  EXPECT_TRUE(buffer.take());
  EXPECT_EQ(buffer.reading(), 3);
  EXPECT_FALSE(buffer.take());
  EXPECT_EQ(buffer.latest(), 3);
}

/// More than a cache line, so that a torn one would show.
struct Message {
  std::uint64_t number = 0;
  std::array<std::uint64_t, 20> words{};
  std::uint64_t sum = 0;

  void fill(std::uint64_t n) noexcept {
    number = n;
    sum = n;
    for (std::uint64_t& word : words) {
      n = n * 6364136223846793005ULL + 1442695040888963407ULL;
      word = n;
      sum = (sum ^ n) * 0x9E3779B97F4A7C15ULL;
    }
  }
  [[nodiscard]] bool whole() const noexcept {
    std::uint64_t expected = number;
    for (const std::uint64_t word : words) expected = (expected ^ word) * 0x9E3779B97F4A7C15ULL;
    return expected == sum;
  }
};

TEST(TripleBufferTest, MillionsOfHandoversAreWholeAndInOrder) {
  const std::uint64_t count = handovers(), meeting = count / 100 + 1;
  Message first;
  first.fill(0);
  TripleBuffer<Message> buffer(first);
  std::atomic<std::uint64_t> reached = 0;
  std::thread writer([&] {
    for (std::uint64_t n = 1; n <= count; ++n) {
      buffer.writing().fill(n);
      buffer.publish();
      // Now and then the reader is waited for, so that both work at the same time on a busy machine too.
      while (n % meeting == 0 && reached < n) std::this_thread::yield();
    }
  });
  std::uint64_t last = 0, taken = 0, torn = 0, backwards = 0;
  while (last < count) {
    if (!buffer.take()) continue;
    const Message& message = buffer.reading();
    ++taken;
    if (!message.whole()) ++torn;
    if (message.number <= last) ++backwards;
    last = message.number;
    reached = last;
  }
  writer.join();
  EXPECT_EQ(torn, 0U);
  EXPECT_EQ(backwards, 0U);
  EXPECT_GE(taken, count / meeting);
  EXPECT_EQ(buffer.reading().number, count) << "the last one is never lost";
}

}  // namespace
}  // namespace ripen
