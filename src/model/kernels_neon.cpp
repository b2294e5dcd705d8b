#include "model/kernels_neon_body.hpp"

namespace ripen::kernels {
namespace {

using Held = int16x8_t;  // pairs of codes
constexpr int kGroup = 2, kStep = 4, kHeld = 16;

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
