#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "support/property.hpp"

namespace ripen::test {
namespace {

struct Sum {
  int first;
  std::vector<int> others;
};
std::ostream& operator<<(std::ostream& out, const Sum& sum) {
  return out << "{" << sum.first << ", " << listed(sum.others) << "}";
}

TEST(PropertyDriver, PrintsTheFirstWrongCaseAsATest) {
  const auto check_wrong_property = [] {
    check_cases(
        [](Random& random) {
          return Sum{random.below(100), {random.below(10), 7}};
        },
        [](const Sum& sum) { return sum.first < 50 ? "" : "not below 50"; });
  };
  EXPECT_NONFATAL_FAILURE(check_wrong_property(), "of seed ");
  EXPECT_NONFATAL_FAILURE(check_wrong_property(), ": not below 50\n  EXPECT_EQ(check({");
  EXPECT_NONFATAL_FAILURE(check_wrong_property(), ", 7}}), \"\");");
}

}  // namespace
}  // namespace ripen::test
