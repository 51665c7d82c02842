#include "model/circuit_run.h"

#include <array>

namespace proverlog {
namespace {

constexpr std::array<absl::string_view, 3> kStepNames = {"witness", "proof", "verification"};

}  // namespace

absl::string_view CircuitStepName(CircuitStep step) {
  return kStepNames[static_cast<size_t>(step)];
}

bool IsCircuitStep(uint32_t number) { return number < kStepNames.size(); }

}  // namespace proverlog
