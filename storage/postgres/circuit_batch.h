#ifndef PROVERLOG_STORAGE_POSTGRES_CIRCUIT_BATCH_H_
#define PROVERLOG_STORAGE_POSTGRES_CIRCUIT_BATCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/circuit_run.h"

namespace proverlog::postgres {

// Runs of circuits that were told together, of one epoch or of none, packed: some 30 bytes a run
// (circuit_batch.proto).
struct CircuitBatch {
  // The jobs of the runs, each once, as KeyOf.
  std::vector<int64_t> jobs;
  std::string runs;
  UnixMillis last_at = 0;
};

// A job in a batch: eight bytes of the SHA-256 of its id.
int64_t KeyOf(const JobId& job);

// `runs` are in order of their instants, and at least one.
CircuitBatch PackCircuitRuns(const std::vector<const CircuitRun*>& runs);

// A run as it was packed, but for its epoch and its origin's machine and process.
struct PackedRun {
  CircuitRun run;               // without its job
  std::optional<uint32_t> job;  // index of CircuitBatch::jobs
};

// Steps that only a newer version knows are left out. DATA_LOSS where it is no batch.
absl::StatusOr<std::vector<PackedRun>> UnpackCircuitRuns(absl::string_view runs);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_CIRCUIT_BATCH_H_
