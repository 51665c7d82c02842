#ifndef PROVERLOG_STORAGE_POSTGRES_REBUILD_STORE_H_
#define PROVERLOG_STORAGE_POSTGRES_REBUILD_STORE_H_

#include <optional>

#include "storage/postgres/connection_pool.h"
#include "storage/rebuild_store.h"

namespace proverlog::postgres {

// Projections that replace others, in PostgreSQL. Thread-safe; the pool outlives it.
class RebuildStore : public proverlog::RebuildStore {
 public:
  explicit RebuildStore(ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<ProjectionKey> Begin(ProverId prover_id, int normalizer_version) override;
  absl::StatusOr<RebuildProgress> Progress(const ProjectionKey& projection) override;
  absl::StatusOr<std::optional<StreamBehind>> Switch(const ProjectionKey& projection,
                                                     const ProjectionWork& work) override;

 private:
  ConnectionPool* pool_;
};

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_REBUILD_STORE_H_
