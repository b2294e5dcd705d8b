#include <emmintrin.h>

namespace ripen::kernels {
namespace {
constexpr int kLanes = 4;    // floats in a register
constexpr int kVectors = 2;  // registers across a panel
constexpr int kRows = 4;     // rows whose sums fit the register file
constexpr int kAtOnce = 1;   // inputs of a row in a register: each is fetched to all lanes
}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_body.hpp"
#include "model/kernels_pairs_body.hpp"

namespace ripen::kernels {
namespace {

template <int>
inline Ints multiply_add(Ints sums, Held codes, const signed char* weights) {
  const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(weights));
  const __m128i row = _mm_srai_epi16(_mm_unpacklo_epi8(bytes, bytes), 8);
  return sums + Ints(_mm_madd_epi16(__m128i(codes), row));
}

}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_int8_body.hpp"

namespace ripen::kernels {

const Kernels& sse2() {
  static constexpr Kernels kTable = table("sse2");
  return kTable;
}

}  // namespace ripen::kernels
