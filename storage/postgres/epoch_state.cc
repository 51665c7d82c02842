#include "storage/postgres/epoch_state.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/postgres/array.h"
#include "storage/postgres/circuit_rows.h"
#include "storage/postgres/epoch_rows.h"
#include "storage/postgres/job_rows.h"
#include "storage/postgres/stream_rows.h"

namespace proverlog::postgres {
namespace {

// `state` is an EpochState or an EpochDelta.
template <typename State>
absl::Status ReadVersion(ReadOnly& tx, const ProverRef& prover, int32_t epoch, State& state) {
  auto context = ReadContext(tx, KeyOf(prover), epoch);
  if (!context.ok()) return context.status();
  state.context = *std::move(context);
  state.revision = ReadRevision(tx, KeyOf(prover), epoch);
  return absl::OkStatus();
}

std::vector<Job> DeriveJobs(FactsByJob facts, const EpochContext& context) {
  const std::optional<UnixMillis> closed_at = ClosedAt(context);
  std::vector<Job> jobs;
  jobs.reserve(facts.size());
  for (auto& entry : facts) {
    jobs.push_back(DeriveJobOfEpoch(entry.first, std::move(entry.second), closed_at));
  }
  return jobs;
}

absl::Status ReadJobs(ReadOnly& tx, const ProverRef& prover, int32_t epoch, int64_t max_jobs,
                      EpochState& state) {
  auto facts = ReadEpochFacts(tx, KeyOf(prover), epoch, {max_jobs, kMaxFactRows});
  if (!facts.ok()) return facts.status();
  state.jobs = DeriveJobs(*std::move(facts), state.context);
  return absl::OkStatus();
}

bool IsAsKnown(int64_t revision, const EpochContext& context, const EpochVersion& known) {
  return revision != kNoRevision && EpochVersion{known.epoch, revision, context} == known;
}

}  // namespace

Job DeriveJobOfEpoch(const JobId& id, std::vector<Fact> facts,
                     std::optional<UnixMillis> closed_at) {
  Job job = DeriveJob(id, std::move(facts));
  if (closed_at) Abandon(*closed_at, job);
  return job;
}

absl::StatusOr<EpochState> ReadEpochState(ReadOnly& tx, const ProverRef& prover, int32_t epoch,
                                          int64_t max_jobs) {
  EpochState state;
  if (auto status = ReadVersion(tx, prover, epoch, state); !status.ok()) return status;
  if (auto status = ReadJobs(tx, prover, epoch, max_jobs, state); !status.ok()) return status;
  return state;
}

absl::StatusOr<EpochState> ReadEpochChanges(ReadOnly& tx, const ProverRef& prover,
                                            const KnownEpoch& known, int64_t max_jobs) {
  const int32_t epoch = known.version.epoch;
  EpochState state;
  if (auto status = ReadVersion(tx, prover, epoch, state); !status.ok()) return status;
  state.as_known = IsAsKnown(state.revision, state.context, known.version);
  if (state.as_known) return state;
  if (auto status = ReadJobs(tx, prover, epoch, max_jobs, state); !status.ok()) return status;
  return state;
}

absl::StatusOr<EpochDelta> ReadEpochDelta(ReadOnly& tx, const ProverRef& prover,
                                          const EpochVersion& known, int64_t position,
                                          int64_t max_jobs) {
  EpochDelta delta;
  if (auto status = ReadVersion(tx, prover, known.epoch, delta); !status.ok()) return status;
  delta.as_known = IsAsKnown(delta.revision, delta.context, known);
  if (delta.as_known) return delta;
  auto facts = ReadLatestFacts(tx, KeyOf(prover), known.epoch, position, {max_jobs, kMaxFactRows});
  if (!facts.ok()) return facts.status();
  delta.jobs = DeriveJobs(std::move(facts->facts), delta.context);
  delta.others = facts->others;
  delta.facts_of_others = facts->facts_of_others;
  delta.position = facts->position;
  return delta;
}

void ReadSources(ReadOnly& tx, const ProverRef& prover, int32_t epoch,
                 const std::vector<int64_t>& stream_ids, EpochState& state) {
  state.circuits = SumCircuitRuns(tx, KeyOf(prover), epoch);
  Array array;
  for (const int64_t id : stream_ids) array.Add(id);
  const size_t limit = stream_ids.size() + kMaxStreamsBehind;
  state.streams = ReadStreams(
      tx, KeyOf(prover),
      tx.exec_params(
          absl::StrCat(kStreamColumns, kCountColumns, kStreamTables,
                       "AND (s.stream_id = ANY ($3::bigint[])"
                       " OR sp.committed_offset > coalesce(pr.normalized_offset, 0)"
                       " OR EXISTS (SELECT FROM epoch e WHERE e.prover_id = $1"
                       "  AND e.projection_id = $2 AND e.epoch = $5"
                       "  AND pr.first_at <= e.last_at AND (pr.last_at >= e.first_at OR ",
                       LastHeardOf(absl::StrCat("e.first_at - ", kSilentBefore), "e.last_at"),
                       "))"
                       " OR s.stream_id IN (SELECT stream_id FROM unreadable"
                       "  WHERE prover_id = $1 AND projection_id = $2))"
                       " ORDER BY s.stream_id = ANY ($3::bigint[]) DESC, machine, source, stream_id"
                       " LIMIT $4"),
          prover.prover_id, prover.projection_id, array.Finish(), limit + 1, epoch));
  state.more_behind = state.streams.size() > limit;
  if (state.more_behind) state.streams.pop_back();
}

}  // namespace proverlog::postgres
