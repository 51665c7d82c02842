#include "storage/postgres/circuit_rows.h"

#include <initializer_list>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "codec/sha256.h"
#include "storage/postgres/array.h"
#include "storage/postgres/fields.h"

namespace proverlog::postgres {
namespace {

constexpr int32_t kNoEpoch = -1;
constexpr double kMicrosPerMilli = 1000;
// An epoch has some ten circuits, a job a few runs; more are only in hostile logs.
constexpr int kMaxSummaries = 200;
constexpr int kMaxRuns = 100;

// The function hash_key of the database.
int64_t HashKey(std::initializer_list<absl::string_view> parts) {
  const std::string digest = Sha256(absl::StrJoin(parts, "\x1f"));
  uint64_t key = 0;
  for (size_t i = 0; i < sizeof(key); ++i) key = key << 8 | static_cast<uint8_t>(digest[i]);
  return static_cast<int64_t>(key);
}

int64_t KeyOf(const CircuitRun& run) {
  return HashKey({run.circuit, CircuitStepName(run.step), absl::StrCat(run.micros), run.tx});
}

int64_t KeyOf(const JobId& job) { return HashKey({job.ToString()}); }

// Told twice, the telling that knows its job stands, then one that knows its epoch, then the first
// line of the oldest log, whichever came first.
bool IsBetter(const CircuitRun& a, const CircuitRun& b) {
  const auto rank = [](const CircuitRun& run) {
    return std::tuple(!run.job, !run.epoch, run.origin.stream_id, run.origin.offset);
  };
  return rank(a) < rank(b);
}

// The columns of circuit_run after the projection, one array each.
struct RunArrays {
  Array at, keys, jobs, micros, streams, offsets, epochs, circuits, steps, txs, input_sizes,
      output_sizes, circuit_sizes;

  void Add(const CircuitRun& run, int64_t key) {
    at.Add(run.at);
    keys.Add(key);
    jobs.Add(run.job ? std::optional(KeyOf(*run.job)) : std::nullopt);
    micros.Add(run.micros);
    streams.Add(run.origin.stream_id);
    offsets.Add(run.origin.offset);
    epochs.Add(int64_t{run.epoch.value_or(kNoEpoch)});
    circuits.AddText(run.circuit);
    steps.AddText(CircuitStepName(run.step));
    txs.AddText(run.tx);
    input_sizes.Add(run.input_size);
    output_sizes.Add(run.output_size);
    circuit_sizes.Add(run.circuit_size);
  }
};

double MillisOf(const pqxx::field& micros) { return micros.as<double>() / kMicrosPerMilli; }

std::optional<double> ReadMean(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return field.as<double>();
}

}  // namespace

void WriteCircuitRuns(pqxx::transaction_base& tx, const ProjectionKey& key,
                      const std::vector<CircuitRun>& runs) {
  if (runs.empty()) return;
  // In the order of the table's key, each once.
  std::map<std::pair<UnixMillis, int64_t>, const CircuitRun*> best;
  for (const CircuitRun& run : runs) {
    const auto [known, is_new] = best.try_emplace({run.at, KeyOf(run)}, &run);
    if (!is_new && IsBetter(run, *known->second)) known->second = &run;
  }
  RunArrays a;
  for (const auto& [at_and_key, run] : best) a.Add(*run, at_and_key.second);
  tx.exec_params(
      "INSERT INTO circuit_run (prover_id, projection_id, at, run, job, micros, stream_id,"
      " line_offset, epoch, circuit, step, tx, input_size, output_size, circuit_size)"
      " SELECT $1, $2, * FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],"
      "  $7::bigint[], $8::bigint[], $9::integer[], $10::text[], $11::text[], $12::text[],"
      "  $13::bigint[], $14::bigint[], $15::bigint[])"
      " ON CONFLICT (prover_id, projection_id, at, run) DO UPDATE SET"
      " job = excluded.job, epoch = excluded.epoch, stream_id = excluded.stream_id,"
      " line_offset = excluded.line_offset, input_size = excluded.input_size,"
      " output_size = excluded.output_size, circuit_size = excluded.circuit_size"
      " WHERE (excluded.job IS NULL, excluded.epoch < 0, excluded.stream_id, excluded.line_offset)"
      "  < (circuit_run.job IS NULL, circuit_run.epoch < 0, circuit_run.stream_id,"
      "     circuit_run.line_offset)",
      key.prover_id, key.projection_id, a.at.Finish(), a.keys.Finish(), a.jobs.Finish(),
      a.micros.Finish(), a.streams.Finish(), a.offsets.Finish(), a.epochs.Finish(),
      a.circuits.Finish(), a.steps.Finish(), a.txs.Finish(), a.input_sizes.Finish(),
      a.output_sizes.Finish(), a.circuit_sizes.Finish());
}

std::vector<CircuitSummary> SumCircuitRuns(pqxx::transaction_base& tx, const ProjectionKey& key,
                                           int32_t epoch) {
  const auto rows = tx.exec_params(
      "SELECT circuit, step, count(*), count(job), min(micros),"
      "  percentile_cont(0.5) WITHIN GROUP (ORDER BY micros),"
      "  percentile_cont(0.95) WITHIN GROUP (ORDER BY micros), max(micros),"
      "  avg(input_size)::float8, avg(output_size)::float8, max(circuit_size)"
      " FROM circuit_run WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3"
      " GROUP BY circuit, step ORDER BY min(at), circuit, step LIMIT $4",
      key.prover_id, key.projection_id, epoch, kMaxSummaries);
  std::vector<CircuitSummary> summaries;
  for (const auto& row : rows) {
    CircuitSummary summary;
    summary.circuit = row[0].as<std::string>();
    summary.step = row[1].as<std::string>();
    summary.runs = row[2].as<int64_t>();
    summary.joined = row[3].as<int64_t>();
    summary.min = MillisOf(row[4]);
    summary.p50 = MillisOf(row[5]);
    summary.p95 = MillisOf(row[6]);
    summary.max = MillisOf(row[7]);
    summary.mean_input_size = ReadMean(row[8]);
    summary.mean_output_size = ReadMean(row[9]);
    summary.circuit_size = ReadOptional(row[10]);
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

std::vector<CircuitRun> ReadCircuitRuns(pqxx::transaction_base& tx, const ProjectionKey& key,
                                        const JobId& job) {
  const auto rows = tx.exec_params(
      "SELECT at, circuit, step, micros, tx, input_size, output_size, circuit_size, machine,"
      " stream_id, line_offset FROM circuit_run JOIN stream USING (prover_id, stream_id)"
      " WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3 AND job = $4"
      " ORDER BY at, circuit, step, micros, tx LIMIT $5",
      key.prover_id, key.projection_id, job.epoch, KeyOf(job), kMaxRuns);
  std::vector<CircuitRun> runs;
  for (const auto& row : rows) {
    const auto step = ParseCircuitStep(row[2].as<std::string>());
    if (!step) continue;  // of a newer version, and of a projection that this one does not read
    CircuitRun run;
    run.at = row[0].as<int64_t>();
    run.circuit = row[1].as<std::string>();
    run.step = *step;
    run.micros = row[3].as<int64_t>();
    run.tx = row[4].as<std::string>();
    run.input_size = ReadOptional(row[5]);
    run.output_size = ReadOptional(row[6]);
    run.circuit_size = ReadOptional(row[7]);
    run.epoch = job.epoch;
    run.job = job;
    run.origin = {row[8].as<std::string>(), "", row[9].as<int64_t>(), row[10].as<int64_t>()};
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace proverlog::postgres
