#include "storage/postgres/query_store.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "analysis/epoch_summary.h"
#include "storage/postgres/advance_rows.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/array.h"
#include "storage/postgres/circuit_rows.h"
#include "storage/postgres/epoch_rows.h"
#include "storage/postgres/event_rows.h"
#include "storage/postgres/fields.h"
#include "storage/postgres/hash_key.h"
#include "storage/postgres/job_rows.h"
#include "storage/postgres/mark_rows.h"
#include "storage/postgres/stream_rows.h"
#include "storage/postgres/transaction.h"
#include "storage/postgres/unknown_rows.h"

namespace proverlog::postgres {
namespace {

// Of one call; a healthy job has none of these rows.
constexpr int64_t kMaxFactRows = 500'000;
constexpr size_t kFullHashDigits = 64;

ProjectionKey KeyOf(const ProverRef& prover) { return {prover.prover_id, prover.projection_id}; }

// Makes PostgreSQL cancel a statement that runs when the deadline comes.
absl::Status LimitTime(pqxx::transaction_base& tx, absl::Time deadline) {
  if (deadline == absl::InfiniteFuture()) return absl::OkStatus();
  const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
  if (left <= 0) return absl::DeadlineExceededError("there was not enough time for the answer");
  tx.exec_params("SELECT set_config('statement_timeout', $1, true)", absl::StrCat(left));
  return absl::OkStatus();
}

ProverRef ReadProver(const pqxx::row& row) {
  return {row[0].as<ProverId>(), row[1].as<int32_t>(), row[2].as<std::string>()};
}

Job DeriveJobOfEpoch(const JobId& id, std::vector<Fact> facts,
                     std::optional<UnixMillis> closed_at) {
  Job job = DeriveJob(id, std::move(facts));
  if (closed_at) Abandon(*closed_at, job);
  return job;
}

EpochRow ReadEpoch(const pqxx::row& row) {
  EpochRow epoch;
  epoch.epoch = row[0].as<int32_t>();
  epoch.first_at = ReadOptional(row[1]);
  epoch.last_at = ReadOptional(row[2]);
  epoch.totals.jobs = row[3].as<int32_t>();
  epoch.totals.enqueued = row[4].as<int32_t>();
  epoch.totals.started = row[5].as<int32_t>();
  epoch.totals.completed = row[6].as<int32_t>();
  epoch.totals.failed = row[7].as<int32_t>();
  epoch.totals.aborted = row[8].as<int32_t>();
  epoch.totals.abandoned = row[9].as<int32_t>();
  epoch.totals.in_flight = row[10].as<int32_t>();
  epoch.totals.retries = row[11].as<int32_t>();
  epoch.totals.timeouts = row[12].as<int32_t>();
  epoch.root_completed = row[13].as<bool>();
  return epoch;
}

// A job that is open in an epoch that was closed after it was last asked for: as Abandon.
constexpr char kIsAbandoned[] =
    "(state IN ('queued', 'running') AND coalesce(asked_for_at, closed_at) <= closed_at)";

// The counts of the epochs $3, which were closed at $4 or are not.
std::string CountEpochsSql() {
  return absl::StrCat(
      "SELECT e.epoch, min(first_at), max(last_at), count(j.epoch),"
      "  count(*) FILTER (WHERE enqueued), count(*) FILTER (WHERE started),"
      "  count(*) FILTER (WHERE state = 'completed'), count(*) FILTER (WHERE state = 'failed'),"
      "  count(*) FILTER (WHERE state = 'aborted'), count(*) FILTER (WHERE ",
      kIsAbandoned,
      "),"
      "  count(*) FILTER (WHERE state IN ('queued', 'running') AND ",
      kIsAbandoned,
      " IS NOT TRUE), coalesce(sum(retries), 0), coalesce(sum(timeouts), 0),"
      "  coalesce(bool_or(type = $5 AND state = 'completed'), false)"
      " FROM unnest($3::integer[], $4::bigint[]) AS e (epoch, closed_at)"
      " LEFT JOIN job j ON j.prover_id = $1 AND j.projection_id = $2 AND j.epoch = e.epoch"
      "  AND j.counted"
      " GROUP BY e.epoch ORDER BY e.epoch DESC");
}

absl::StatusOr<std::vector<EpochRow>> ReadEpochRows(ReadOnly& tx, const ProverRef& prover,
                                                    std::optional<int32_t> before, int limit) {
  static const auto* const kSql = new std::string(CountEpochsSql());
  const std::vector<int32_t> numbers = ReadEpochNumbers(tx, KeyOf(prover), before, limit);
  auto contexts = ReadContexts(tx, KeyOf(prover), numbers);
  if (!contexts.ok()) return contexts.status();
  Array epochs, closed_at;
  for (const int32_t epoch : numbers) {
    epochs.Add(int64_t{epoch});
    closed_at.Add(ClosedAt((*contexts)[epoch]));
  }
  const auto rows = tx.exec_params(*kSql, prover.prover_id, prover.projection_id, epochs.Finish(),
                                   closed_at.Finish(), std::string(kRootRollup));
  std::vector<EpochRow> epoch_rows;
  for (const auto& row : rows) {
    epoch_rows.push_back(ReadEpoch(row));
    epoch_rows.back().context = std::move((*contexts)[epoch_rows.back().epoch]);
  }
  return epoch_rows;
}

std::vector<JobId> SelectJobIds(ReadOnly& tx, const ProverRef& prover, const JobFilter& filter,
                                std::optional<UnixMillis> closed_at, int limit) {
  static const auto* const kSql = new std::string(
      absl::StrCat("SELECT epoch, type, hash FROM job, (SELECT $9::bigint AS closed_at) AS e"
                   " WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3 AND counted"
                   " AND ($4 = '' OR type = $4)"
                   " AND ($5 = '' OR CASE WHEN ",
                   kIsAbandoned,
                   " THEN 'abandoned' ELSE state END = $5)"
                   " AND (type, hash) > ($6, $7) ORDER BY type, hash LIMIT $8"));
  const std::string after_type = filter.after ? filter.after->first : "";
  const std::string after_hash = filter.after ? EncodeHash(filter.after->second) : "";
  const auto rows =
      tx.exec_params(*kSql, prover.prover_id, prover.projection_id, filter.epoch, filter.type,
                     filter.state ? std::string(JobStateName(*filter.state)) : "", after_type,
                     ToParameter(after_hash), limit, closed_at);
  std::vector<JobId> ids;
  for (const auto& row : rows) {
    ids.push_back({row[0].as<int32_t>(), row[1].as<std::string>(), DecodeHash(ToBytes(row[2]))});
  }
  return ids;
}

// The streams with these ids and those that may tell more, as EpochState says.
void ReadSources(ReadOnly& tx, const ProverRef& prover, int32_t epoch, EpochState& state) {
  const std::vector<int64_t> ids = StreamsOf(state.jobs, state.context);
  Array array;
  for (const int64_t id : ids) array.Add(id);
  const size_t limit = ids.size() + kMaxStreamsBehind;
  state.streams = ReadStreams(
      tx, KeyOf(prover),
      tx.exec_params(
          absl::StrCat(kStreamColumns, kCountColumns, kStreamTables,
                       "AND (s.stream_id = ANY ($3::bigint[])"
                       " OR sp.committed_offset > coalesce(pr.normalized_offset, 0)"
                       " OR EXISTS (SELECT FROM epoch e WHERE e.prover_id = $1"
                       "  AND e.projection_id = $2 AND e.epoch = $5"
                       "  AND pr.first_at <= e.last_at AND pr.last_at >= e.first_at)"
                       " OR s.stream_id IN (SELECT stream_id FROM unreadable"
                       "  WHERE prover_id = $1 AND projection_id = $2))"
                       " ORDER BY s.stream_id = ANY ($3::bigint[]) DESC, machine, source, stream_id"
                       " LIMIT $4"),
          prover.prover_id, prover.projection_id, array.Finish(), limit + 1, epoch));
  state.more_behind = state.streams.size() > limit;
  if (state.more_behind) state.streams.pop_back();
}

// All jobs of the epoch, and what is known of it beyond them.
absl::StatusOr<EpochState> ReadEpochState(ReadOnly& tx, const ProverRef& prover, int32_t epoch,
                                          int64_t max_jobs) {
  auto context = ReadContext(tx, KeyOf(prover), epoch);
  if (!context.ok()) return context.status();
  auto facts = ReadEpochFacts(tx, KeyOf(prover), epoch, {max_jobs, kMaxFactRows});
  if (!facts.ok()) return facts.status();
  EpochState state;
  const std::optional<UnixMillis> closed_at = ClosedAt(*context);
  state.jobs.reserve(facts->size());
  for (auto& entry : *facts) {
    state.jobs.push_back(DeriveJobOfEpoch(entry.first, std::move(entry.second), closed_at));
  }
  state.context = *std::move(context);
  return state;
}

}  // namespace

template <typename Body>
auto QueryStore::Read(absl::string_view doing, Body body) {
  return RunTransaction<ReadOnly>(*pool_, doing,
                                  [&](ReadOnly& tx) -> std::invoke_result_t<Body, ReadOnly&> {
                                    const absl::Status status = LimitTime(tx, deadline_);
                                    if (!status.ok()) return status;
                                    return body(tx);
                                  });
}

std::unique_ptr<proverlog::QueryStore> QueryStore::WithDeadline(absl::Time deadline) {
  return std::make_unique<QueryStore>(pool_, deadline);
}

absl::StatusOr<std::vector<Block>> QueryStore::ReadBlocks(const StreamKey& stream, int64_t begin,
                                                          int64_t end, int max_blocks) {
  return RunTransaction<ReadLatest>(*pool_, "read the archive",
                                    [&](ReadLatest& tx) -> absl::StatusOr<std::vector<Block>> {
                                      const absl::Status status = LimitTime(tx, deadline_);
                                      if (!status.ok()) return status;
                                      return SelectBlocks(tx, stream, begin, end, max_blocks);
                                    });
}

absl::StatusOr<int64_t> QueryStore::RemovedUntil(const StreamKey& stream) {
  return Read("look for removed logs", [&](ReadOnly& tx) -> absl::StatusOr<int64_t> {
    return SelectRemovedUntil(tx, stream);
  });
}

absl::StatusOr<std::vector<ProverRef>> QueryStore::ListProvers(int limit) {
  return Read("list the provers", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<ProverRef>> {
    std::vector<ProverRef> provers;
    const auto rows = tx.exec_params(
        "SELECT prover_id, projection_id, name FROM prover ORDER BY name LIMIT $1", limit);
    for (const auto& row : rows) provers.push_back(ReadProver(row));
    return provers;
  });
}

absl::StatusOr<ProverRef> QueryStore::FindProver(const std::string& name) {
  return Read("look for the prover", [&](ReadOnly& tx) -> absl::StatusOr<ProverRef> {
    const auto rows =
        tx.exec_params("SELECT prover_id, projection_id, name FROM prover WHERE name = $1", name);
    if (rows.empty()) return absl::NotFoundError(absl::StrCat("there is no prover \"", name, "\""));
    return ReadProver(rows[0]);
  });
}

absl::StatusOr<std::vector<EpochRow>> QueryStore::ListEpochs(const ProverRef& prover,
                                                             std::optional<int32_t> before,
                                                             int limit) {
  return Read("list the epochs", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<EpochRow>> {
    return ReadEpochRows(tx, prover, before, limit);
  });
}

absl::StatusOr<std::vector<EpochRevision>> QueryStore::FindEpochs(const ProverRef& prover,
                                                                  const EpochWindow& window,
                                                                  int limit) {
  return Read("look for epochs", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<EpochRevision>> {
    return ReadEpochsBetween(tx, KeyOf(prover), window, limit);
  });
}

absl::StatusOr<EpochState> QueryStore::LoadEpoch(const ProverRef& prover, int32_t epoch,
                                                 int64_t max_jobs) {
  return Read(absl::StrCat("load epoch ", epoch),
              [&](ReadOnly& tx) { return ReadEpochState(tx, prover, epoch, max_jobs); });
}

absl::StatusOr<EpochState> QueryStore::LoadEpochState(const ProverRef& prover, int32_t epoch,
                                                      int64_t max_jobs) {
  return Read(absl::StrCat("load epoch ", epoch), [&](ReadOnly& tx) -> absl::StatusOr<EpochState> {
    auto state = ReadEpochState(tx, prover, epoch, max_jobs);
    if (!state.ok()) return state.status();
    state->circuits = SumCircuitRuns(tx, KeyOf(prover), epoch);
    ReadSources(tx, prover, epoch, *state);
    return state;
  });
}

absl::StatusOr<std::vector<Job>> QueryStore::ListJobs(const ProverRef& prover,
                                                      const JobFilter& filter, int limit) {
  return Read("list jobs", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<Job>> {
    const auto context = ReadContext(tx, KeyOf(prover), filter.epoch);
    if (!context.ok()) return context.status();
    const std::optional<UnixMillis> closed_at = ClosedAt(*context);
    const std::vector<JobId> ids = SelectJobIds(tx, prover, filter, closed_at, limit);
    auto facts = ReadFacts(tx, KeyOf(prover), ids, kMaxFactRows);
    if (!facts.ok()) return facts.status();
    std::vector<Job> jobs;
    for (const JobId& id : ids) {
      jobs.push_back(DeriveJobOfEpoch(id, std::move((*facts)[id]), closed_at));
    }
    return jobs;
  });
}

absl::StatusOr<Job> QueryStore::LoadJob(const ProverRef& prover, const JobId& id) {
  return Read(absl::StrCat("load job ", id.ToString()), [&](ReadOnly& tx) -> absl::StatusOr<Job> {
    const auto context = ReadContext(tx, KeyOf(prover), id.epoch);
    if (!context.ok()) return context.status();
    auto facts = ReadFacts(tx, KeyOf(prover), {id}, kMaxFactRows);
    if (!facts.ok()) return facts.status();
    if (facts->empty()) {
      return absl::NotFoundError(
          absl::StrCat("prover \"", prover.name, "\" has no job ", id.ToString()));
    }
    return DeriveJobOfEpoch(id, std::move(facts->begin()->second), ClosedAt(*context));
  });
}

absl::StatusOr<std::vector<JobId>> QueryStore::FindJobs(const ProverRef& prover,
                                                        const JobId& with_hash_prefix, int limit) {
  const std::string& prefix = with_hash_prefix.hash;
  if (prefix.size() > kFullHashDigits) return std::vector<JobId>{};
  const std::string rest(kFullHashDigits - prefix.size(), '0');
  const std::string first = absl::StrCat(prefix, rest);
  if (!IsFullHash(first)) return std::vector<JobId>{};
  const std::string last = absl::StrCat(prefix, std::string(rest.size(), 'f'));
  return Read("look for a job", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<JobId>> {
    const auto rows = tx.exec_params(
        "SELECT hash FROM job WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3"
        " AND type = $4 AND hash BETWEEN $5 AND $6 AND octet_length(hash) = octet_length($5)"
        " ORDER BY hash LIMIT $7",
        prover.prover_id, prover.projection_id, with_hash_prefix.epoch, with_hash_prefix.type,
        ToParameter(EncodeHash(first)), ToParameter(EncodeHash(last)), limit);
    std::vector<JobId> ids;
    for (const auto& row : rows) {
      ids.push_back({with_hash_prefix.epoch, with_hash_prefix.type, DecodeHash(ToBytes(row[0]))});
    }
    return ids;
  });
}

absl::StatusOr<std::vector<StreamStatus>> QueryStore::LoadStreams(
    const ProverRef& prover, const std::vector<int64_t>& stream_ids) {
  return Read("load streams", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<StreamStatus>> {
    Array ids;
    for (const int64_t id : stream_ids) ids.Add(id);
    return ReadStreams(
        tx, KeyOf(prover),
        tx.exec_params(absl::StrCat(kStreamColumns, kCountColumns, kStreamTables,
                                    "AND s.stream_id = ANY ($3::bigint[]) ORDER BY machine,"
                                    " source, stream_id"),
                       prover.prover_id, prover.projection_id, ids.Finish()));
  });
}

absl::StatusOr<std::vector<StreamStatus>> QueryStore::FindStreams(const ProverRef& prover,
                                                                  const LogFilter& filter,
                                                                  int limit) {
  return Read("look for logs", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<StreamStatus>> {
    return SelectStreams(tx, KeyOf(prover), filter, limit);
  });
}

absl::StatusOr<ActiveLogs> QueryStore::FindActive(const ProverRef& prover,
                                                  const std::string& machine,
                                                  const std::string& source, UnixMillis since,
                                                  int limit) {
  return Read("look for logs that go on", [&](ReadOnly& tx) -> absl::StatusOr<ActiveLogs> {
    return SelectActive(tx, KeyOf(prover), {machine, source, since}, limit);
  });
}

absl::StatusOr<LineStart> QueryStore::LoadLineStart(const ProverRef& prover, int64_t stream_id,
                                                    const LinePosition& position) {
  return Read("look for lines", [&](ReadOnly& tx) -> absl::StatusOr<LineStart> {
    return LineStart{SelectAnchors(tx, {prover.prover_id, stream_id}),
                     SelectMark(tx, KeyOf(prover), stream_id, position),
                     SelectFirstMark(tx, KeyOf(prover), stream_id)};
  });
}

absl::StatusOr<LineStart> QueryStore::LoadLineStartAt(const ProverRef& prover, int64_t stream_id,
                                                      int64_t offset) {
  return Read("look for lines", [&](ReadOnly& tx) -> absl::StatusOr<LineStart> {
    return LineStart{SelectAnchors(tx, {prover.prover_id, stream_id}),
                     SelectMarkAt(tx, KeyOf(prover), stream_id, offset),
                     SelectFirstMark(tx, KeyOf(prover), stream_id)};
  });
}

absl::StatusOr<std::vector<Gap>> QueryStore::ListGaps(const ProverRef& prover, int64_t stream_id,
                                                      int64_t begin, int64_t end) {
  return Read("list gaps", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<Gap>> {
    return SelectMissing(tx, KeyOf(prover), stream_id, begin, end);
  });
}

absl::StatusOr<std::vector<StreamStatus>> QueryStore::ListStreams(const ProverRef& prover,
                                                                  int limit) {
  return Read("list streams", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<StreamStatus>> {
    return ReadStreams(
        tx, KeyOf(prover),
        tx.exec_params(absl::StrCat(kStreamColumns, kCountColumns, kStreamTables,
                                    "ORDER BY sp.received_at DESC NULLS LAST, s.stream_id"
                                    " LIMIT $3"),
                       prover.prover_id, prover.projection_id, limit));
  });
}

absl::StatusOr<std::vector<CircuitRun>> QueryStore::LoadCircuitRuns(const ProverRef& prover,
                                                                    const JobId& job) {
  return Read("load a job's circuits",
              [&](ReadOnly& tx) -> absl::StatusOr<std::vector<CircuitRun>> {
                return ReadCircuitRuns(tx, KeyOf(prover), job);
              });
}

absl::StatusOr<std::vector<EventRow>> QueryStore::ListEvents(const ProverRef& prover,
                                                             const EventFilter& filter, int limit) {
  return Read("list events", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<EventRow>> {
    return ReadEvents(tx, KeyOf(prover), filter, limit);
  });
}

absl::StatusOr<UnknownPage> QueryStore::ListUnknown(const ProverRef& prover,
                                                    const std::optional<UnknownPosition>& after,
                                                    int limit) {
  return Read("list unknown messages", [&](ReadOnly& tx) -> absl::StatusOr<UnknownPage> {
    return ReadUnknownRows(tx, KeyOf(prover), after, limit);
  });
}

}  // namespace proverlog::postgres
