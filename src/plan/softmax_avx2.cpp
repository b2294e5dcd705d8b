namespace ripen {
namespace {
constexpr int kLanes = 8;  // floats in a register
}
}  // namespace ripen

#include "plan/softmax_body.hpp"

namespace ripen::softmax_kernels {

const SoftmaxKernels& avx2() noexcept {
  static constexpr SoftmaxKernels kTable = table("avx2");
  return kTable;
}

}  // namespace ripen::softmax_kernels
