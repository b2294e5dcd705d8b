#include <immintrin.h>

namespace ripen::kernels {
namespace {
constexpr int kLanes = 8;    // floats in a register
constexpr int kVectors = 2;  // registers across a panel
constexpr int kRows = 6;     // rows whose sums fit the register file
constexpr int kAtOnce = 1;   // inputs of a row in a register: each is fetched to all lanes
}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_body.hpp"
#include "model/kernels_pairs_body.hpp"

namespace ripen::kernels {
namespace {

// The one-byte product of AVX2 saturates at 16 bits, which two codes of 8 bits overflow: both are widened.
template <int>
inline Ints multiply_add(Ints sums, Held codes, const signed char* weights) {
  const __m256i row = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(weights)));
  return sums + Ints(_mm256_madd_epi16(__m256i(codes), row));
}

}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_int8_body.hpp"

namespace ripen::kernels {

const Kernels& avx2() {
  static constexpr Kernels kTable = table("avx2");
  return kTable;
}

}  // namespace ripen::kernels
