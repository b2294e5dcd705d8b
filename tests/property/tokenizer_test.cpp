#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "ripen/error.hpp"
#include "ripen/token_layout.hpp"
#include "support/property.hpp"

namespace ripen {
namespace {

/// A channel of some bins, or of some categories where there is no range, and a value of it.
struct Case {
  int vocabulary;
  double low, high, value;
};

std::ostream& operator<<(std::ostream& out, const Case& drawn) {
  using test::exact;
  return out << "{" << drawn.vocabulary << ", " << exact(drawn.low) << ", " << exact(drawn.high) << ", "
             << exact(drawn.value) << "}";
}

Case draw(Random& random) {
  Case drawn{2 + random.below(random.below(2) == 0 ? 8 : kMaxVocabulary - 1), 0.0, 0.0, 0.0};
  if (random.below(4) > 0) {
    drawn.low = (2.0 * random.uniform() - 1.0) * std::exp2(random.below(1000) - 500);
    drawn.high = drawn.low + std::abs(drawn.low) * std::exp2(-random.below(16)) + std::exp2(-500);
  }
  if (random.below(8) == 0) {
    drawn.low = test::any_number(random);
    drawn.high = test::any_number(random);
  }
  const double inside = drawn.low + (1.2 * random.uniform() - 0.1) * (drawn.high - drawn.low);
  drawn.value = random.below(4) == 0 ? test::any_number(random) : inside;
  if (drawn.low == drawn.high && random.below(4) > 0) drawn.value = random.below(drawn.vocabulary + 4) - 2;
  return drawn;
}

std::string check(const Case& drawn) {
  const auto& [vocabulary, low, high, value] = drawn;
  std::optional<Tokenizer> made;
  try {
    made.emplace(TokenLayout({{"value", SlotRole::kState, vocabulary, low, high},
                              {.name = "action", .role = SlotRole::kAction, .vocabulary = 2}}));
  } catch (const ModelError&) {
    const bool sound = low <= high && std::isfinite(low) && std::isfinite(high) && high - low < 1e304;
    return sound ? "a range was refused" : "";
  }
  const Tokenizer& tokenizer = *made;
  const Token token = tokenizer.encode(0, value);
  Token state = 12345;
  const bool taken = tokenizer.encode_state({&value, 1}, {&state, 1});
  if (taken != (token != kMask) || state != (taken ? token : 12345)) return "encode and encode_state do not agree";
  if (low == high) {
    const bool category = value >= 0.0 && value < vocabulary && value == std::floor(value);
    if (taken != category) return taken ? "no category was taken" : "a category was refused";
    return !taken || tokenizer.decode(0, token) == value ? "" : "another category came back";
  }
  if (!std::isfinite(value)) return taken ? "what is not finite was taken" : "";
  if (token >= vocabulary) return "token " + std::to_string(token);

  const double width = (high - low) / vocabulary, nearest = std::clamp(value, low, high);
  const double rounding = 1e-9 * width + 4e-16 * std::max(std::abs(low), std::abs(high)) + 1e-322;
  const double back = tokenizer.decode(0, token);
  if (!(std::abs(back - nearest) <= width / 2 + rounding)) return "decoded " + test::exact(back) + ", another bin's";
  if (rounding > width / 4) return "";  // A double cannot tell bins apart that are so narrow.
  if (!(back >= low && back <= high)) return "decoded out of the range";
  return tokenizer.encode(0, back) == token ? "" : "another token for what it decodes to";
}

TEST(TokenizerProperty, TakesTheNearestBinOrTheCategoryItself) { test::check_cases(draw, check); }

}  // namespace
}  // namespace ripen
