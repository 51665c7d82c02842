#include "model/circuit_run.h"

#include <algorithm>
#include <array>

namespace proverlog {
namespace {

constexpr std::array<absl::string_view, 3> kStepNames = {"witness", "proof", "verification"};

}  // namespace

absl::string_view CircuitStepName(CircuitStep step) {
  return kStepNames[static_cast<size_t>(step)];
}

std::optional<CircuitStep> ParseCircuitStep(absl::string_view name) {
  const auto found = std::find(kStepNames.begin(), kStepNames.end(), name);
  if (found == kStepNames.end()) return std::nullopt;
  return static_cast<CircuitStep>(found - kStepNames.begin());
}

}  // namespace proverlog
