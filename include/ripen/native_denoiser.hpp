#pragma once
// The step denoiser without LibTorch: what runs inside a tick.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ripen/denoiser.hpp"
#include "ripen/export.hpp"
#include "ripen/model_file.hpp"

namespace ripen {

/// What the network's big products are computed in; heads, normalisation and sums are always float32.
enum class Precision : std::uint8_t {
  kFloat32,
  kInt8,  ///< 8-bit weights, scaled by output, and 8-bit activations, scaled by position: faster, a little less exact
};

struct RIPEN_EXPORT NativeOptions {
  int max_windows = 64;                       ///< largest DenoiseBatch::windows
  Precision precision = Precision::kFloat32;  ///< of the big products
  /// On x86-64 "avx512vnni", "avx512", "avx2" or "sse2", on 64-bit ARM "neondot" (dot products of bytes) or "neon", and
  /// anywhere "portable"; empty takes the best this processor has. The first two are for models whose widths are
  /// multiples of 64.
  std::string instructions = {};

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// [bytes]
struct NativeMemory {
  std::size_t weights = 0;     ///< held once by a denoiser and its copies together
  std::size_t work_space = 0;  ///< of each
};

/// Runs the network of a ModelFile. Weights are packed, and all work memory is taken and touched, at construction;
/// run() is real-time safe. One thread at a time calls run(), but copies run at once:
///
///     NativeDenoiser denoiser(ModelFile::load("arm.safetensors"));
///     NativeDenoiser another(denoiser);  // for another planner, on any thread
class RIPEN_EXPORT NativeDenoiser : public Denoiser {
 public:
  /// Needs the model no more afterwards. Throws OptionsError listing every problem of the options, or if this processor
  /// lacks the instructions; ModelError listing every problem of the model.
  explicit NativeDenoiser(const ModelFile& model, const NativeOptions& options = {});
  /// Shares the other's weights, which nothing changes, and takes a work space of its own. May be called by several
  /// threads at once, and while the other runs.
  explicit NativeDenoiser(const NativeDenoiser& other);
  NativeDenoiser& operator=(const NativeDenoiser&) = delete;
  ~NativeDenoiser() override;

  [[nodiscard]] const TokenLayout& layout() const noexcept override;
  [[nodiscard]] int max_windows() const noexcept override;
  [[nodiscard]] int max_steps() const noexcept override;
  [[nodiscard]] Capabilities capabilities() const noexcept override;
  void run(const DenoiseBatch& batch) noexcept override;

  [[nodiscard]] Precision precision() const noexcept;
  [[nodiscard]] std::string_view instructions() const noexcept;  ///< which kernels run
  [[nodiscard]] NativeMemory memory() const noexcept;
  [[nodiscard]] const ModelConfig& config() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The kernels this processor can run, best first.
[[nodiscard]] RIPEN_EXPORT std::vector<std::string> available_instructions();

/// Which one is faster with the first of them: kInt8, but kFloat32 with the portable ones.
[[nodiscard]] RIPEN_EXPORT Precision fastest_precision();

}  // namespace ripen
