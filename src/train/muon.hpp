#pragma once
// An optimiser for the matrices inside of a network.

#include <torch/torch.h>

#include <string>
#include <utility>
#include <vector>

namespace ripen::train {

/// Muon (K. Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/): what a matrix is moved by is its
/// gradients' momentum with all singular values made about 1, so that rare directions move as far as common ones. For
/// matrices of layers, not for embeddings and heads, whose rows are single tokens'.
class Muon {
 public:
  /// weight_decay: as AdamW's, a share of the rate.
  explicit Muon(double weight_decay) : weight_decay_(weight_decay) {}

  /// parts: of equal size, one below the other, that are matrices of their own: 3 of a query, key and value.
  void add(std::string name, const torch::Tensor& matrix, int parts);

  /// Moves every matrix by its gradient, which is used up: whoever optimises the rest does not see it.
  void step(double rate);

  void save(torch::serialize::OutputArchive& archive) const;
  void load(torch::serialize::InputArchive& archive);

 private:
  struct Matrix {
    std::string name;
    torch::Tensor weight, momentum;
    int parts;
  };

  double weight_decay_;
  std::vector<Matrix> matrices_;
};

}  // namespace ripen::train
