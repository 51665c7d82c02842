#ifndef PROVERLOG_STORAGE_POSTGRES_REMOVED_LOGS_H_
#define PROVERLOG_STORAGE_POSTGRES_REMOVED_LOGS_H_

#include "storage/maintenance_store.h"
#include "storage/postgres/transaction.h"

namespace proverlog::postgres {

// Dropping a partition of table block, which is locked against writers. All functions throw
// libpqxx's exceptions.

// Whether a projection that is live, or is being built, has not read all of it.
bool IsNeeded(ReadWrite& tx, const ArchivePartition& partition);

// Records as gaps what the live projections have not read of it.
void RecordGaps(ReadWrite& tx, const ArchivePartition& partition);

// What live projections could not read and of which no bytes stay elsewhere becomes gaps: it cannot
// be tried again.
void ForgetUnreadable(ReadWrite& tx, const ArchivePartition& partition);

// Copies what it has of the last kTailBytes of each stream to the partition of tails, and deletes
// tails that are none any more.
void KeepTails(ReadWrite& tx, const ArchivePartition& partition);

// Drops it, and notes for each of its streams how far it is removed.
void DropLasting(ReadWrite& tx, const ArchivePartition& partition);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_REMOVED_LOGS_H_
