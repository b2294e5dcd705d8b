#pragma once
// The model behind the planner: tokens in, posteriors out.

#include <span>

#include "ripen/export.hpp"
#include "ripen/token_layout.hpp"

namespace ripen {

/// How much of the network a pass runs.
enum class PassDepth : std::uint8_t {
  kDynamics,  ///< state logits of the last step of each window from the step before it; all 0 without tables
  kStep,      ///< action logits and value of the last step of each window from its state tokens
  kWindow,    ///< everything, with what the rest of the window knows: logits of every slot of every step
};

/// What a model has beside its heads for actions. What a planner needs of it is checked when the planner is built.
struct Capabilities {
  bool tables = true;   ///< PassDepth::kDynamics predicts states
  bool mixer = true;    ///< PassDepth::kWindow knows more of a step than the step before it
  bool value = true;    ///< DenoiseBatch::value is filled
  int least_steps = 0;  ///< fewest steps of a window that ends with the goal; 0: that is Denoiser::max_steps() alone
};

/// One unit of work, never interrupted: some windows of consecutive steps.
struct DenoiseBatch {
  PassDepth depth = PassDepth::kWindow;
  int windows = 0;  ///< how many, at most Denoiser::max_windows()
  int steps = 0;    ///< steps in each window, at most Denoiser::max_steps()
  /// [windows][steps][slots]; kMask where nothing is known.
  const Token* tokens = nullptr;
  /// Out, unnormalised log-probabilities of the clean tokens. All finite: a pass with NaN or infinity is thrown away.
  /// kDynamics: [windows][state_logits]; kStep: [windows][action logits]; kWindow: [windows][steps][logits].
  float* logits = nullptr;
  /// Out, expected number of steps to the goal. kStep: [windows]; kWindow: [windows][steps]; may be null.
  float* value = nullptr;
  /// kWindow: so many steps at the front of each window are seen, but nothing is asked about them: their logits and
  /// values may be left as they are. Less than `steps`.
  int known = 0;
  /// [windows][steps][slots] where in its bin the value of each token lies, for what can tell (ModelConfig::fractions);
  /// without meaning where the token is kMask or its slot has no bins. Null: bins' centres.
  const Fraction* fractions = nullptr;
};

/// A denoiser: what most users replace. `run` is called in the tick and must not allocate, lock, throw or call the
/// system; it keeps nothing between calls but caches.
class RIPEN_EXPORT Denoiser {
 public:
  virtual ~Denoiser() = default;

  [[nodiscard]] virtual const TokenLayout& layout() const noexcept = 0;
  [[nodiscard]] virtual int max_windows() const noexcept = 0;  ///< largest DenoiseBatch::windows
  [[nodiscard]] virtual int max_steps() const noexcept = 0;    ///< largest DenoiseBatch::steps, at least 2

  /// What the model has. The same at all times.
  [[nodiscard]] virtual Capabilities capabilities() const noexcept { return {}; }

  /// Fills batch.logits (and batch.value). The same batch gives the same bits.
  virtual void run(const DenoiseBatch& batch) noexcept = 0;
};

}  // namespace ripen
