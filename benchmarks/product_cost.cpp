// What could compute a pass's matrix products: our kernels, Eigen, oneDNN and libxsmm at the shapes that passes have.
// One thread; every contestant in turn, many times over in one run; medians. Libraries that were not there when this
// was built are left out.

#include <CLI/CLI.hpp>
#include <Eigen/Dense>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "model/kernels.hpp"
#include "peak.hpp"
#include "shared/program.hpp"
#ifdef RIPEN_WITH_DNNL
#include <oneapi/dnnl/dnnl.hpp>
#endif
#ifdef RIPEN_WITH_XSMM
#include <libxsmm.h>
#endif

namespace ripen {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Contestant = std::pair<std::string, std::function<void()>>;

/// y = x * weights, with weights prepared as each contestant likes them best. [rows, inputs] * [inputs, outputs].
class Product {
 public:
  Product(int rows, int inputs, int outputs)
      : rows_(rows),
        inputs_(inputs),
        outputs_(outputs),
        x_(Matrix::Random(rows, inputs)),
        weights_(Matrix::Random(inputs, outputs)),
        y_(Matrix::Zero(rows, outputs)) {}

  [[nodiscard]] std::vector<Contestant> contestants() {
    std::vector<Contestant> all;
    add_own(all);
    all.emplace_back("Eigen", [this] { y_.noalias() = x_ * weights_; });
#ifdef RIPEN_WITH_DNNL
    add_dnnl(all);
#endif
#ifdef RIPEN_WITH_XSMM
    add_xsmm(all);
#endif
    return all;
  }

 private:
  [[nodiscard]] static std::size_t size(int a, int b) {
    return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
  }

  // What the weights are is all the same to the time, so ours are not packed here.
  void add_own(std::vector<Contestant>& all) {
    const kernels::Kernels* own = kernels::find("");
    const int panels = (outputs_ + own->panel - 1) / own->panel;
    packed_.assign(size(panels * own->panel, inputs_), 0.5F);
    bias_.assign(size(panels, own->panel), 0.0F);
    int8_.assign(packed_.size(), 3);
    sums_.assign(bias_.size(), 0);
    codes_.assign(size(rows_ * own->code_bytes, inputs_), 0);
    scales_.assign(static_cast<std::size_t>(rows_), {});
    out_.assign(size(rows_, panels * own->panel), 0.0F);
    all.emplace_back(std::string("own ") + own->name, [=, this] {
      own->linear(x_.data(), rows_, inputs_, packed_.data(), bias_.data(), panels, out_.data(), false, false);
    });
    all.emplace_back(std::string("own ") + own->name + ", int8, rounding too", [=, this] {
      own->quantize(x_.data(), rows_, inputs_, codes_.data(), scales_.data());
      own->linear_int8(codes_.data(), scales_.data(), rows_,
                       {int8_.data(), bias_.data(), sums_.data(), bias_.data(), inputs_, panels}, out_.data(), false,
                       false);
    });
  }

#ifdef RIPEN_WITH_DNNL
  void add_dnnl(std::vector<Contestant>& all) {
    using namespace dnnl;
    const engine cpu(engine::kind::cpu, 0);
    const auto type = memory::data_type::f32;
    const auto rows_major = memory::format_tag::ab;
    const memory::desc source({rows_, inputs_}, type, rows_major), target({rows_, outputs_}, type, rows_major);
    const memory::desc plain({inputs_, outputs_}, type, rows_major);
    const matmul::primitive_desc chosen(
        matmul::desc(source, memory::desc({inputs_, outputs_}, type, memory::format_tag::any), target), cpu);
    stream queue(cpu);
    memory packed(chosen.weights_desc(), cpu), unpacked(plain, cpu, weights_.data());
    reorder(unpacked, packed).execute(queue, unpacked, packed);
    all.emplace_back("oneDNN, weights packed", [queue, product = matmul(chosen), from = memory(source, cpu, x_.data()),
                                                packed, to = memory(target, cpu, y_.data())]() mutable {
      product.execute(queue, {{DNNL_ARG_SRC, from}, {DNNL_ARG_WEIGHTS, packed}, {DNNL_ARG_DST, to}});
      queue.wait();
    });
  }
#endif

#ifdef RIPEN_WITH_XSMM
  void add_xsmm(std::vector<Contestant>& all) {
    constexpr int kColumns = 64;  // A call's share: small products are what the library is made for.
    const float one = 1.0F, zero = 0.0F;
    const auto product =
        libxsmm_smmdispatch(kColumns, rows_, inputs_, &outputs_, &inputs_, &outputs_, &one, &zero, nullptr, nullptr);
    if (product == nullptr || outputs_ % kColumns != 0) return;
    all.emplace_back("libxsmm", [this, product] {
      for (int c = 0; c < outputs_; c += kColumns) product(weights_.data() + c, x_.data(), y_.data() + c);
    });
  }
#endif

  int rows_, inputs_, outputs_;
  Matrix x_, weights_, y_;
  std::vector<float> packed_, bias_, out_;
  std::vector<signed char> int8_;
  std::vector<int> sums_;
  std::vector<unsigned char> codes_;
  std::vector<kernels::RowScale> scales_;
};

void compare(int rows, int inputs, int outputs, int rounds) {
  Product product(rows, inputs, outputs);
  auto contestants = product.contestants();
  std::vector<std::vector<double>> times(contestants.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t c = 0; c < contestants.size(); ++c) {
      constexpr int kCalls = 10;  // The first brings the weights near.
      const auto begin = std::chrono::steady_clock::now();
      for (int call = 0; call < kCalls; ++call) contestants[c].second();
      times[c].push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count() /
                         kCalls);
    }
  }
  std::printf("| %d | %d x %d |", rows, inputs, outputs);
  for (auto& each : times) {
    std::ranges::nth_element(each, each.begin() + static_cast<std::ptrdiff_t>(each.size() / 2));
    const double us = each[each.size() / 2];
    std::printf(" %.1f us, %.0f |", us, 2e-3 * rows * inputs * outputs / us);
  }
  std::printf("\n");
}

int program(int argc, char** argv) {
  int rounds = 300;
  CLI::App app("Compares what could compute a pass's products, on one thread: time, and 10^9 operations a second.");
  app.add_option("--rounds", rounds, "Medians are of this many")->check(CLI::Range(1, 1000000))->capture_default_str();
  if (const auto status = examples::parse(app, argc, argv)) return *status;
  std::printf("peak %.0f GFLOP/s (float32 fused multiply-add, one core)\n\n| rows | weights |", peak_gigaflops());
  Product example(1, 64, 64);
  const auto contestants = example.contestants();
  for (const auto& contestant : contestants) std::printf(" %s |", contestant.first.c_str());
  std::printf("\n|---|---|");
  for (std::size_t c = 0; c < contestants.size(); ++c) std::printf("---|");
  std::printf("\n");
  for (const auto& [inputs, outputs] : {std::pair(192, 576), std::pair(512, 512)}) {
    for (const int rows : {1, 8, 16, 32, 128, 256}) compare(rows, inputs, outputs, rounds);
  }
  return 0;
}

}  // namespace
}  // namespace ripen

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, ripen::program); }
