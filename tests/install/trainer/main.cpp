// Links the trainer and LibTorch, and has Eigen's vectors.

#include <ripen/eigen/vectors.hpp>
#include <ripen/train/trainer.hpp>

int main() {
  const ripen::train::TrainerOptions options{.batch = 0};
  const bool refused = !options.validate().empty();
  const bool wanted = ripen::channel_values(Eigen::Vector2d(1.0, 2.0)).size() == 2;
  return refused && wanted && torch::ones({2, 3}).sum().item<float>() == 6.0F ? 0 : 1;
}
