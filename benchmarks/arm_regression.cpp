// The arm's opponent: a regression network of the same demonstrations, with no plan: arm_regression --minutes 13
// --random 200 --seed 300000. It is asked in every tick, and moves the same robot within the same limits.

#include <torch/torch.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <numbers>

#include "arm/arm.hpp"
#include "shared/interval.hpp"
#include "shared/program.hpp"

namespace {

using Seconds = std::chrono::duration<double>;

constexpr double kFastest = 10.0;  // [rad/s] of what is sent

torch::Tensor scaled(const std::array<double, arm::kStates>& s) {
  return torch::tensor({s[0] / 1.55 - 1.0, s[1] / 2.6, s[2] / 0.7, s[3] / 0.7}, torch::kFloat);
}

arm::Joints unscaled(const torch::Tensor& out) {
  return {(out[0].item<double>() + 1.0) * 1.55, out[1].item<double>() * 2.6};
}

torch::nn::Sequential trained(int count, double minutes, int width, int batch, double rate) {
  std::vector<torch::Tensor> seen, sent;
  for (int i = 0; i < count; ++i) {
    for (const arm::Shown& shown : arm::demonstration(1000100 + static_cast<std::uint64_t>(i))) {
      const auto& c = shown.channels;
      seen.push_back(scaled({c[0], c[1], c[2], c[3]}));
      sent.push_back(torch::tensor({c[4] / 1.55 - 1.0, c[5] / 2.6}, torch::kFloat));
    }
  }
  const auto x = torch::stack(seen), y = torch::stack(sent);
  torch::nn::Sequential net(torch::nn::Linear(arm::kStates, width), torch::nn::ReLU(), torch::nn::Linear(width, width),
                            torch::nn::ReLU(), torch::nn::Linear(width, arm::kActions));
  torch::optim::AdamW adam(net->parameters(), torch::optim::AdamWOptions(rate).weight_decay(1e-4));
  const auto start = std::chrono::steady_clock::now();
  double loss_sum = 0.0;
  for (std::int64_t step = 0;; ++step) {
    const double done = Seconds(std::chrono::steady_clock::now() - start).count() / (60.0 * minutes);
    if (done >= 1.0) {
      std::printf("%lld steps, loss %.3g\n", static_cast<long long>(step), loss_sum);
      return net;
    }
    static_cast<torch::optim::AdamWOptions&>(adam.param_groups()[0].options())
        .lr(rate * (0.002 + 0.998 * 0.5 * (1.0 + std::cos(std::numbers::pi * done))));
    const auto rows = torch::randint(x.size(0), {batch}, torch::kLong);
    const auto loss = torch::mse_loss(net->forward(x.index_select(0, rows)), y.index_select(0, rows));
    adam.zero_grad();
    loss.backward();
    adam.step();
    if (step % 100 == 0) loss_sum = 0.9 * loss_sum + 0.1 * loss.item<double>();
  }
}

int program(int argc, char** argv) {
  double minutes = 13.0, rate = 1e-3;
  int count = 3000, episodes = 200, width = 256, batch = 1024;
  std::uint64_t seed = 300000;
  CLI::App app("Trains a regression network on the arm's demonstrations and lets it drive.");
  app.add_option("--minutes", minutes, "training time")->capture_default_str();
  app.add_option("--learning-rate", rate, "at its peak")->capture_default_str();
  app.add_option("--width", width, "of both hidden layers")->capture_default_str();
  app.add_option("--batch", batch, "steps in a batch")->capture_default_str();
  app.add_option("--demonstrations", count, "episodes of 6 s")->capture_default_str();
  app.add_option("--random", episodes, "episodes, of the seeds from --seed on")->capture_default_str();
  app.add_option("--seed", seed, "of the first episode")->capture_default_str();
  if (const auto status = ripen::examples::parse(app, argc, argv)) return *status;
  torch::manual_seed(1);
  torch::set_num_threads(1);
  auto net = trained(count, minutes, width, batch, rate);

  const torch::NoGradGuard no_grad;
  std::vector<double> errors, seconds;
  std::int64_t succeeded = 0, touched = 0;
  for (int i = 0; i < episodes; ++i) {
    arm::Robot robot(seed + static_cast<std::uint64_t>(i));
    arm::Joints sent = robot.joints;
    while (robot.tick < arm::kEpisodeTicks) {
      const arm::Joints to = unscaled(net->forward(scaled(robot.state())));
      const double most = kFastest * arm::kTick;
      sent = {std::clamp(to.shoulder, sent.shoulder - most, sent.shoulder + most),
              std::clamp(to.elbow, sent.elbow - most, sent.elbow + most)};
      robot.move(sent);
    }
    touched += robot.touched ? 1 : 0;
    if (robot.touched || robot.arrived < 0) continue;
    ++succeeded;
    errors.push_back(1000.0 * robot.error());
    seconds.push_back((robot.arrived - robot.jumped) * arm::kTick);
  }
  const auto rate_of = ripen::examples::interval_of_rate(succeeded, episodes);
  const auto error = ripen::examples::interval_of_mean(errors), time = ripen::examples::interval_of_mean(seconds);
  std::ranges::sort(errors);
  std::printf(
      "%lld of %d succeeded (%.1f to %.1f %%), %lld touched; of the successes: end error mean (%.2f to %.2f), "
      "median %.2f, worst %.2f mm; time to the new target mean (%.2f to %.2f) s\n",
      static_cast<long long>(succeeded), episodes, 100 * rate_of.low, 100 * rate_of.high,
      static_cast<long long>(touched), error.low, error.high, errors[errors.size() / 2], errors.back(), time.low,
      time.high);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
