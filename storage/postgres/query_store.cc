#include "storage/postgres/query_store.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "analysis/epoch_summary.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/array.h"
#include "storage/postgres/bytes.h"
#include "storage/postgres/hash_key.h"
#include "storage/postgres/job_rows.h"
#include "storage/postgres/stream_rows.h"
#include "storage/postgres/transaction.h"

namespace proverlog::postgres {
namespace {

constexpr int64_t kMaxJobsOfEpoch = 1'000'000;
constexpr int kMaxProvers = 1000;

ProjectionKey KeyOf(const ProverRef& prover) { return {prover.prover_id, prover.projection_id}; }

std::optional<UnixMillis> ReadInstant(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return field.as<int64_t>();
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
  epoch.first_at = ReadInstant(row[1]);
  epoch.last_at = ReadInstant(row[2]);
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
    "  (SELECT epoch, 1 FROM job WHERE prover_id = $1 AND projection_id = $2 AND epoch <= $3"
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
    stream.received_at = ReadInstant(row[6]);
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

}  // namespace

absl::StatusOr<std::vector<Block>> QueryStore::ReadBlocks(const StreamKey& stream, int64_t begin,
                                                          int64_t end, int max_blocks) {
  return ArchiveStore(pool_).ReadBlocks(stream, begin, end, max_blocks);
}

absl::StatusOr<std::vector<ProverRef>> QueryStore::ListProvers() {
  return RunTransaction<ReadOnly>(
      *pool_, "list the provers", [](ReadOnly& tx) -> absl::StatusOr<std::vector<ProverRef>> {
        std::vector<ProverRef> provers;
        const auto rows = tx.exec_params(
            "SELECT prover_id, projection_id, name FROM prover ORDER BY name LIMIT $1",
            kMaxProvers);
        for (const auto& row : rows) {
          provers.push_back(
              {row[0].as<ProverId>(), row[1].as<int32_t>(), row[2].as<std::string>()});
        }
        return provers;
      });
}

absl::StatusOr<std::vector<EpochRow>> QueryStore::ListEpochs(const ProverRef& prover,
                                                             std::optional<int32_t> before,
                                                             int limit) {
  return RunTransaction<ReadOnly>(
      *pool_, "list the epochs", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<EpochRow>> {
        const int32_t last = before ? *before - 1 : std::numeric_limits<int32_t>::max();
        const auto rows = tx.exec_params(kListEpochs, prover.prover_id, prover.projection_id, last,
                                         limit, std::string(kRootRollup));
        std::vector<EpochRow> epochs;
        for (const auto& row : rows) epochs.push_back(ReadEpoch(row));
        return epochs;
      });
}

absl::StatusOr<std::vector<Job>> QueryStore::LoadEpoch(const ProverRef& prover, int32_t epoch) {
  auto facts = RunTransaction<ReadOnly>(
      *pool_, absl::StrCat("load epoch ", epoch), [&](ReadOnly& tx) -> absl::StatusOr<FactsByJob> {
        return ReadEpochFacts(tx, KeyOf(prover), epoch, kMaxJobsOfEpoch + 1);
      });
  if (!facts.ok()) return facts.status();
  if (facts->size() > kMaxJobsOfEpoch) {
    return absl::ResourceExhaustedError(
        absl::StrCat("epoch ", epoch, " has more than ", kMaxJobsOfEpoch, " jobs"));
  }
  return DeriveAll(*std::move(facts));
}

absl::StatusOr<std::vector<Job>> QueryStore::ListJobs(const ProverRef& prover,
                                                      const JobFilter& filter, int limit) {
  return RunTransaction<ReadOnly>(
      *pool_, "list jobs", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<Job>> {
        const std::vector<JobId> ids = SelectJobIds(tx, prover, filter, limit);
        FactsByJob facts = ReadFacts(tx, KeyOf(prover), ids);
        std::vector<Job> jobs;
        for (const JobId& id : ids) jobs.push_back(DeriveJob(id, std::move(facts[id])));
        return jobs;
      });
}

absl::StatusOr<Job> QueryStore::LoadJob(const ProverRef& prover, const JobId& id) {
  auto facts = RunTransaction<ReadOnly>(*pool_, absl::StrCat("load job ", id.ToString()),
                                        [&](ReadOnly& tx) -> absl::StatusOr<FactsByJob> {
                                          return ReadFacts(tx, KeyOf(prover), {id});
                                        });
  if (!facts.ok()) return facts.status();
  if (facts->empty()) {
    return absl::NotFoundError(
        absl::StrCat("prover \"", prover.name, "\" has no job ", id.ToString()));
  }
  return DeriveJob(id, std::move(facts->begin()->second));
}

absl::StatusOr<std::vector<JobId>> QueryStore::FindJobs(const ProverRef& prover,
                                                        const JobId& with_hash_prefix, int limit) {
  return RunTransaction<
      ReadOnly>(*pool_, "look for a job", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<JobId>> {
    const auto rows = tx.exec_params(
        "SELECT hash FROM job WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3"
        " AND type = $4 AND starts_with(encode(hash, 'hex'), $5) ORDER BY hash LIMIT $6",
        prover.prover_id, prover.projection_id, with_hash_prefix.epoch, with_hash_prefix.type,
        with_hash_prefix.hash, limit);
    std::vector<JobId> ids;
    for (const auto& row : rows) {
      ids.push_back({with_hash_prefix.epoch, with_hash_prefix.type, DecodeHash(ToBytes(row[0]))});
    }
    return ids;
  });
}

absl::StatusOr<std::vector<StreamStatus>> QueryStore::LoadStreams(
    const ProverRef& prover, const std::vector<int64_t>& stream_ids) {
  return RunTransaction<ReadOnly>(
      *pool_, "load streams", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<StreamStatus>> {
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
  return RunTransaction<ReadOnly>(
      *pool_, "list streams", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<StreamStatus>> {
        return ReadStreams(
            prover.prover_id,
            tx.exec_params(absl::StrCat(kStreamColumns, kCountColumns, kStreamTables,
                                        "ORDER BY sp.received_at DESC NULLS LAST, s.stream_id"
                                        " LIMIT $3"),
                           prover.prover_id, prover.projection_id, limit));
      });
}

}  // namespace proverlog::postgres
