#ifndef PROVERLOG_STORAGE_POSTGRES_OLD_JOBS_H_
#define PROVERLOG_STORAGE_POSTGRES_OLD_JOBS_H_

#include <optional>

#include "storage/maintenance_store.h"
#include "storage/postgres/transaction.h"

namespace proverlog::postgres {

// Deletes a piece of what is old, as MaintenanceStore::DeleteOldJobs says, and waits for the step
// of the projection's worker. Throws libpqxx's exceptions.
std::optional<EpochCursor> DeleteOldRows(ReadWrite& tx, const EpochCursor& cursor,
                                         UnixMillis before);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_OLD_JOBS_H_
