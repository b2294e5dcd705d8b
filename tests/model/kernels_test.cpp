#include "model/kernels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "ripen/native_denoiser.hpp"
#include "util/random.hpp"

namespace ripen::kernels {
namespace {

constexpr int kOutputs = 64;  // A multiple of every panel.

std::size_t size(int a, int b = 1) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

std::vector<float> random_floats(std::size_t count, Random& random) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.uniform() * 4.0 - 1.5);
  return values;
}

/// What `quantize` of some kernels gives, the codes as plain numbers.
struct Quantized {
  std::vector<unsigned char> bytes;
  std::vector<int> codes;
  std::vector<RowScale> scales;
};

Quantized quantize(const Kernels& kernels, const std::vector<float>& x, int rows, int inputs) {
  Quantized result{.bytes = std::vector<unsigned char>(size(rows, inputs * kernels.code_bytes)),
                   .codes = {},
                   .scales = std::vector<RowScale>(size(rows))};
  kernels.quantize(x.data(), rows, inputs, result.bytes.data(), result.scales.data());
  for (std::size_t i = 0; i < result.bytes.size(); i += size(kernels.code_bytes)) {
    short number = 0;  // One byte is signed if something was subtracted.
    if (kernels.code_bytes == sizeof number) {
      std::memcpy(&number, &result.bytes[i], sizeof number);
    } else {
      number = kernels.zero == 0 ? result.bytes[i] : static_cast<signed char>(result.bytes[i]);
    }
    result.codes.push_back(number + kernels.zero);
  }
  return result;
}

class EveryInstructionSet : public testing::TestWithParam<std::string> {
 protected:
  const Kernels& kernels_ = *find(GetParam().c_str());
};
INSTANTIATE_TEST_SUITE_P(Kernels, EveryInstructionSet, testing::ValuesIn(available_instructions()),
                         [](const auto& set) { return set.param; });

TEST_P(EveryInstructionSet, QuantisesToThePortableOnesCodesAndBits) {
  Random random(1);
  for (const int inputs : {64, 192, 512}) {
    for (const int rows : {1, 5, 16}) {
      std::vector<float> x = random_floats(size(rows, inputs), random);
      std::fill_n(x.begin(), inputs, rows == 5 ? 3.0F : 0.0F);  // A row of one value.
      const Quantized mine = quantize(kernels_, x, rows, inputs), theirs = quantize(portable(), x, rows, inputs);
      ASSERT_EQ(mine.codes, theirs.codes) << rows << " x " << inputs;
      for (int r = 0; r < rows; ++r) {
        const RowScale scale = mine.scales[size(r)];
        ASSERT_EQ(scale.low, theirs.scales[size(r)].low) << r;
        ASSERT_EQ(scale.step, theirs.scales[size(r)].step) << r;
        for (int i = 0; i < inputs; ++i) {
          const std::size_t at = size(r, inputs) + size(i);
          ASSERT_NEAR(x[at], scale.low + scale.step * static_cast<float>(mine.codes[at]), scale.step * 0.501F) << at;
        }
      }
    }
  }
}

TEST_P(EveryInstructionSet, SumsOfEightBitProductsAreExact) {
  Random random(2);
  for (const int inputs : {64, 192, 512, 2048}) {
    std::vector<int> weights(size(kOutputs, inputs));
    // The first output's are all the largest: the sum that would overflow first.
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = i < size(inputs) ? 127 : random.below(255) - 127;
    std::vector<signed char> packed(weights.size());
    std::vector<int> sums(kOutputs, 0);
    const int panel = kernels_.panel, group = kernels_.group;
    for (int o = 0; o < kOutputs; ++o) {
      for (int i = 0; i < inputs; ++i) {
        packed[size(o / panel, inputs * panel) + size(i / group, panel * group) + size(o % panel, group) +
               size(i % group)] = static_cast<signed char>(weights[size(o, inputs) + size(i)]);
        sums[size(o)] += weights[size(o, inputs) + size(i)];
      }
    }
    const std::vector<float> ones(kOutputs, 1.0F), zeros(kOutputs, 0.0F);
    for (int rows = 1; rows <= 14; ++rows) {
      std::vector<float> x = random_floats(size(rows, inputs), random);
      if (rows % 2 == 0) {  // Only the ends, where sums of few products overflow first.
        for (float& value : x) value = value < 0.5F ? -1.0F : 1.0F;
      }
      Quantized q = quantize(kernels_, x, rows, inputs);
      std::fill(q.scales.begin(), q.scales.end(), RowScale{0.0F, 1.0F});
      std::vector<float> y(size(rows, kOutputs));
      kernels_.linear_int8(q.bytes.data(), q.scales.data(), rows,
                           {packed.data(), ones.data(), sums.data(), zeros.data(), inputs, kOutputs / panel}, y.data(),
                           false, false);
      for (int r = 0; r < rows; ++r) {
        for (int o = 0; o < kOutputs; ++o) {
          int sum = 0;  // More than 255 * 127 * 518 is more than a float holds exactly.
          for (int i = 0; i < inputs; ++i)
            sum += q.codes[size(r, inputs) + size(i)] * weights[size(o, inputs) + size(i)];
          ASSERT_EQ(y[size(r, kOutputs) + size(o)], static_cast<float>(sum)) << rows << " rows, " << inputs;
        }
      }
    }
  }
}

TEST_P(EveryInstructionSet, EightBitRowsAreScaledShiftedRectifiedAndAdded) {
  constexpr int kInputs = 64, kRows = 3;
  Random random(3);
  const std::vector<signed char> packed(size(kOutputs, kInputs), 2);
  const std::vector<float> scales(kOutputs, 0.25F), bias(kOutputs, -20.0F);
  const std::vector<int> sums(kOutputs, 2 * kInputs);
  const std::vector<float> x = random_floats(size(kRows, kInputs), random);
  const Quantized q = quantize(kernels_, x, kRows, kInputs);
  for (const bool rectify : {false, true}) {
    for (const bool accumulate : {false, true}) {
      std::vector<float> y(size(kRows, kOutputs), 7.0F);
      kernels_.linear_int8(q.bytes.data(), q.scales.data(), kRows,
                           {packed.data(), scales.data(), sums.data(), bias.data(), kInputs, kOutputs / kernels_.panel},
                           y.data(), rectify, accumulate);
      for (int r = 0; r < kRows; ++r) {
        double sum = -20.0;
        for (int i = 0; i < kInputs; ++i) {
          sum += 0.5 *
                 (double{q.scales[size(r)].low} + double{q.scales[size(r)].step} * q.codes[size(r, kInputs) + size(i)]);
        }
        if (rectify) sum = std::max(sum, 0.0);
        if (accumulate) sum += 7.0;
        for (int o = 0; o < kOutputs; ++o) ASSERT_NEAR(y[size(r, kOutputs) + size(o)], sum, 1e-4) << r << " " << o;
      }
    }
  }
}

TEST_P(EveryInstructionSet, FloatProductsEqualPlainSumsToRounding) {
  Random random(4);
  for (const int inputs : {64, 192, 512}) {
    const std::vector<float> weights = random_floats(size(kOutputs, inputs), random);
    const std::vector<float> bias = random_floats(kOutputs, random);
    std::vector<float> packed(weights.size());
    const int panel = kernels_.panel;
    for (int o = 0; o < kOutputs; ++o) {
      for (int i = 0; i < inputs; ++i) {
        packed[size(o / panel, inputs * panel) + size(i, panel) + size(o % panel)] = weights[size(o, inputs) + size(i)];
      }
    }
    for (int rows = 1; rows <= 14; ++rows) {
      const std::vector<float> x = random_floats(size(rows, inputs), random);
      std::vector<float> y(size(rows, kOutputs));
      kernels_.linear(x.data(), rows, inputs, packed.data(), bias.data(), kOutputs / panel, y.data(), rows % 2 == 0,
                      rows % 3 == 0);
      for (int r = 0; r < rows; ++r) {
        for (int o = 0; o < kOutputs; ++o) {
          double sum = bias[size(o)];
          for (int i = 0; i < inputs; ++i) {
            sum += double{x[size(r, inputs) + size(i)]} * double{weights[size(o, inputs) + size(i)]};
          }
          if (rows % 2 == 0) sum = std::max(sum, 0.0);
          ASSERT_NEAR(y[size(r, kOutputs) + size(o)], sum, 2e-3) << rows << " rows, " << inputs << " inputs";
        }
      }
    }
  }
}

TEST_P(EveryInstructionSet, RowsAreAddedAsOftenAsTheirWeightsSay) {
  constexpr int kWidth = 128, kRows = 40;
  Random random(5);
  const std::vector<float> table = random_floats(size(kRows, kWidth), random), start = random_floats(kWidth, random);
  for (int count = 1; count <= 20; ++count) {
    std::vector<int> rows;
    std::vector<float> weights;
    for (int r = 0; r < count; ++r) {
      rows.push_back(random.below(kRows));
      weights.push_back(static_cast<float>(random.uniform()));
    }
    std::vector<float> out(kWidth), plain(kWidth);
    kernels_.blend_rows(table.data(), rows.data(), weights.data(), count, start.data(), kWidth, out.data());
    for (int i = 0; i < kWidth; ++i) {
      double sum = start[size(i)];
      for (int r = 0; r < count; ++r)
        sum += double{weights[size(r)]} * double{table[size(rows[size(r)], kWidth) + size(i)]};
      ASSERT_NEAR(out[size(i)], sum, 1e-4) << count << " rows, " << i;
    }
    const std::vector<float> ones(weights.size(), 1.0F);
    kernels_.blend_rows(table.data(), rows.data(), ones.data(), count, start.data(), kWidth, out.data());
    kernels_.sum_rows(table.data(), rows.data(), count, start.data(), kWidth, plain.data());
    ASSERT_EQ(out, plain) << count << " rows";
  }
}

TEST_P(EveryInstructionSet, AttendsOverACache) {
  Random random(6);
  for (const int width : {16, 48, 64}) {
    for (const int count : {1, 2, 15, 16, 17, 40, 77}) {
      const int room = (count + kBlock - 1) / kBlock * kBlock;
      const std::vector<float> query = random_floats(size(width), random);
      std::vector<float> keys(size(room, width), 1e3F), values = keys;  // What lies beyond must not matter.
      std::vector<unsigned short> half_keys(keys.size(), 0x447A), half_values(keys.size(), 0x447A);
      const auto half = [&] {  // Exact in bfloat16.
        return static_cast<float>(random.below(256) - 128) / 64.0F;
      };
      const auto upper = [](float value) {
        unsigned bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        return static_cast<unsigned short>(bits >> 16);
      };
      std::vector<double> scores(size(count), 0.0);
      for (int j = 0; j < count; ++j) {
        for (int d = 0; d < width; ++d) {
          const std::size_t key = size(j / kBlock * width + d, kBlock) + size(j % kBlock),
                            value = size(j, width) + size(d);
          keys[key] = half();
          values[value] = half();
          half_keys[key] = upper(keys[key]);
          half_values[value] = upper(values[value]);
          scores[size(j)] += double{query[size(d)]} * double{keys[key]} / std::sqrt(double(width));
        }
      }
      const double highest = *std::max_element(scores.begin(), scores.end());
      double whole = 0.0;
      for (double& score : scores) whole += score = std::exp(score - highest);
      std::vector<float> out(size(width)), half_out(size(width)), space(size(room));
      kernels_.attend_cached(query.data(), keys.data(), values.data(), count, width, space.data(), out.data());
      kernels_.attend_half(query.data(), half_keys.data(), half_values.data(), count, width, space.data(),
                           half_out.data());
      for (int d = 0; d < width; ++d) {
        double sum = 0.0;
        for (int j = 0; j < count; ++j) sum += scores[size(j)] * double{values[size(j, width) + size(d)]} / whole;
        ASSERT_NEAR(out[size(d)], sum, 2e-5) << count << " of " << width << ", " << d;
        ASSERT_EQ(half_out[size(d)], out[size(d)]) << count << " of " << width << ", " << d;
      }
    }
  }
}

}  // namespace
}  // namespace ripen::kernels
