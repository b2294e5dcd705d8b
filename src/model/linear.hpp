#pragma once
// A linear layer of a model, packed once for the kernels that run it.

#include <cstddef>
#include <string>
#include <vector>

#include "model/kernels.hpp"
#include "model/tensors.hpp"

namespace ripen {

/// Where rows of activations become 8 bits; shared by all layers of a model.
struct Int8Scratch {
  std::vector<unsigned char> codes;
  std::vector<kernels::RowScale> scales;

  [[nodiscard]] std::size_t memory() const { return codes.size() + scales.size() * sizeof(kernels::RowScale); }
};

class Linear {
 public:
  Linear() = default;
  /// Packs the [outputs, inputs] weight of `name`; `norm` names the affine normalisation before it, which is folded in,
  /// or is empty. In 8 bits each output has a scale of its own.
  Linear(const Tensors& tensors, const std::string& name, const std::string& norm, const kernels::Kernels& kernels,
         bool int8);

  /// y[rows][stride()] (+)= x[rows][inputs()] * weight + bias. Real-time safe; the scratch must hold the rows.
  void apply(const float* x, int rows, float* y, Int8Scratch& scratch, bool rectify = false,
             bool accumulate = false) const noexcept;

  [[nodiscard]] int inputs() const { return inputs_; }
  [[nodiscard]] int outputs() const { return outputs_; }
  [[nodiscard]] int stride() const { return panels_ * panel_; }  ///< columns of its output rows
  [[nodiscard]] std::size_t memory() const;                      ///< [bytes]

 private:
  void pack(const std::vector<float>& weights);
  void pack_int8(const std::vector<float>& weights);

  const kernels::Kernels* kernels_ = nullptr;
  int inputs_ = 0, outputs_ = 0, panels_ = 0, panel_ = 0;
  std::vector<float> weights_;     // [panels][inputs][panel]; empty in 8 bits
  std::vector<signed char> int8_;  // [panels][inputs / group][panel][group]; empty in float32
  std::vector<float> scales_, bias_;
  std::vector<int> sums_;  // of an output's 8-bit weights
};

}  // namespace ripen
