#include "shared/program.hpp"

#include <gtest/gtest.h>

#include <array>
#include <new>

#include "ripen/error.hpp"

namespace ripen::examples {
namespace {

struct Ended {
  int status = 0;
  std::string errors;
};

template <typename Run>
Ended ended(const Run& run) {
  std::array<char, 32> name{"/some/where/solver"};
  std::array<char*, 2> arguments{name.data(), nullptr};
  testing::internal::CaptureStderr();
  const int status = run_program(1, arguments.data(), run);
  return {status, testing::internal::GetCapturedStderr()};
}

TEST(Program, EndsWithWhatItReturns) {
  EXPECT_EQ(ended([](int count, char**) { return count; }).status, 1);
  EXPECT_EQ(ended([](int, char**) { return 3; }).status, 3);
  EXPECT_EQ(ended([](int, char**) { return 3; }).errors, "");
}

TEST(Program, SaysWhatFailedBehindItsName) {
  const Ended model = ended([](int, char**) -> int { throw ModelError("model file 'm': cannot be opened"); });
  EXPECT_EQ(model.status, kBadInput);
  EXPECT_EQ(model.errors, "solver: model file 'm': cannot be opened\n");
  EXPECT_EQ(ended([](int, char**) -> int { throw std::invalid_argument("scramble"); }).errors, "solver: scramble\n");
  EXPECT_EQ(ended([](int, char**) -> int { throw std::bad_alloc(); }).status, kBadInput);
}

}  // namespace
}  // namespace ripen::examples
