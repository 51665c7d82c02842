#ifndef PROVERLOG_MODEL_CIRCUIT_RUN_H_
#define PROVERLOG_MODEL_CIRCUIT_RUN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "model/fact.h"
#include "model/job_id.h"
#include "model/time.h"

namespace proverlog {

enum class CircuitStep : uint8_t { kWitness, kProof, kVerification };

// The step's name on the wire and in tables, e.g. "witness".
absl::string_view CircuitStepName(CircuitStep step);
// Whether a step has the number, which stays with it for ever: storage keeps it.
bool IsCircuitStep(uint32_t number);

// A step of proving a circuit that an agent (or a verifier) finished, as one record tells it. Its
// key is all but the epoch, the job and the origin; runs with equal keys are one, told twice.
struct CircuitRun {
  CircuitStep step = CircuitStep::kWitness;
  std::string circuit;  // as the record spells it, e.g. "parity-base", "avm-circuit"
  UnixMillis at = 0;    // its end
  int64_t micros = 0;   // how long it took
  std::string tx;       // of a public transaction's AVM proof, as it is printed; else empty
  // As printed: bytes, but circuit_size, which is gates. None: not printed.
  std::optional<int64_t> input_size;
  std::optional<int64_t> output_size;  // of a proof: proofSize
  std::optional<int64_t> circuit_size;
  // Of the job, or of the only epoch whose jobs ran in the process.
  std::optional<int32_t> epoch;
  // The only job of the circuit's type that ran in the process.
  std::optional<JobId> job;
  Origin origin;

  friend bool operator==(const CircuitRun& a, const CircuitRun& b) = default;
};

// An epoch's runs of one step of one circuit; sizes are means of those that are printed.
struct CircuitSummary {
  std::string circuit;
  std::string step;
  int64_t runs = 0;
  int64_t joined = 0;  // of runs: those whose job is known
  double min = 0;      // milliseconds, as the others
  double p50 = 0;
  double p95 = 0;
  double max = 0;
  std::optional<double> mean_input_size;
  std::optional<double> mean_output_size;
  std::optional<int64_t> circuit_size;  // the largest
};

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_CIRCUIT_RUN_H_
