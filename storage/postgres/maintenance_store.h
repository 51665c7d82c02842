#ifndef PROVERLOG_STORAGE_POSTGRES_MAINTENANCE_STORE_H_
#define PROVERLOG_STORAGE_POSTGRES_MAINTENANCE_STORE_H_

#include "storage/maintenance_store.h"
#include "storage/postgres/connection_pool.h"

namespace proverlog::postgres {

// Maintains the archive in PostgreSQL. Thread-safe; the pool outlives it.
class MaintenanceStore : public proverlog::MaintenanceStore {
 public:
  explicit MaintenanceStore(ConnectionPool* pool) : pool_(pool) {}

  absl::Status MakePartitions(absl::Time now) override;
  absl::StatusOr<std::optional<StreamKey>> NextLiveStream(const StreamKey& after) override;
  absl::StatusOr<int64_t> Merge(const StreamKey& stream, absl::Time flush_before) override;
  absl::Status DropMerged(absl::Time ended_before) override;
  absl::StatusOr<std::vector<ArchivePartition>> ListLasting(absl::Time ended_before) override;
  absl::StatusOr<Removal> RemoveLogs(const ArchivePartition& partition, bool strictly) override;
  absl::StatusOr<std::optional<EpochCursor>> DeleteOldJobs(const EpochCursor& cursor,
                                                           absl::Time before) override;

 private:
  ConnectionPool* pool_;
};

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_MAINTENANCE_STORE_H_
