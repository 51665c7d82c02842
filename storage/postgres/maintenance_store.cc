#include "storage/postgres/maintenance_store.h"

#include "absl/strings/str_cat.h"
#include "storage/postgres/live_blocks.h"
#include "storage/postgres/mark_rows.h"
#include "storage/postgres/old_jobs.h"
#include "storage/postgres/partitions.h"
#include "storage/postgres/removed_logs.h"
#include "storage/postgres/transaction.h"

namespace proverlog::postgres {
namespace {

void MakePartitionsOf(ReadWrite& tx, const PartitionedTable& table, absl::Time now) {
  for (const UnixMillis begin : FindMissing(tx, table, now)) MakePartition(tx, table, begin);
}

}  // namespace

absl::Status MaintenanceStore::MakePartitions(absl::Time now) {
  for (const PartitionedTable& table : {kLiveBlock, kBlock}) {
    absl::Status status = RunTransaction<ReadWrite>(
        *pool_, absl::StrCat("make partitions of ", table.name), [&](ReadWrite& tx) {
          if (!BecomeMaintainer(tx)) return absl::OkStatus();
          LimitLockTime(tx);
          MakePartitionsOf(tx, table, now);
          return absl::OkStatus();
        });
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<StreamKey>> MaintenanceStore::NextLiveStream(const StreamKey& after) {
  return RunTransaction<ReadLatest>(
      *pool_, "find blocks to merge",
      [&](ReadLatest& tx) -> absl::StatusOr<std::optional<StreamKey>> {
        return FindLiveStream(tx, after);
      });
}

absl::StatusOr<int64_t> MaintenanceStore::Merge(const StreamKey& stream, absl::Time flush_before) {
  return RunTransaction<ReadWrite>(*pool_,
                                   absl::StrCat("merge blocks of stream ", stream.stream_id),
                                   [&](ReadWrite& tx) -> absl::StatusOr<int64_t> {
                                     if (!BecomeMaintainer(tx)) return 0;
                                     return MergeLive(tx, stream, absl::ToUnixMillis(flush_before));
                                   });
}

absl::Status MaintenanceStore::DropMerged(absl::Time ended_before) {
  const auto partitions = RunTransaction<ReadOnly>(
      *pool_, "list partitions", [](ReadOnly& tx) -> absl::StatusOr<std::vector<ArchivePartition>> {
        return ListPartitions(tx, kLiveBlock);
      });
  if (!partitions.ok()) return partitions.status();
  for (const ArchivePartition& partition : *partitions) {
    if (partition.end > absl::ToUnixMillis(ended_before)) break;
    absl::Status status = RunTransaction<ReadWrite>(
        *pool_, absl::StrCat("drop ", partition.name), [&](ReadWrite& tx) {
          if (!BecomeMaintainer(tx)) return absl::OkStatus();
          LimitLockTime(tx);
          if (!LockAgainstWriters(tx, partition)) return absl::OkStatus();
          if (!HasUnmerged(tx, partition.name)) {
            tx.exec0(absl::StrCat("DROP TABLE ", tx.quote_name(partition.name)));
          }
          return absl::OkStatus();
        });
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ArchivePartition>> MaintenanceStore::ListLasting(
    absl::Time ended_before) {
  return RunTransaction<ReadOnly>(
      *pool_, "list partitions",
      [&](ReadOnly& tx) -> absl::StatusOr<std::vector<ArchivePartition>> {
        std::vector<ArchivePartition> ended;
        for (ArchivePartition& partition : ListPartitions(tx, kBlock)) {
          if (partition.end <= absl::ToUnixMillis(ended_before)) ended.push_back(partition);
        }
        return ended;
      });
}

absl::StatusOr<Removal> MaintenanceStore::RemoveLogs(const ArchivePartition& partition,
                                                     bool strictly) {
  return RunTransaction<ReadWrite>(*pool_, absl::StrCat("remove ", partition.name),
                                   [&](ReadWrite& tx) -> absl::StatusOr<Removal> {
                                     if (!BecomeMaintainer(tx)) return Removal::kBusy;
                                     LimitLockTime(tx);
                                     if (!LockAgainstWriters(tx, partition)) return Removal::kBusy;
                                     if (strictly) {
                                       RecordGaps(tx, partition);
                                     } else if (IsNeeded(tx, partition)) {
                                       return Removal::kNeeded;
                                     }
                                     ForgetUnreadable(tx, partition);
                                     DeleteMarks(tx, partition);
                                     KeepTails(tx, partition);
                                     DropLasting(tx, partition);
                                     return Removal::kRemoved;
                                   });
}

absl::StatusOr<std::optional<EpochCursor>> MaintenanceStore::DeleteOldJobs(
    const EpochCursor& cursor, absl::Time before) {
  return RunTransaction<ReadWrite>(
      *pool_, "delete old jobs", [&](ReadWrite& tx) -> absl::StatusOr<std::optional<EpochCursor>> {
        return DeleteOldRows(tx, cursor, absl::ToUnixMillis(before));
      });
}

}  // namespace proverlog::postgres
