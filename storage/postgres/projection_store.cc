#include "storage/postgres/projection_store.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "storage/postgres/fields.h"
#include "storage/postgres/projection_transaction.h"
#include "storage/postgres/transaction.h"

namespace proverlog::postgres {
namespace {

// When the block was received that holds the next byte of stream_position sp and stream_progress
// pr; where that is long ago it is not looked for in all partitions of the time before.
std::string NextReceived(absl::string_view table) {
  return absl::StrCat("(SELECT received_at FROM ", table,
                      " WHERE prover_id = sp.prover_id AND stream_id = sp.stream_id"
                      " AND begin_offset > coalesce(pr.normalized_offset, 0) - $1"
                      " AND begin_offset < sp.committed_offset"
                      " AND end_offset > coalesce(pr.normalized_offset, 0)"
                      " AND received_at >= $2 ORDER BY begin_offset LIMIT 1)");
}

std::string SelectBehind() {
  return absl::StrCat(
      "SELECT sp.prover_id, p.name,"
      " sum(sp.committed_offset - coalesce(pr.normalized_offset, 0))::bigint,"
      " min(CASE WHEN sp.committed_offset > coalesce(pr.normalized_offset, 0)"
      "  THEN coalesce(least(",
      NextReceived("live_block"), ", ", NextReceived("block"),
      "), $2) END)"
      " FROM stream_position sp JOIN prover p USING (prover_id)"
      " LEFT JOIN stream_progress pr ON pr.prover_id = sp.prover_id"
      "  AND pr.projection_id = p.projection_id AND pr.stream_id = sp.stream_id WHERE ",
      kPending, " GROUP BY sp.prover_id, p.name");
}

// Makes this transaction the projection's only worker's; nothing where another one is.
std::optional<ProjectionKey> LockProjection(ReadWrite& tx, const ProjectionKey& projection) {
  // The live projection may be switched under this statement. The pointer is then read too early,
  // but not retired_at: what is locked is read again.
  constexpr char kLock[] =
      "SELECT j.projection_id FROM projection j JOIN prover p USING (prover_id)"
      " WHERE j.prover_id = $1 AND j.retired_at IS NULL"
      " AND j.projection_id = coalesce(nullif($2::integer, $3), p.projection_id)"
      " FOR NO KEY UPDATE OF j SKIP LOCKED";
  const auto rows =
      tx.exec_params(kLock, projection.prover_id, projection.projection_id, kLiveProjection);
  if (rows.empty()) return std::nullopt;
  return ProjectionKey{projection.prover_id, rows[0][0].as<int32_t>()};
}

// Rows of one retired projection that one step deletes.
constexpr int64_t kDeletedAStep = 10'000;

// A retired projection that nobody reads any more and nobody else is deleting.
std::optional<ProjectionKey> LockRetired(ReadWrite& tx) {
  const auto rows = tx.exec_params(
      "SELECT prover_id, projection_id FROM projection"
      " WHERE retired_at < (extract(epoch FROM now()) * 1000)::bigint - $1::bigint"
      " ORDER BY retired_at LIMIT 1 FOR UPDATE SKIP LOCKED",
      absl::ToInt64Milliseconds(kRetiredGrace));
  if (rows.empty()) return std::nullopt;
  return ProjectionKey{rows[0][0].as<ProverId>(), rows[0][1].as<int32_t>()};
}

// All tables with a projection's rows but its own. A writer belongs to no projection, and is left
// even where only this one named it: it is a log's and a process's name.
void DeleteSomeOf(ReadWrite& tx, const ProjectionKey& key) {
  int64_t left = kDeletedAStep;
  for (const char* table : {"job", "job_fact", "event", "circuit_batch", "epoch", "unknown_message",
                            "unreadable", "stream_mark", "stream_progress"}) {
    if (left == 0) return;
    const auto deleted = tx.exec_params(
        absl::StrCat("DELETE FROM ", table, " WHERE ctid = ANY (ARRAY(SELECT ctid FROM ", table,
                     " WHERE prover_id = $1 AND projection_id = $2 LIMIT $3))"),
        key.prover_id, key.projection_id, left);
    left -= static_cast<int64_t>(deleted.affected_rows());
  }
  if (left == 0) return;
  tx.exec_params0("DELETE FROM projection WHERE prover_id = $1 AND projection_id = $2",
                  key.prover_id, key.projection_id);
}

}  // namespace

absl::StatusOr<std::vector<ProverBehind>> ProjectionStore::FindProversBehind() {
  return RunTransaction<ReadOnly>(
      *pool_, "find what is to be normalized",
      [](ReadOnly& tx) -> absl::StatusOr<std::vector<ProverBehind>> {
        const auto rows = tx.exec_params(
            SelectBehind(), kMaxBlockBytes,
            absl::ToUnixMillis(absl::Now()) - absl::ToInt64Milliseconds(kLongestLag));
        std::vector<ProverBehind> provers;
        for (const auto& row : rows) {
          provers.push_back({row[0].as<ProverId>(), row[1].as<std::string>(), row[2].as<int64_t>(),
                             ReadOptional(row[3])});
        }
        return provers;
      });
}

absl::StatusOr<std::vector<ProverUnreadable>> ProjectionStore::FindUnreadable() {
  return RunTransaction<ReadOnly>(
      *pool_, "find what is unreadable",
      [](ReadOnly& tx) -> absl::StatusOr<std::vector<ProverUnreadable>> {
        const auto rows = tx.exec(
            "SELECT p.name, count(*) FROM unreadable u JOIN prover p"
            " USING (prover_id, projection_id) GROUP BY p.name");
        std::vector<ProverUnreadable> provers;
        for (const auto& row : rows) {
          provers.push_back({row[0].as<std::string>(), row[1].as<int64_t>()});
        }
        return provers;
      });
}

absl::StatusOr<bool> ProjectionStore::Project(const ProjectionKey& projection,
                                              const ProjectionWork& work) {
  return RunTransaction<ReadWrite>(*pool_, "normalize", [&](ReadWrite& tx) -> absl::StatusOr<bool> {
    const auto key = LockProjection(tx, projection);
    if (!key) return false;
    ProjectionTransaction transaction(tx, *key);
    if (absl::Status status = work(transaction); !status.ok()) return status;
    return true;
  });
}

absl::Status ProjectionStore::DeleteRetired() {
  return RunTransaction<ReadWrite>(*pool_, "delete a retired projection", [](ReadWrite& tx) {
    const auto key = LockRetired(tx);
    if (key) DeleteSomeOf(tx, *key);
    return absl::OkStatus();
  });
}

}  // namespace proverlog::postgres
