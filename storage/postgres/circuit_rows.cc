#include "storage/postgres/circuit_rows.h"

#include <string>
#include <utility>

#include "storage/postgres/array.h"
#include "storage/postgres/fields.h"
#include "storage/postgres/hash_key.h"

namespace proverlog::postgres {
namespace {

constexpr int32_t kNoEpoch = -1;
constexpr double kMicrosPerMilli = 1000;
// An epoch has some ten circuits, a job a few runs; more are only in hostile logs.
constexpr int kMaxSummaries = 200;
constexpr int kMaxRuns = 100;

// The columns of circuit_run after the projection, one array each.
struct RunArrays {
  Array epochs, at, circuits, steps, micros, txs, input_sizes, output_sizes, circuit_sizes, types,
      hashes, streams, offsets;

  void Add(const CircuitRun& run) {
    epochs.Add(int64_t{run.epoch.value_or(kNoEpoch)});
    at.Add(run.at);
    circuits.AddText(run.circuit);
    steps.AddText(CircuitStepName(run.step));
    micros.Add(run.micros);
    txs.AddText(run.tx);
    input_sizes.Add(run.input_size);
    output_sizes.Add(run.output_size);
    circuit_sizes.Add(run.circuit_size);
    if (run.job) {
      types.AddText(run.job->type);
      hashes.AddBytes(EncodeHash(run.job->hash));
    } else {
      types.AddNull();
      hashes.AddNull();
    }
    streams.Add(run.origin.stream_id);
    offsets.Add(run.origin.offset);
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
  RunArrays a;
  for (const CircuitRun& run : runs) a.Add(run);
  // Told twice, the telling that knows its job stands, then one that knows its epoch, then the
  // first line of the oldest log, whichever came first.
  tx.exec_params(
      "INSERT INTO circuit_run (prover_id, projection_id, epoch, at, circuit, step, micros, tx,"
      " input_size, output_size, circuit_size, type, hash, stream_id, line_offset)"
      " SELECT DISTINCT ON (at, circuit, step, micros, tx) $1::integer, $2::integer, n.*"
      " FROM unnest($3::integer[], $4::bigint[], $5::text[], $6::text[], $7::bigint[], $8::text[],"
      "  $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::bytea[], $14::bigint[],"
      "  $15::bigint[])"
      " AS n (epoch, at, circuit, step, micros, tx, input_size, output_size, circuit_size, type,"
      "  hash, stream_id, line_offset)"
      " ORDER BY at, circuit, step, micros, tx, type IS NULL, epoch < 0, stream_id, line_offset"
      " ON CONFLICT (prover_id, projection_id, at, circuit, step, micros, tx) DO UPDATE SET"
      " epoch = excluded.epoch, input_size = excluded.input_size,"
      " output_size = excluded.output_size, circuit_size = excluded.circuit_size,"
      " type = excluded.type, hash = excluded.hash, stream_id = excluded.stream_id,"
      " line_offset = excluded.line_offset"
      " WHERE (excluded.type IS NULL, excluded.epoch < 0, excluded.stream_id, excluded.line_offset)"
      "  < (circuit_run.type IS NULL, circuit_run.epoch < 0, circuit_run.stream_id,"
      "     circuit_run.line_offset)",
      key.prover_id, key.projection_id, a.epochs.Finish(), a.at.Finish(), a.circuits.Finish(),
      a.steps.Finish(), a.micros.Finish(), a.txs.Finish(), a.input_sizes.Finish(),
      a.output_sizes.Finish(), a.circuit_sizes.Finish(), a.types.Finish(), a.hashes.Finish(),
      a.streams.Finish(), a.offsets.Finish());
}

std::vector<CircuitSummary> SumCircuitRuns(pqxx::transaction_base& tx, const ProjectionKey& key,
                                           int32_t epoch) {
  const auto rows = tx.exec_params(
      "SELECT circuit, step, count(*), count(type), min(micros),"
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
      " WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3 AND type = $4 AND hash = $5"
      " ORDER BY at, circuit, step, micros, tx LIMIT $6",
      key.prover_id, key.projection_id, job.epoch, job.type, ToParameter(EncodeHash(job.hash)),
      kMaxRuns);
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
