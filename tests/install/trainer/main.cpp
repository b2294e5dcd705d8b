// Links the trainer and LibTorch.

#include <ripen/train/trainer.hpp>

int main() {
  const ripen::train::TrainerOptions options{.batch = 0};
  if (options.validate().empty()) return 1;
  try {
    const ripen::StepModel model(ripen::TokenLayout{}, ripen::ModelConfig{});
  } catch (const std::invalid_argument&) {
    return 0;
  }
  return 1;
}
