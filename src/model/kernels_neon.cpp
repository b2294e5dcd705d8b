#include <arm_neon.h>

namespace ripen::kernels {
namespace {
constexpr int kLanes = 4;    // floats in a register
constexpr int kVectors = 4;  // registers across a panel
constexpr int kRows = 4;     // rows whose sums fit the register file
constexpr int kAtOnce = 4;   // inputs of a row in a register: a product takes one of its lanes
}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_body.hpp"

namespace ripen::kernels {
namespace {

template <int I>
inline Vector multiply_add(Vector sum, Vector weights, Vector values) {
  return Vector(vfmaq_laneq_f32(float32x4_t(sum), float32x4_t(weights), float32x4_t(values), I));
}

using Code = signed char;
using Held = int16x8_t;  // pairs of codes
constexpr int kZero = 128, kGroup = 2, kStep = 4, kHeld = 16;

inline Held hold(const Code* codes) { return vreinterpretq_s16_s8(vld1q_s8(codes)); }

// Two products of 128 * 127 are the most that fit 16 bits.
template <int S>
inline Ints multiply_add(Ints sums, Held codes, const signed char* weights) {
  const int8x8_t first = vreinterpret_s8_s16(vdup_laneq_s16(codes, 2 * S));
  const int8x8_t second = vreinterpret_s8_s16(vdup_laneq_s16(codes, 2 * S + 1));
  const int16x8_t products = vmull_s8(first, vld1_s8(weights));
  return Ints(vpadalq_s16(int32x4_t(sums), vmlal_s8(products, second, vld1_s8(weights + kGroup * kPanel))));
}

}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_int8_body.hpp"

namespace ripen::kernels {

const Kernels& neon() {
  static constexpr Kernels kTable = table("neon");
  return kTable;
}

}  // namespace ripen::kernels
