#ifndef PROVERLOG_STORAGE_POSTGRES_PROBE_H_
#define PROVERLOG_STORAGE_POSTGRES_PROBE_H_

#include "absl/status/status.h"
#include "storage/postgres/connection_pool.h"

namespace proverlog::postgres {

// Commits a transaction that writes to the log of the database and to none of its tables: it fails,
// or takes long, where a block's commit would, on a standby or a full disk too.
absl::Status ProbeCommit(ConnectionPool& pool);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_PROBE_H_
