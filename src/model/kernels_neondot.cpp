#include "model/kernels_neon_body.hpp"

namespace ripen::kernels {
namespace {

using Held = int8x16_t;
constexpr int kGroup = 4, kStep = 4, kHeld = 16;

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
