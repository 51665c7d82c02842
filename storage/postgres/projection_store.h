#ifndef PROVERLOG_STORAGE_POSTGRES_PROJECTION_STORE_H_
#define PROVERLOG_STORAGE_POSTGRES_PROJECTION_STORE_H_

#include <vector>

#include "storage/postgres/connection_pool.h"
#include "storage/projection_store.h"

namespace proverlog::postgres {

// Projections in PostgreSQL. Thread-safe; the pool outlives it.
class ProjectionStore : public proverlog::ProjectionStore {
 public:
  explicit ProjectionStore(ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<std::vector<ProverBehind>> FindProversBehind() override;
  absl::StatusOr<std::vector<ProverUnreadable>> FindUnreadable() override;
  absl::StatusOr<bool> Project(const ProjectionKey& projection,
                               const ProjectionWork& work) override;
  absl::Status DeleteRetired() override;

 private:
  ConnectionPool* pool_;
};

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_PROJECTION_STORE_H_
