#pragma once
// Collects what is wrong with some options, so that a user hears of everything at once.

#include <string>
#include <utility>

namespace ripen {

/// The text that a validate() returns: a problem a line, each behind the name of what it belongs to.
class Problems {
 public:
  explicit Problems(std::string subject) : subject_(std::move(subject)) {}

  void add(const std::string& problem) {
    if (!text_.empty()) text_ += '\n';
    text_ += subject_;
    text_ += ": ";
    text_ += problem;
  }
  /// Adds another validate()'s lines as they are.
  void include(const std::string& text) {
    if (!text_.empty() && !text.empty()) text_ += '\n';
    text_ += text;
  }
  /// Adds the problem unless the condition holds.
  void require(bool holds, const std::string& problem) {
    if (!holds) add(problem);
  }
  /// A value that must lie in [low, high].
  template <typename Number>
  void range(const char* name, Number value, Number low, Number high) {
    if (value >= low && value <= high) return;  // Not the other way round: NaN is a problem.
    std::string problem = name;
    problem += ' ';
    problem += std::to_string(value);
    problem += " is outside [";
    problem += std::to_string(low);
    problem += ", ";
    problem += std::to_string(high);
    problem += ']';
    add(problem);
  }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string subject_, text_;
};

}  // namespace ripen
