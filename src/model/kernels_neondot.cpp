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
using Held = int8x16_t;
constexpr int kZero = 128, kGroup = 4, kStep = 4, kHeld = 16;

inline Held hold(const Code* codes) { return vld1q_s8(codes); }

template <int S>
inline Ints multiply_add(Ints sums, Held codes, const signed char* weights) {
  return Ints(vdotq_laneq_s32(int32x4_t(sums), vld1q_s8(weights), codes, S));
}

}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_int8_body.hpp"

namespace ripen::kernels {

const Kernels& neondot() {
  static constexpr Kernels kTable = table("neondot");
  return kTable;
}

}  // namespace ripen::kernels
