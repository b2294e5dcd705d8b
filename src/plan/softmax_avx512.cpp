namespace ripen {
namespace {
constexpr int kLanes = 16;  // floats in a register
}
}  // namespace ripen

#include "plan/softmax_body.hpp"

namespace ripen::softmax_kernels {

const SoftmaxKernels& avx512() noexcept {
  static constexpr SoftmaxKernels kTable = table("avx512");
  return kTable;
}

}  // namespace ripen::softmax_kernels
