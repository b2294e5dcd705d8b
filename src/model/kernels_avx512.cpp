namespace ripen::kernels {
namespace {
constexpr int kLanes = 16;   // floats in a register
constexpr int kVectors = 4;  // registers across a panel
constexpr int kRows = 6;     // rows whose sums fit the register file
}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_body.hpp"

namespace ripen::kernels {

const Kernels& avx512() {
  static constexpr Kernels kTable = table("avx512");
  return kTable;
}

}  // namespace ripen::kernels
