#include "model/linear.hpp"

#include <algorithm>
#include <cmath>

namespace ripen {

namespace {
std::size_t size(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }
}  // namespace

Linear::Linear(const Tensors& tensors, const std::string& name, const std::string& norm,
               const kernels::Kernels& kernels, bool int8)
    : kernels_(&kernels), panel_(kernels.panel) {
  const Tensor& weight = tensors.at(name + ".weight");
  outputs_ = static_cast<int>(weight.shape[0]);
  inputs_ = static_cast<int>(weight.shape[1]);
  panels_ = (outputs_ + panel_ - 1) / panel_;
  bias_ = tensors.at(name + ".bias").values;
  bias_.resize(static_cast<std::size_t>(stride()), 0.0F);
  std::vector<float> folded = weight.values;
  if (!norm.empty()) {
    const float* scale = tensors.at(norm + ".weight").values.data();
    const float* shift = tensors.at(norm + ".bias").values.data();
    for (int o = 0; o < outputs_; ++o) {
      float* row = folded.data() + size(o, inputs_);
      double offset = bias_[static_cast<std::size_t>(o)];
      for (int i = 0; i < inputs_; ++i) {
        offset += static_cast<double>(row[i]) * static_cast<double>(shift[i]);
        row[i] *= scale[i];
      }
      bias_[static_cast<std::size_t>(o)] = static_cast<float>(offset);
    }
  }
  int8 ? pack_int8(folded) : pack(folded);
}

void Linear::pack(const std::vector<float>& weights) {
  weights_.assign(size(stride(), inputs_), 0.0F);
  for (int o = 0; o < outputs_; ++o) {
    float* at = weights_.data() + size(o / panel_, inputs_) * static_cast<std::size_t>(panel_) + o % panel_;
    for (int i = 0; i < inputs_; ++i) at[size(i, panel_)] = weights[size(o, inputs_) + static_cast<std::size_t>(i)];
  }
}

void Linear::pack_int8(const std::vector<float>& weights) {
  constexpr float kMost = 127.0F;
  int8_.assign(size(stride(), inputs_), 0);
  scales_.assign(static_cast<std::size_t>(stride()), 0.0F);
  sums_.assign(scales_.size(), 0);
  for (int o = 0; o < outputs_; ++o) {
    const float* row = weights.data() + size(o, inputs_);
    float largest = 0.0F;
    for (int i = 0; i < inputs_; ++i) largest = std::max(largest, std::fabs(row[i]));
    if (largest == 0.0F) continue;
    const float scale = largest / kMost;
    signed char* panel = int8_.data() + size(o / panel_, inputs_) * static_cast<std::size_t>(panel_);
    int sum = 0;
    for (int i = 0; i < inputs_; ++i) {
      const auto code = static_cast<signed char>(std::lround(row[i] / scale));
      panel[size(i / kernels_->group * panel_ + o % panel_, kernels_->group) +
            static_cast<std::size_t>(i % kernels_->group)] = code;
      sum += code;
    }
    scales_[static_cast<std::size_t>(o)] = scale;
    sums_[static_cast<std::size_t>(o)] = sum;
  }
}

void Linear::apply(const float* x, int rows, float* y, Int8Scratch& scratch, bool rectify,
                   bool accumulate) const noexcept {
  if (int8_.empty()) {
    kernels_->linear(x, rows, inputs_, weights_.data(), bias_.data(), panels_, y, rectify, accumulate);
    return;
  }
  kernels_->quantize(x, rows, inputs_, scratch.codes.data(), scratch.scales.data());
  kernels_->linear_int8(scratch.codes.data(), scratch.scales.data(), rows,
                        {int8_.data(), scales_.data(), sums_.data(), bias_.data(), inputs_, panels_}, y, rectify,
                        accumulate);
}

std::size_t Linear::memory() const {
  return int8_.size() + sums_.size() * sizeof(int) + (weights_.size() + scales_.size() + bias_.size()) * sizeof(float);
}

}  // namespace ripen
