// The softmax kernels' one source, included once in each softmax_*.cpp after kLanes is defined. As in
// model/kernels_body.hpp, everything is in an anonymous namespace and nothing inline of the standard library is used.
// The files are compiled without contraction: a product and a sum are rounded each, as where nothing can fuse them.

#include <cstdint>

#include "plan/softmax.hpp"

namespace ripen {
namespace {

template <int Lanes>
struct Lane {
  typedef float Vector __attribute__((vector_size(Lanes * sizeof(float))));  // `using` drops the attribute here.
  typedef std::uint32_t Bits __attribute__((vector_size(Lanes * sizeof(float))));
};

/// Sums are of so many lanes, whether registers are narrower or wider.
constexpr int kSums = 8;
constexpr int kPart = kLanes < kSums ? kLanes : kSums, kParts = kSums / kPart;
using Part = Lane<kPart>::Vector;
constexpr int kQuarter = kSumBlock / 4;
using Quarter = Lane<kQuarter>::Vector;

/// What turns a logit into what e is raised to, which is at most 0.
struct Scale {
  float highest, sharpness;
};

/// Of a register, e^((logit - highest) * sharpness), within 4e-7 of it; 0 below e^-87, and of NaN. With x = n ln 2 + r
/// and a small r (Cody and Waite, 1980), e^r is a series, and n goes into the exponent. May work in place.
template <int Lanes>
inline void exponentiate(const float* logits, Scale scale, float* out) {
  constexpr float kLeast = -87.0F, kLog2E = 1.44269504F, kRound = 12582912.0F;  // 1.5 * 2^23: the last bit is worth 1
  constexpr float kLn2High = 0.693359375F, kLn2Low = -2.12194440e-4F;  // The first has few bits: n times it is exact.
  using Vector = typename Lane<Lanes>::Vector;
  using Bits = typename Lane<Lanes>::Bits;
  Vector x;
  __builtin_memcpy(&x, logits, sizeof x);
  x = (x - scale.highest) * scale.sharpness;
  const Vector shifted = x * kLog2E + kRound;
  const Vector n = shifted - kRound;
  const Vector r = (x - n * kLn2High) - n * kLn2Low;
  const Vector series =
      1.0F + r * (1.0F + r * (0.5F + r * (1.0F / 6 + r * (1.0F / 24 + r * (1.0F / 120 + r * (1.0F / 720))))));
  const Bits exponent = (Bits(shifted) - __builtin_bit_cast(std::uint32_t, kRound) + 127U) << 23U;
  const Vector y = Vector(Bits(series * Vector(exponent)) & Bits(x >= kLeast));
  __builtin_memcpy(out, &y, sizeof y);
}

/// Fewer values than a sum has lanes.
inline void copy_few(const float* from, int count, float* to) {
  for (int part = kSums / 2; part > 0; part /= 2) {
    if ((count & part) == 0) continue;
    for (int i = 0; i < part; ++i) to[i] = from[i];
    from += part;
    to += part;
  }
}

inline void exponentiate_few(const float* logits, int count, Scale scale, float* few) {
  copy_few(logits, count, few);
  for (int p = 0; p < kSums; p += kPart) exponentiate<kPart>(few + p, scale, few + p);
}

float softmax_of_few(const float* logits, int count, Scale scale, float* probabilities) {
  float few[kSums] = {};
  exponentiate_few(logits, count, scale, few);
  float sum = 0.0F;
  for (int l = 0; l < count; ++l) sum += few[l];
  const float each = 1.0F / sum;
  for (float& p : few) p *= each;
  copy_few(few, count, probabilities);
  return each;
}

float softmax(const float* logits, int count, float highest, float sharpness, float* probabilities) {
  const Scale scale{highest, sharpness};
  if (count < kSums) return softmax_of_few(logits, count, scale, probabilities);
  int i = 0;
  for (; i + kLanes <= count; i += kLanes) exponentiate<kLanes>(logits + i, scale, probabilities + i);
  if (i + kSums <= count) {
    exponentiate<kPart>(logits + i, scale, probabilities + i);
    i += kSums;
  }
  if (i < count) {
    float few[kSums] = {};
    exponentiate_few(logits + i, count - i, scale, few);
    copy_few(few, count - i, probabilities + i);
  }
  Part lanes[kParts] = {};
  for (i = 0; i + kSums <= count; i += kSums) {
    for (int p = 0; p < kParts; ++p) {
      Part y;
      __builtin_memcpy(&y, probabilities + i + p * kPart, sizeof y);
      lanes[p] += y;
    }
  }
  float sum = 0.0F;
  for (; i < count; ++i) sum += probabilities[i];
  for (int l = 0; l < kSums; ++l) sum += lanes[l / kPart][l % kPart];
  const float each = 1.0F / sum;
  for (i = 0; i < count; ++i) probabilities[i] *= each;
  return each;  // e^0, divided by the sum.
}

float greatest(const float* values, int count) {
  using Vector = Lane<kLanes>::Vector;
  Vector lanes[kSumBlock / kLanes];
  for (Vector& each : lanes) each = Vector{} - __builtin_inff();
  int i = 0;
  for (; i + kSumBlock <= count; i += kSumBlock) {
    for (int v = 0; v < kSumBlock / kLanes; ++v) {
      Vector x;
      __builtin_memcpy(&x, values + i + v * kLanes, sizeof x);
      lanes[v] = x > lanes[v] ? x : lanes[v];  // NaN is not above.
    }
  }
  float most = -__builtin_inff();
  for (; i < count; ++i) most = values[i] > most ? values[i] : most;
  Quarter quarters[kSumBlock / kQuarter];
  __builtin_memcpy(quarters, lanes, sizeof quarters);
  for (const Quarter& each : quarters) quarters[0] = each > quarters[0] ? each : quarters[0];
  for (int l = 0; l < kQuarter; ++l) most = quarters[0][l] > most ? quarters[0][l] : most;
  return most;
}

void sum_blocks(const float* values, int blocks, float least, float* sums) {
  for (int b = 0; b < blocks; ++b, values += kSumBlock) {
    Quarter lanes{};
    for (int i = 0; i < kSumBlock; i += kQuarter) {
      Quarter x;
      __builtin_memcpy(&x, values + i, sizeof x);
      lanes += x >= least ? x : Quarter{};
    }
    sums[b] = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
  }
}

bool are_finite(const float* values, int count) {
  constexpr float kMost = 3.40282347e38F;
  int bad = 0;  // Counting has no branch. NaN is not at most anything.
  for (int i = 0; i < count; ++i) bad += __builtin_fabsf(values[i]) <= kMost ? 0 : 1;
  return bad == 0;
}

constexpr SoftmaxKernels table(const char* name) { return {name, softmax, greatest, sum_blocks, are_finite}; }

}  // namespace
}  // namespace ripen
