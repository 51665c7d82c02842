#include "storage/postgres/rebuild_store.h"

#include "absl/strings/str_cat.h"
#include "storage/postgres/projection_transaction.h"
#include "storage/postgres/transaction.h"
#include "storage/postgres/unreadable_rows.h"

namespace proverlog::postgres {
namespace {

// By the database's clock, which all programs share.
constexpr char kRetire[] =
    "UPDATE projection SET retired_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint"
    " WHERE prover_id = $1 AND retired_at IS NULL AND ";

// The number of the prover's live projection, which nobody else changes in this transaction.
int32_t LockLivePointer(ReadWrite& tx, ProverId prover_id) {
  return tx
      .exec_params1("SELECT projection_id FROM prover WHERE prover_id = $1 FOR NO KEY UPDATE",
                    prover_id)[0]
      .as<int32_t>();
}

// Waits for the steps of their workers. ABORTED where one is retired or gone.
absl::Status LockBoth(ReadWrite& tx, const ProjectionKey& projection, int32_t live) {
  const auto rows = tx.exec_params(
      "SELECT projection_id FROM projection WHERE prover_id = $1"
      " AND projection_id IN ($2, $3) AND retired_at IS NULL"
      " ORDER BY projection_id FOR NO KEY UPDATE",
      projection.prover_id, projection.projection_id, live);
  if (rows.size() == 2) return absl::OkStatus();
  return absl::AbortedError("another version's renormalize has taken over");
}

std::optional<StreamBehind> FindBehind(ReadWrite& tx, const ProjectionKey& projection,
                                       int32_t live) {
  const auto rows = tx.exec_params(
      "SELECT l.stream_id, coalesce(n.normalized_offset, 0)"
      "  FROM stream_progress l LEFT JOIN stream_progress n ON n.prover_id = l.prover_id"
      "   AND n.projection_id = $2 AND n.stream_id = l.stream_id"
      " WHERE l.prover_id = $1 AND l.projection_id = $3"
      "  AND (coalesce(n.normalized_offset, 0) < l.normalized_offset"
      "   OR (n.normalized_offset = l.normalized_offset"
      "    AND l.sealed_offset <> coalesce(n.sealed_offset, -1)))"
      " ORDER BY l.stream_id LIMIT 1",
      projection.prover_id, projection.projection_id, live);
  if (rows.empty()) return std::nullopt;
  return StreamBehind{rows[0][0].as<int64_t>(), rows[0][1].as<int64_t>()};
}

// A new projection would lack what the removed bytes told, which the live one has.
absl::Status CheckNothingRemoved(ReadWrite& tx, const ProjectionKey& projection) {
  const auto rows = tx.exec_params(
      "SELECT r.stream_id, r.end_offset FROM removed_log r"
      " LEFT JOIN stream_progress n ON n.prover_id = r.prover_id AND n.projection_id = $2"
      "  AND n.stream_id = r.stream_id"
      " WHERE r.prover_id = $1 AND coalesce(n.normalized_offset, 0) < r.end_offset"
      " ORDER BY r.stream_id LIMIT 1",
      projection.prover_id, projection.projection_id);
  if (rows.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the logs cannot all be read again: stream ", rows[0][0].as<int64_t>(),
                   " before ", rows[0][1].as<int64_t>(),
                   " was removed by --keep-logs, and what it"
                   " told would be lost; the live projection stays"));
}

// What the live one has of bytes that the new one could not read would be lost.
absl::Status CheckNothingLost(ReadWrite& tx, const ProjectionKey& projection, int32_t live) {
  const auto lost = SelectLost(tx, projection, live);
  if (!lost) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("stream ", lost->stream_id, " cannot be read any more from ",
                   lost->range.begin_offset, " to ", lost->range.end_offset, " (",
                   lost->range.message, "), and the live projection has read it: it stays"));
}

// The number of the projection that is being built, if any; one that could not be switched to is
// given up, so that what it could not read is tried again.
std::optional<int32_t> FindBegun(ReadWrite& tx, ProverId prover_id, int32_t live) {
  const auto begun = tx.exec_params(
      "SELECT projection_id FROM projection"
      " WHERE prover_id = $1 AND projection_id <> $2 AND retired_at IS NULL",
      prover_id, live);
  if (begun.empty()) return std::nullopt;
  const auto number = begun[0][0].as<int32_t>();
  if (!SelectLost(tx, {prover_id, number}, live)) return number;
  tx.exec_params0(absl::StrCat(kRetire, "projection_id = $2"), prover_id, number);
  return std::nullopt;
}

void MakeLive(ReadWrite& tx, const ProjectionKey& projection, int32_t retired) {
  tx.exec_params0("UPDATE prover SET projection_id = $2 WHERE prover_id = $1", projection.prover_id,
                  projection.projection_id);
  tx.exec_params0(absl::StrCat(kRetire, "projection_id = $2"), projection.prover_id, retired);
}

}  // namespace

absl::StatusOr<ProjectionKey> RebuildStore::Begin(ProverId prover_id, int normalizer_version) {
  return RunTransaction<ReadWrite>(
      *pool_, "begin a projection", [&](ReadWrite& tx) -> absl::StatusOr<ProjectionKey> {
        const int32_t live = LockLivePointer(tx, prover_id);
        tx.exec_params0(
            absl::StrCat(kRetire,
                         "projection_id <> $2 AND normalizer_version IS DISTINCT FROM $3::integer"),
            prover_id, live, normalizer_version);
        ProjectionKey projection{prover_id, 0};
        if (const auto begun = FindBegun(tx, prover_id, live)) {
          projection.projection_id = *begun;
        } else {
          projection.projection_id =
              tx.exec_params1(
                    "INSERT INTO projection (prover_id, projection_id, normalizer_version)"
                    " SELECT $1::integer, max(projection_id) + 1, $2 FROM projection"
                    " WHERE prover_id = $1 RETURNING projection_id",
                    prover_id, normalizer_version)[0]
                  .as<int32_t>();
        }
        if (absl::Status status = CheckNothingRemoved(tx, projection); !status.ok()) return status;
        return projection;
      });
}

absl::StatusOr<RebuildProgress> RebuildStore::Progress(const ProjectionKey& projection) {
  return RunTransaction<ReadOnly>(
      *pool_, "read how far a projection is", [&](ReadOnly& tx) -> absl::StatusOr<RebuildProgress> {
        const auto row = tx.exec_params1(
            "SELECT coalesce(sum(n.normalized_offset), 0)::bigint,"
            "  coalesce(sum(sp.committed_offset), 0)::bigint,"
            "  coalesce(sum(greatest(l.normalized_offset - coalesce(n.normalized_offset, 0), 0)),"
            "   0)::bigint"
            " FROM stream_position sp JOIN prover p USING (prover_id)"
            " LEFT JOIN stream_progress n ON n.prover_id = sp.prover_id"
            "  AND n.projection_id = $2 AND n.stream_id = sp.stream_id"
            " LEFT JOIN stream_progress l ON l.prover_id = sp.prover_id"
            "  AND l.projection_id = p.projection_id AND l.stream_id = sp.stream_id"
            " WHERE sp.prover_id = $1",
            projection.prover_id, projection.projection_id);
        return RebuildProgress{row[0].as<int64_t>(), row[1].as<int64_t>(), row[2].as<int64_t>()};
      });
}

absl::StatusOr<std::optional<StreamBehind>> RebuildStore::Switch(const ProjectionKey& projection,
                                                                 const ProjectionWork& work) {
  return RunTransaction<ReadWrite>(
      *pool_, "switch to the new projection",
      [&](ReadWrite& tx) -> absl::StatusOr<std::optional<StreamBehind>> {
        const int32_t live = LockLivePointer(tx, projection.prover_id);
        if (live == projection.projection_id) return std::nullopt;
        if (absl::Status status = LockBoth(tx, projection, live); !status.ok()) return status;
        ProjectionTransaction transaction(tx, projection);
        if (absl::Status status = work(transaction); !status.ok()) return status;
        const auto behind = FindBehind(tx, projection, live);
        if (behind) return behind;
        if (absl::Status status = CheckNothingLost(tx, projection, live); !status.ok()) {
          return status;
        }
        MakeLive(tx, projection, live);
        return std::nullopt;
      });
}

}  // namespace proverlog::postgres
