#include <immintrin.h>

namespace ripen::kernels {
namespace {
constexpr int kLanes = 16;   // floats in a register
constexpr int kVectors = 4;  // registers across a panel
constexpr int kRows = 6;     // rows whose sums fit the register file
}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_body.hpp"

namespace ripen::kernels {
namespace {

using Code = unsigned char;
using Sums = Ints;
constexpr int kGroup = 4;
constexpr int kExact = 1 << 16;

inline Ints multiply_add(Ints sums, const Code* codes, const signed char* weights) {
  int four;
  __builtin_memcpy(&four, codes, sizeof(four));
  return Ints(_mm512_dpbusd_epi32(__m512i(sums), _mm512_set1_epi32(four), _mm512_loadu_si512(weights)));
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
