namespace ripen::kernels {
namespace {
constexpr int kLanes = 8;    // floats in a register
constexpr int kVectors = 2;  // registers across a panel
constexpr int kRows = 6;     // rows whose sums fit the register file
}  // namespace
}  // namespace ripen::kernels

#include "model/kernels_body.hpp"

namespace ripen::kernels {

const Kernels& avx2() {
  static constexpr Kernels kTable = table("avx2");
  return kTable;
}

}  // namespace ripen::kernels
