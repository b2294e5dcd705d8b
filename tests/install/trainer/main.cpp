// Links the trainer and LibTorch.

#include <ripen/train/trainer.hpp>

int main() {
  const ripen::train::TrainerOptions options{.batch = 0};
  const bool refused = !options.validate().empty();
  return refused && torch::ones({2, 3}).sum().item<float>() == 6.0F ? 0 : 1;
}
