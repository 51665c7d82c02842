#include "model/circuit_run.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/numbers.h"

namespace proverlog {
namespace {

constexpr std::array<absl::string_view, 3> kStepNames = {"witness", "proof", "verification"};
constexpr double kMicrosPerMilli = 1000;
constexpr double kMaxMillis = 1e12;  // some 30 years; more is no duration

// The value of the first of the fields that the event has; empty where it has none.
absl::string_view Field(const Event& event, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = event.fields.find(name);
    if (found != event.fields.end() && !found->second.empty()) return found->second;
  }
  return {};
}

std::optional<int64_t> Size(const Event& event, std::initializer_list<const char*> names) {
  int64_t size = 0;
  if (!absl::SimpleAtoi(Field(event, names), &size) || size < 0) return std::nullopt;
  return size;
}

std::optional<CircuitStep> StepOf(const Event& event) {
  if (event.kind == "circuit.witness") return CircuitStep::kWitness;
  if (event.kind == "circuit.proved" || event.kind == "avm.proved") return CircuitStep::kProof;
  if (event.kind == "circuit.verified") return CircuitStep::kVerification;
  return std::nullopt;
}

}  // namespace

absl::string_view CircuitStepName(CircuitStep step) {
  return kStepNames[static_cast<size_t>(step)];
}

std::optional<CircuitStep> ParseCircuitStep(absl::string_view name) {
  const auto found = std::find(kStepNames.begin(), kStepNames.end(), name);
  if (found == kStepNames.end()) return std::nullopt;
  return static_cast<CircuitStep>(found - kStepNames.begin());
}

std::optional<CircuitRun> CircuitRunOf(const Event& event) {
  const auto step = StepOf(event);
  double millis = 0;
  if (!step || !absl::SimpleAtod(Field(event, {"ms", "duration"}), &millis)) return std::nullopt;
  if (!(millis >= 0 && millis <= kMaxMillis)) return std::nullopt;
  CircuitRun run;
  run.step = *step;
  run.circuit = std::string(Field(event, {"circuitName", "circuit"}));
  run.at = event.at;
  run.micros = std::llround(millis * kMicrosPerMilli);
  run.tx = std::string(Field(event, {"tx"}));
  run.input_size = Size(event, {"inputSize"});
  run.output_size = Size(event, {"outputSize", "proofSize"});
  run.circuit_size = Size(event, {"circuitSize"});
  run.epoch = event.epoch();
  if (const auto job = ParseJobId(Field(event, {"job"}))) {
    run.job = JobId::From(*job);
    run.epoch = job->epoch;
  }
  run.origin = event.origin;
  return run;
}

}  // namespace proverlog
