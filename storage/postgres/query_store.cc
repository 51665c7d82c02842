#include "storage/postgres/query_store.h"

#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "analysis/epoch_summary.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/array.h"
#include "storage/postgres/event_rows.h"
#include "storage/postgres/fields.h"
#include "storage/postgres/hash_key.h"
#include "storage/postgres/job_rows.h"
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
absl::Status LimitTime(ReadOnly& tx, absl::Time deadline) {
  if (deadline == absl::InfiniteFuture()) return absl::OkStatus();
  const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
  if (left <= 0) return absl::DeadlineExceededError("there was not enough time for the answer");
  tx.exec_params("SELECT set_config('statement_timeout', $1, true)", absl::StrCat(left));
  return absl::OkStatus();
}

ProverRef ReadProver(const pqxx::row& row) {
  return {row[0].as<ProverId>(), row[1].as<int32_t>(), row[2].as<std::string>()};
}

std::vector<Job> DeriveAll(FactsByJob facts_by_job) {
  std::vector<Job> jobs;
  jobs.reserve(facts_by_job.size());
  for (auto& entry : facts_by_job) {
    jobs.push_back(DeriveJob(entry.first, std::move(entry.second)));
  }
  return jobs;
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
  epoch.totals.in_flight = row[9].as<int32_t>();
  epoch.totals.retries = row[10].as<int32_t>();
  epoch.totals.timeouts = row[11].as<int32_t>();
  epoch.root_completed = row[12].as<bool>();
  return epoch;
}

// Walks down the distinct epochs by the primary key, one index probe each, and adds up their jobs.
constexpr char kListEpochs[] =
    "WITH RECURSIVE e (epoch, n) AS ("
    "  (SELECT epoch, 1 FROM job WHERE prover_id = $1 AND projection_id = $2 AND epoch < $3::bigint"
    "    AND counted ORDER BY epoch DESC LIMIT 1)"
    "  UNION ALL"
    "  SELECT (SELECT j.epoch FROM job j WHERE j.prover_id = $1 AND j.projection_id = $2"
    "           AND j.epoch < e.epoch AND j.counted ORDER BY j.epoch DESC LIMIT 1), e.n + 1"
    "    FROM e WHERE e.epoch IS NOT NULL AND e.n < $4)"
    " SELECT epoch, min(first_at), max(last_at), count(*),"
    "  count(*) FILTER (WHERE enqueued), count(*) FILTER (WHERE started),"
    "  count(*) FILTER (WHERE state = 'completed'), count(*) FILTER (WHERE state = 'failed'),"
    "  count(*) FILTER (WHERE state = 'aborted'),"
    "  count(*) FILTER (WHERE state IN ('queued', 'running')),"
    "  sum(retries), sum(timeouts), bool_or(type = $5 AND state = 'completed')"
    " FROM e JOIN job USING (epoch) WHERE prover_id = $1 AND projection_id = $2 AND counted"
    " GROUP BY epoch ORDER BY epoch DESC";

constexpr char kStreamColumns[] =
    "SELECT s.stream_id, s.machine, s.source, sp.committed_offset,"
    " coalesce(pr.normalized_offset, 0), coalesce(pr.sealed_offset = sp.committed_offset, false),"
    " sp.received_at, ";
constexpr char kStreamTables[] =
    " FROM stream s JOIN stream_position sp USING (prover_id, stream_id)"
    " LEFT JOIN stream_progress pr ON pr.prover_id = s.prover_id AND pr.projection_id = $2"
    "  AND pr.stream_id = s.stream_id WHERE s.prover_id = $1 ";

std::vector<StreamStatus> ReadStreams(ProverId prover_id, const pqxx::result& rows) {
  std::vector<StreamStatus> streams;
  for (const auto& row : rows) {
    StreamStatus stream;
    stream.key = {prover_id, row[0].as<int64_t>()};
    stream.machine = row[1].as<std::string>();
    stream.source = row[2].as<std::string>();
    stream.committed_offset = row[3].as<int64_t>();
    stream.normalized_offset = row[4].as<int64_t>();
    stream.sealed = row[5].as<bool>();
    stream.received_at = ReadOptional(row[6]);
    stream.counts = ReadCounts(row, 7);
    streams.push_back(std::move(stream));
  }
  return streams;
}

std::vector<JobId> SelectJobIds(ReadOnly& tx, const ProverRef& prover, const JobFilter& filter,
                                int limit) {
  const std::string after_type = filter.after ? filter.after->first : "";
  const std::string after_hash = filter.after ? EncodeHash(filter.after->second) : "";
  const auto rows = tx.exec_params(
      "SELECT epoch, type, hash FROM job"
      " WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3 AND counted"
      " AND ($4 = '' OR type = $4) AND ($5 = '' OR state = $5) AND (type, hash) > ($6, $7)"
      " ORDER BY type, hash LIMIT $8",
      prover.prover_id, prover.projection_id, filter.epoch, filter.type,
      filter.state ? std::string(JobStateName(*filter.state)) : "", after_type,
      ToParameter(after_hash), limit);
  std::vector<JobId> ids;
  for (const auto& row : rows) {
    ids.push_back({row[0].as<int32_t>(), row[1].as<std::string>(), DecodeHash(ToBytes(row[2]))});
  }
  return ids;
}

// The streams with these ids and those that are behind, as EpochState says.
void ReadSources(ReadOnly& tx, const ProverRef& prover, EpochState& state) {
  const std::vector<int64_t> ids = StreamsOf(state.jobs);
  Array array;
  for (const int64_t id : ids) array.Add(id);
  const size_t limit = ids.size() + kMaxStreamsBehind;
  state.streams = ReadStreams(
      prover.prover_id,
      tx.exec_params(
          absl::StrCat(kStreamColumns, kCountColumns, kStreamTables,
                       "AND (s.stream_id = ANY ($3::bigint[])"
                       " OR sp.committed_offset > coalesce(pr.normalized_offset, 0))"
                       " ORDER BY s.stream_id = ANY ($3::bigint[]) DESC, machine, source, stream_id"
                       " LIMIT $4"),
          prover.prover_id, prover.projection_id, array.Finish(), limit + 1));
  state.more_behind = state.streams.size() > limit;
  if (state.more_behind) state.streams.pop_back();
}

absl::StatusOr<std::vector<Job>> ReadEpochJobs(ReadOnly& tx, const ProverRef& prover, int32_t epoch,
                                               int64_t max_jobs) {
  auto facts = ReadEpochFacts(tx, KeyOf(prover), epoch, {max_jobs, kMaxFactRows});
  if (!facts.ok()) return facts.status();
  return DeriveAll(*std::move(facts));
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
  return Read("read the archive", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<Block>> {
    return SelectBlocks(tx, stream, begin, end, max_blocks);
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
    const int64_t end = before ? *before : std::numeric_limits<int64_t>::max();
    const auto rows = tx.exec_params(kListEpochs, prover.prover_id, prover.projection_id, end,
                                     limit, std::string(kRootRollup));
    std::vector<EpochRow> epochs;
    for (const auto& row : rows) epochs.push_back(ReadEpoch(row));
    return epochs;
  });
}

absl::StatusOr<std::vector<Job>> QueryStore::LoadEpoch(const ProverRef& prover, int32_t epoch,
                                                       int64_t max_jobs) {
  return Read(absl::StrCat("load epoch ", epoch),
              [&](ReadOnly& tx) { return ReadEpochJobs(tx, prover, epoch, max_jobs); });
}

absl::StatusOr<EpochState> QueryStore::LoadEpochState(const ProverRef& prover, int32_t epoch,
                                                      int64_t max_jobs) {
  return Read(absl::StrCat("load epoch ", epoch), [&](ReadOnly& tx) -> absl::StatusOr<EpochState> {
    auto jobs = ReadEpochJobs(tx, prover, epoch, max_jobs);
    if (!jobs.ok()) return jobs.status();
    EpochState state;
    state.jobs = *std::move(jobs);
    ReadSources(tx, prover, state);
    return state;
  });
}

absl::StatusOr<std::vector<Job>> QueryStore::ListJobs(const ProverRef& prover,
                                                      const JobFilter& filter, int limit) {
  return Read("list jobs", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<Job>> {
    const std::vector<JobId> ids = SelectJobIds(tx, prover, filter, limit);
    auto facts = ReadFacts(tx, KeyOf(prover), ids, kMaxFactRows);
    if (!facts.ok()) return facts.status();
    std::vector<Job> jobs;
    for (const JobId& id : ids) jobs.push_back(DeriveJob(id, std::move((*facts)[id])));
    return jobs;
  });
}

absl::StatusOr<Job> QueryStore::LoadJob(const ProverRef& prover, const JobId& id) {
  auto facts = Read(absl::StrCat("load job ", id.ToString()),
                    [&](ReadOnly& tx) { return ReadFacts(tx, KeyOf(prover), {id}, kMaxFactRows); });
  if (!facts.ok()) return facts.status();
  if (facts->empty()) {
    return absl::NotFoundError(
        absl::StrCat("prover \"", prover.name, "\" has no job ", id.ToString()));
  }
  return DeriveJob(id, std::move(facts->begin()->second));
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
        prover.prover_id,
        tx.exec_params(absl::StrCat(kStreamColumns, kCountColumns, kStreamTables,
                                    "AND s.stream_id = ANY ($3::bigint[]) ORDER BY machine,"
                                    " source, stream_id"),
                       prover.prover_id, prover.projection_id, ids.Finish()));
  });
}

absl::StatusOr<std::vector<StreamStatus>> QueryStore::ListStreams(const ProverRef& prover,
                                                                  int limit) {
  return Read("list streams", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<StreamStatus>> {
    return ReadStreams(
        prover.prover_id,
        tx.exec_params(absl::StrCat(kStreamColumns, kCountColumns, kStreamTables,
                                    "ORDER BY sp.received_at DESC NULLS LAST, s.stream_id"
                                    " LIMIT $3"),
                       prover.prover_id, prover.projection_id, limit));
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
