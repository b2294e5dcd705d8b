#include "train/muon.hpp"

#include <algorithm>
#include <cmath>

namespace ripen::train {

namespace {

constexpr double kMomentum = 0.95;

/// About the nearest matrix whose singular values are all 1, which are brought to between 0.7 and 1.2 by five steps of
/// a Newton-Schulz iteration with the method's polynomial.
torch::Tensor orthogonal(const torch::Tensor& matrix) {
  constexpr double kA = 3.4445, kB = -4.7750, kC = 2.0315;
  const bool is_tall = matrix.size(0) > matrix.size(1);
  auto x = is_tall ? matrix.t() : matrix;
  x = x / (x.norm() + 1e-7);
  for (int i = 0; i < 5; ++i) {
    const auto square = torch::matmul(x, x.t());
    x = kA * x + torch::matmul(kB * square + kC * torch::matmul(square, square), x);
  }
  return is_tall ? x.t() : x;
}

}  // namespace

void Muon::add(std::string name, const torch::Tensor& matrix, int parts) {
  matrices_.push_back({std::move(name), matrix, torch::zeros_like(matrix), parts});
}

void Muon::step(double rate) {
  torch::NoGradGuard no_grad;
  for (Matrix& m : matrices_) {
    const auto& gradient = m.weight.grad();
    if (!gradient.defined()) continue;
    m.momentum.mul_(kMomentum).add_(gradient);
    std::vector<torch::Tensor> moves;
    for (const auto& part : gradient.add(m.momentum, kMomentum).chunk(m.parts, 0)) {
      const double rows = static_cast<double>(part.size(0)), columns = static_cast<double>(part.size(1));
      moves.push_back(orthogonal(part) * std::sqrt(std::max(1.0, rows / columns)));
    }
    m.weight.mul_(1.0 - rate * weight_decay_);
    m.weight.add_(torch::cat(moves, 0), -rate);
    m.weight.mutable_grad() = torch::Tensor();
  }
}

void Muon::save(torch::serialize::OutputArchive& archive) const {
  for (const Matrix& m : matrices_) archive.write(m.name, m.momentum);
}

void Muon::load(torch::serialize::InputArchive& archive) {
  for (Matrix& m : matrices_) archive.read(m.name, m.momentum);
}

}  // namespace ripen::train
