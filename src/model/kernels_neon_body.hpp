// What both NEON kernels share, included once in each kernels_neon*.cpp.

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
constexpr int kZero = 128;

}  // namespace
}  // namespace ripen::kernels
