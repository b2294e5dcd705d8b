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

using Code = short;
using Sums = Ints;
constexpr int kGroup = 2;
constexpr int kExact = 1 << 16;

inline Ints multiply_add(Ints sums, const Code* codes, const signed char* weights) {
  int pair;
  __builtin_memcpy(&pair, codes, sizeof(pair));
  const __m512i row = _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights)));
  return sums + Ints(_mm512_madd_epi16(_mm512_set1_epi32(pair), row));
}

}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_int8_body.hpp"

namespace ripen::kernels {

const Kernels& avx512() {
  static constexpr Kernels kTable = table("avx512");
  return kTable;
}

}  // namespace ripen::kernels
