#ifndef PROVERLOG_STORAGE_POSTGRES_COMPLETED_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_COMPLETED_ROWS_H_

#include <cstdint>
#include <map>
#include <pqxx/pqxx>
#include <vector>

#include "absl/status/statusor.h"
#include "model/completed_job.h"
#include "storage/types.h"

namespace proverlog::postgres {

// As QueryStore::LoadCompleted. It throws libpqxx's exceptions.
absl::StatusOr<std::map<int32_t, std::vector<CompletedJob>>> ReadCompleted(
    pqxx::transaction_base& tx, const ProjectionKey& key, const std::vector<int32_t>& epochs,
    int64_t max_jobs);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_COMPLETED_ROWS_H_
