#include "storage/postgres/circuit_rows.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/postgres/array.h"
#include "storage/postgres/circuit_batch.h"
#include "storage/postgres/circuit_summary.h"
#include "storage/postgres/fields.h"

namespace proverlog::postgres {
namespace {

constexpr int32_t kNoEpoch = -1;
// A job has a few runs; more are only in hostile logs.
constexpr size_t kMaxRunsOfJob = 100;

}  // namespace

std::vector<PackedRun> UnpackColumn(const pqxx::field& runs) {
  auto unpacked = UnpackCircuitRuns(ToBytes(runs));
  // As an exception, like all that libpqxx finds wrong with a row.
  if (!unpacked.ok()) throw pqxx::failure(std::string(unpacked.status().message()));
  return *std::move(unpacked);
}

void FillMachines(pqxx::transaction_base& tx, ProverId prover_id, std::vector<CircuitRun>& runs) {
  Array ids;
  for (const CircuitRun& run : runs) ids.Add(run.origin.stream_id);
  std::map<int64_t, std::string> machines;
  for (const auto& row : tx.exec_params("SELECT stream_id, machine FROM stream"
                                        " WHERE prover_id = $1 AND stream_id = ANY ($2::bigint[])",
                                        prover_id, ids.Finish())) {
    machines[row[0].as<int64_t>()] = row[1].as<std::string>();
  }
  for (CircuitRun& run : runs) run.origin.machine = machines[run.origin.stream_id];
}

void WriteCircuitRuns(pqxx::transaction_base& tx, const ProjectionKey& key,
                      const std::vector<CircuitRun>& runs) {
  if (runs.empty()) return;
  std::map<int32_t, std::vector<const CircuitRun*>> by_epoch;
  for (const CircuitRun& run : runs) by_epoch[run.epoch.value_or(kNoEpoch)].push_back(&run);
  for (auto& [epoch, of_epoch] : by_epoch) {
    std::stable_sort(of_epoch.begin(), of_epoch.end(),
                     [](const CircuitRun* a, const CircuitRun* b) { return a->at < b->at; });
    const CircuitBatch batch = PackCircuitRuns(of_epoch);
    Array jobs;
    for (const int64_t job : batch.jobs) jobs.Add(job);
    tx.exec_params0(
        "INSERT INTO circuit_batch (prover_id, projection_id, epoch, last_at, run_count, jobs,"
        " runs) VALUES ($1, $2, $3, $4, $5, $6::bigint[], $7)",
        key.prover_id, key.projection_id, epoch, batch.last_at, of_epoch.size(), jobs.Finish(),
        ToParameter(batch.runs));
  }
}

std::vector<CircuitSummary> SumCircuitRuns(pqxx::transaction_base& tx, const ProjectionKey& key,
                                           int32_t epoch) {
  const auto rows = tx.exec_params(
      "SELECT runs FROM (SELECT runs, sum(run_count) OVER (ORDER BY last_at ROWS UNBOUNDED "
      "PRECEDING)"
      "   AS total FROM circuit_batch WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3"
      "   ORDER BY last_at LIMIT $4) AS batch WHERE total <= $5",
      key.prover_id, key.projection_id, epoch, kMaxCircuitBatches, kMaxCircuitRuns);
  std::vector<PackedRun> runs;
  for (const auto& row : rows) {
    for (PackedRun& run : UnpackColumn(row[0])) runs.push_back(std::move(run));
  }
  KeepBestTellings(runs);
  return SummarizeCircuits(runs);
}

std::vector<CircuitRun> ReadCircuitRuns(pqxx::transaction_base& tx, const ProjectionKey& key,
                                        const JobId& job) {
  const auto rows = tx.exec_params(
      "SELECT array_position(jobs, $4::bigint) - 1, runs FROM circuit_batch"
      " WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3 AND $4::bigint = ANY (jobs)"
      " ORDER BY last_at LIMIT $5",
      key.prover_id, key.projection_id, job.epoch, KeyOf(job), kMaxRunsOfJob);
  std::vector<PackedRun> packed;
  for (const auto& row : rows) {
    const auto number = row[0].as<uint32_t>();
    for (PackedRun& run : UnpackColumn(row[1])) {
      if (run.job == number) packed.push_back(std::move(run));
    }
  }
  KeepBestTellings(packed);
  packed.resize(std::min(packed.size(), kMaxRunsOfJob));
  std::vector<CircuitRun> runs;
  for (PackedRun& run : packed) {
    run.run.epoch = job.epoch;
    run.run.job = job;
    runs.push_back(std::move(run.run));
  }
  FillMachines(tx, key.prover_id, runs);
  return runs;
}

}  // namespace proverlog::postgres
