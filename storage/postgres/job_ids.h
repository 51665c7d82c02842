#ifndef PROVERLOG_STORAGE_POSTGRES_JOB_IDS_H_
#define PROVERLOG_STORAGE_POSTGRES_JOB_IDS_H_

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "model/job_id.h"
#include "model/time.h"
#include "storage/query_store.h"
#include "storage/types.h"

namespace proverlog::postgres {

// A job that is open in an epoch that was closed after it was last asked for: as Abandon.
inline constexpr char kIsAbandoned[] =
    "(state IN ('queued', 'running') AND coalesce(asked_for_at, closed_at) <= closed_at)";

// The ids of existing jobs of an epoch that was closed then, by type and hash. It throws libpqxx's
// exceptions.
std::vector<JobId> SelectJobIds(pqxx::transaction_base& tx, const ProjectionKey& key,
                                const JobFilter& filter, std::optional<UnixMillis> closed_at,
                                int limit);

// As QueryStore::ListJobTypes. It throws libpqxx's exceptions.
std::vector<std::string> ReadJobTypes(pqxx::transaction_base& tx, const ProjectionKey& key,
                                      const std::vector<int32_t>& epochs);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_JOB_IDS_H_
