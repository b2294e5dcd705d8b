#include <immintrin.h>

namespace ripen::kernels {
namespace {
constexpr int kLanes = 16;   // floats in a register
constexpr int kVectors = 4;  // registers across a panel
constexpr int kRows = 6;     // rows whose sums fit the register file
constexpr int kAtOnce = 1;   // inputs of a row in a register: each is fetched to all lanes
}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_body.hpp"

namespace ripen::kernels {
namespace {

using Code = unsigned char;
using Held = __m512i;
constexpr int kZero = 0, kGroup = 4, kStep = 4, kHeld = 4;

inline Held hold(const Code* codes) {
  int four;
  __builtin_memcpy(&four, codes, sizeof(four));
  return _mm512_set1_epi32(four);
}

template <int>
inline Ints multiply_add(Ints sums, Held codes, const signed char* weights) {
  return Ints(_mm512_dpbusd_epi32(__m512i(sums), codes, _mm512_loadu_si512(weights)));
}

}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_int8_body.hpp"

namespace ripen::kernels {

const Kernels& avx512vnni() {
  static constexpr Kernels kTable = table("avx512vnni");
  return kTable;
}

}  // namespace ripen::kernels
