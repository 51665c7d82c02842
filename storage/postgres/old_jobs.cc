#include "storage/postgres/old_jobs.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace proverlog::postgres {
namespace {

constexpr int kMaxJobs = 2'000;
constexpr int kMaxRows = 10'000;
constexpr int kMaxAlerts = 1'000;  // each has some changes
// Logs of which one step deletes the unknown messages, at most kMaxUnknownKinds each.
constexpr int kMaxStreams = 10;
constexpr int64_t kNoEpoch = -1;

// The projection that is live, locked, from the prover of the cursor on.
std::optional<ProjectionKey> LockLive(ReadWrite& tx, ProverId from) {
  // As in ProjectionStore::Project: what is locked is read again, and may be retired by then.
  const auto rows = tx.exec_params(
      "SELECT j.prover_id, j.projection_id"
      "  FROM projection j JOIN prover p USING (prover_id, projection_id)"
      " WHERE j.prover_id >= $1 AND j.retired_at IS NULL"
      " ORDER BY j.prover_id LIMIT 1 FOR NO KEY UPDATE OF j",
      from);
  if (rows.empty()) return std::nullopt;
  return ProjectionKey{rows[0][0].as<ProverId>(), rows[0][1].as<int32_t>()};
}

// Deletes rows of the table that fulfil `condition`, which may name $3; false where there may be
// more.
bool DeleteRows(ReadWrite& tx, const ProjectionKey& key, const char* table, const char* condition,
                int64_t value) {
  const auto deleted = tx.exec_params(
      absl::StrCat("DELETE FROM ", table, " WHERE ctid = ANY (ARRAY(SELECT ctid FROM ", table,
                   " WHERE prover_id = $1 AND projection_id = $2 AND ", condition, " LIMIT $4))"),
      key.prover_id, key.projection_id, value, kMaxRows);
  return deleted.affected_rows() < kMaxRows;
}

// Resolved alerts, with what is known of them; false where there may be more.
bool DeleteAlerts(ReadWrite& tx, ProverId prover_id, UnixMillis before) {
  const auto deleted = tx.exec_params(
      "DELETE FROM alert WHERE prover_id = $1 AND alert_id = ANY (ARRAY(SELECT alert_id FROM alert"
      " WHERE prover_id = $1 AND state = 'resolved' AND resolved_at < $2 LIMIT $3))",
      prover_id, before, kMaxAlerts);
  return deleted.affected_rows() < kMaxAlerts;
}

// What belongs to no epoch; false where there may be more.
bool DeleteWithoutEpoch(ReadWrite& tx, const ProjectionKey& key, UnixMillis before) {
  const auto streams = tx.exec_params(
      "SELECT stream_id FROM stream_progress pr WHERE prover_id = $1 AND projection_id = $2"
      " AND last_at < $3 AND EXISTS (SELECT FROM unknown_message u WHERE u.prover_id = $1"
      "  AND u.projection_id = $2 AND u.stream_id = pr.stream_id) ORDER BY stream_id LIMIT $4",
      key.prover_id, key.projection_id, before, kMaxStreams);
  for (const auto& row : streams) {
    DeleteRows(tx, key, "unknown_message", "stream_id = $3", row[0].as<int64_t>());
  }
  const bool events = DeleteRows(tx, key, "event", "epoch = -1 AND at < $3", before);
  const bool runs = DeleteRows(tx, key, "circuit_batch", "epoch = -1 AND last_at < $3", before);
  const bool alerts = DeleteAlerts(tx, key.prover_id, before);
  return events && runs && alerts && streams.size() < kMaxStreams;
}

std::optional<int64_t> NextEpoch(ReadWrite& tx, const ProjectionKey& key, int64_t from) {
  std::string minima;
  for (const char* table : {"job", "event", "circuit_batch", "epoch"}) {
    absl::StrAppend(&minima, minima.empty() ? "" : ", ", "(SELECT min(epoch) FROM ", table,
                    " WHERE prover_id = $1 AND projection_id = $2 AND epoch >= $3::bigint)");
  }
  const auto row = tx.exec_params1(absl::StrCat("SELECT least(", minima, ")"), key.prover_id,
                                   key.projection_id, from);
  if (row[0].is_null()) return std::nullopt;
  return row[0].as<int64_t>();
}

// Not where something happened since, nor where nobody knows when it did.
bool IsOld(ReadWrite& tx, const ProjectionKey& key, int64_t epoch, UnixMillis before) {
  constexpr char kOfEpoch[] = " WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3";
  return tx
      .exec_params1(absl::StrCat("SELECT coalesce(greatest((SELECT max(last_at) FROM job", kOfEpoch,
                                 "), (SELECT max(at) FROM event", kOfEpoch,
                                 "), (SELECT max(last_at) FROM circuit_batch", kOfEpoch,
                                 ")) < $4, NOT EXISTS (SELECT FROM job", kOfEpoch, "))"),
                    key.prover_id, key.projection_id, epoch, before)[0]
      .as<bool>();
}

// The epoch's jobs, each with its facts, then all else; false where there may be more.
bool DeleteEpoch(ReadWrite& tx, const ProjectionKey& key, int64_t epoch) {
  const auto jobs = tx.exec_params1(
      "WITH old AS (DELETE FROM job WHERE ctid = ANY (ARRAY(SELECT ctid FROM job"
      "   WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3 LIMIT $4))"
      "  RETURNING type, hash),"
      " facts AS (DELETE FROM job_fact f USING old WHERE f.prover_id = $1"
      "   AND f.projection_id = $2 AND f.epoch = $3 AND f.type = old.type AND f.hash = old.hash)"
      " SELECT count(*) FROM old",
      key.prover_id, key.projection_id, epoch, kMaxJobs);
  tx.exec_params(
      "UPDATE epoch SET revision = nextval('epoch_revision')"
      " WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3",
      key.prover_id, key.projection_id, epoch);
  return jobs[0].as<int>() < kMaxJobs &&
         DeleteRows(tx, key, "circuit_batch", "epoch = $3", epoch) &&
         DeleteRows(tx, key, "event", "epoch = $3", epoch) &&
         DeleteRows(tx, key, "epoch", "epoch = $3", epoch);
}

}  // namespace

std::optional<EpochCursor> DeleteOldRows(ReadWrite& tx, const EpochCursor& cursor,
                                         UnixMillis before) {
  const auto key = LockLive(tx, cursor.prover_id);
  if (!key) return std::nullopt;
  const bool same = key->prover_id == cursor.prover_id;
  const int64_t from = same ? cursor.epoch : kNoEpoch;
  if (from <= kNoEpoch) {
    const bool done = DeleteWithoutEpoch(tx, *key, before);
    return EpochCursor{key->prover_id, done ? kNoEpoch + 1 : kNoEpoch};
  }
  const auto epoch = NextEpoch(tx, *key, from);
  if (!epoch) return EpochCursor{key->prover_id + 1, kNoEpoch};
  const bool done = !IsOld(tx, *key, *epoch, before) || DeleteEpoch(tx, *key, *epoch);
  return EpochCursor{key->prover_id, done ? *epoch + 1 : *epoch};
}

}  // namespace proverlog::postgres
