#include "storage/postgres/transaction_rows.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "model/proving_graph.h"
#include "storage/postgres/array.h"
#include "storage/postgres/circuit_batch.h"
#include "storage/postgres/circuit_rows.h"
#include "storage/postgres/circuit_summary.h"
#include "storage/postgres/fields.h"
#include "storage/postgres/hash_key.h"

namespace proverlog::postgres {
namespace {

constexpr int32_t kNoEpoch = -1;
// Of an epoch: rows that are searched for a hash, and rows with it that are read.
constexpr int kMaxBatchesSearched = 20'000;
constexpr int kMaxBatchesFound = 100;
constexpr char kAvmCircuit[] = "avm-circuit";

// A bigint[].
std::vector<int64_t> ReadNumbers(const pqxx::field& field) {
  std::vector<int64_t> numbers;
  for (const std::string& text : ReadTexts(field)) {
    int64_t number = 0;
    if (absl::SimpleAtoi(text, &number)) numbers.push_back(number);
  }
  return numbers;
}

// The AVM proofs of one epoch's rows.
class Collector {
 public:
  // A row's columns jobs and runs. Hashes begin with `hash`.
  void Add(const pqxx::field& jobs, const pqxx::field& runs, const std::string& hash) {
    const std::vector<int64_t> keys = ReadNumbers(jobs);
    for (PackedRun& packed : UnpackColumn(runs)) {
      const CircuitRun& run = packed.run;
      if (run.step != CircuitStep::kProof || run.tx.empty()) continue;
      if (!absl::StartsWith(run.tx, hash)) continue;
      if (packed.job && *packed.job < keys.size()) {
        keys_.push_back(keys[*packed.job]);
        packed.job = static_cast<uint32_t>(keys_.size() - 1);
      }
      packed_.push_back(std::move(packed));
    }
  }

  // With the jobs that they are joined to.
  std::vector<CircuitRun> Finish(pqxx::transaction_base& tx, const ProjectionKey& key,
                                 int32_t epoch) && {
    KeepBestTellings(packed_);
    std::map<int64_t, JobId> jobs;
    if (!keys_.empty()) jobs = ReadJobs(tx, key, epoch);
    std::vector<CircuitRun> runs;
    for (PackedRun& packed : packed_) {
      CircuitRun& run = runs.emplace_back(std::move(packed.run));
      if (epoch != kNoEpoch) run.epoch = epoch;
      const auto job = packed.job ? jobs.find(keys_[*packed.job]) : jobs.end();
      if (job != jobs.end()) run.job = job->second;
    }
    return runs;
  }

 private:
  // Those that can be meant, by what a batch has of them.
  static std::map<int64_t, JobId> ReadJobs(pqxx::transaction_base& tx, const ProjectionKey& key,
                                           int32_t epoch) {
    const std::string type(JobTypeOfCircuit(kAvmCircuit));
    std::map<int64_t, JobId> jobs;
    for (const auto& row : tx.exec_params(
             "SELECT hash FROM job WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3"
             "  AND type = $4 LIMIT $5",
             key.prover_id, key.projection_id, epoch, type, kMaxCircuitRuns)) {
      JobId id{epoch, type, DecodeHash(ToBytes(row[0]))};
      jobs.emplace(KeyOf(id), std::move(id));
    }
    return jobs;
  }

  std::vector<PackedRun> packed_;  // `job` is an index of keys_
  std::vector<int64_t> keys_;
};

void SortByTime(std::vector<CircuitRun>& runs) {
  std::sort(runs.begin(), runs.end(), [](const CircuitRun& a, const CircuitRun& b) {
    return std::tie(a.at, a.tx, a.micros) < std::tie(b.at, b.tx, b.micros);
  });
}

}  // namespace

TransactionRuns ReadTransactionRuns(pqxx::transaction_base& tx, const ProjectionKey& key,
                                    int32_t epoch) {
  const auto rows = tx.exec_params(
      "SELECT total <= $5, CASE WHEN total <= $5 THEN jobs END,"
      "  CASE WHEN total <= $5 THEN runs END"
      " FROM (SELECT jobs, runs, sum(run_count) OVER (ORDER BY last_at ROWS UNBOUNDED PRECEDING)"
      "   AS total FROM circuit_batch WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3"
      "   ORDER BY last_at LIMIT $4) AS batch",
      key.prover_id, key.projection_id, epoch, kMaxCircuitBatches, kMaxCircuitRuns);
  TransactionRuns read;
  read.more = rows.size() == kMaxCircuitBatches;
  Collector collector;
  for (const auto& row : rows) {
    if (row[0].as<bool>()) {
      collector.Add(row[1], row[2], "");
    } else {
      read.more = true;
    }
  }
  read.runs = std::move(collector).Finish(tx, key, epoch);
  FillMachines(tx, key.prover_id, read.runs);
  SortByTime(read.runs);
  return read;
}

std::vector<CircuitRun> SelectTransactionRuns(pqxx::transaction_base& tx, const ProjectionKey& key,
                                              const std::vector<int32_t>& epochs,
                                              const std::string& hash) {
  Array numbers;
  for (const int32_t epoch : epochs) numbers.Add(int64_t{epoch});
  numbers.Add(int64_t{kNoEpoch});
  // The texts of a batch stand in it as they are: only batches that have the hash are unpacked.
  const auto rows = tx.exec_params(
      "SELECT e.epoch, jobs, runs FROM unnest($3::integer[]) AS e (epoch) CROSS JOIN LATERAL"
      "  (SELECT jobs, runs FROM (SELECT jobs, runs, last_at FROM circuit_batch"
      "    WHERE prover_id = $1 AND projection_id = $2 AND epoch = e.epoch"
      "    ORDER BY last_at DESC LIMIT $5) AS latest"
      "   WHERE position($4::bytea IN runs) > 0 ORDER BY last_at DESC LIMIT $6) AS found",
      key.prover_id, key.projection_id, numbers.Finish(), ToParameter(hash), kMaxBatchesSearched,
      kMaxBatchesFound);
  std::map<int32_t, Collector> by_epoch;
  for (const auto& row : rows) by_epoch[row[0].as<int32_t>()].Add(row[1], row[2], hash);
  std::vector<CircuitRun> found;
  for (auto& [epoch, collector] : by_epoch) {
    for (CircuitRun& run : std::move(collector).Finish(tx, key, epoch)) {
      found.push_back(std::move(run));
    }
  }
  FillMachines(tx, key.prover_id, found);
  SortByTime(found);
  return found;
}

}  // namespace proverlog::postgres
