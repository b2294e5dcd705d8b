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
#include "model/kernels_pairs_body.hpp"

namespace ripen::kernels {
namespace {

template <int>
inline Ints multiply_add(Ints sums, Held codes, const signed char* weights) {
  const __m512i row = _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights)));
  return sums + Ints(_mm512_madd_epi16(__m512i(codes), row));
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
