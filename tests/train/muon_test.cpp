#include "train/muon.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace ripen::train {
namespace {

/// How far a step of rate 1 moves each direction of the left singular vectors of a gradient.
torch::Tensor moved(const torch::Tensor& gradient, int parts) {
  auto weight = torch::zeros_like(gradient).set_requires_grad(true);
  weight.mutable_grad() = gradient.clone();
  Muon muon(0.0);
  muon.add("weight", weight, parts);
  muon.step(1.0);
  EXPECT_FALSE(weight.grad().defined()) << "it is used up";
  return -weight.detach();
}

TEST(Muon, MovesRareDirectionsAsFarAsCommonOnes) {
  torch::manual_seed(1);
  const auto [u, unused, v] = torch::svd(torch::randn({32, 32}));
  const auto strengths = torch::logspace(0.0, -2.0, 32);  // From 1 to a hundredth.
  const auto gradient = torch::matmul(u * strengths, v.t());
  const auto along = torch::matmul(torch::matmul(u.t(), moved(gradient, 1)), v).diagonal();
  EXPECT_GT(along.min().item<double>(), 0.5) << along;
  EXPECT_LT(along.max().item<double>(), 1.3) << along;
}

TEST(Muon, PartsAreMatricesOfTheirOwn) {
  torch::manual_seed(2);
  const auto strong = torch::randn({16, 16}), weak = torch::randn({16, 16}) * 1e-3;
  const auto both = moved(torch::cat({strong, weak}, 0), 2);
  EXPECT_TRUE(torch::allclose(both.slice(0, 0, 16), moved(strong, 1), 1e-4, 1e-5));
  EXPECT_TRUE(torch::allclose(both.slice(0, 16, 32), moved(weak, 1), 1e-4, 1e-5));
}

TEST(Muon, GoesOnFromWhatItSaved) {
  torch::manual_seed(3);
  const auto first = torch::randn({8, 8}), second = torch::randn({8, 8});
  auto weight = torch::zeros({8, 8}).set_requires_grad(true);
  Muon muon(0.01);
  muon.add("weight", weight, 1);
  weight.mutable_grad() = first.clone();
  muon.step(0.1);
  torch::serialize::OutputArchive out;
  muon.save(out);
  std::stringstream stream;
  out.save_to(stream);
  auto copy = weight.detach().clone().set_requires_grad(true);
  Muon resumed(0.01);
  resumed.add("weight", copy, 1);
  torch::serialize::InputArchive in;
  in.load_from(stream);
  resumed.load(in);
  weight.mutable_grad() = second.clone();
  copy.mutable_grad() = second.clone();
  muon.step(0.1);
  resumed.step(0.1);
  EXPECT_TRUE(torch::equal(weight, copy));
}

}  // namespace
}  // namespace ripen::train
