#ifndef PROVERLOG_STORAGE_POSTGRES_PARTITIONS_H_
#define PROVERLOG_STORAGE_POSTGRES_PARTITIONS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "storage/maintenance_store.h"
#include "storage/postgres/transaction.h"

namespace proverlog::postgres {

// The tables of blocks, which are partitioned by received_at. All functions throw libpqxx's
// exceptions.

struct PartitionedTable {
  const char* name;
  absl::Duration width;     // of a partition; all begin at multiples of it since 1970 UTC
  const char* name_format;  // of a partition, after "<table>_"
};
inline constexpr PartitionedTable kBlock = {"block", absl::Hours(24), "%Y%m%d"};
inline constexpr PartitionedTable kLiveBlock = {"live_block", absl::Hours(1), "%Y%m%d_%H"};

// The begin of the partition for what is received at that instant.
UnixMillis PartitionBegin(const PartitionedTable& table, UnixMillis received_at);

// Makes this transaction the only one that maintains the archive; false where there is another.
// What it changes, such as partitions, is of all streams, and what it waits for, such as a lock on
// a table, it should wait for once: so it is one lock, and not one a row.
bool BecomeMaintainer(ReadWrite& tx);

// Lets the transaction wait for locks on tables no longer than others may be kept waiting behind
// it.
void LimitLockTime(ReadWrite& tx);

// The table's partitions that have a begin, by their ends.
std::vector<ArchivePartition> ListPartitions(pqxx::transaction_base& tx,
                                             const PartitionedTable& table);

// Begins of the partitions that are missing: of `now`, the two that are next, and what the default
// partition has.
std::vector<UnixMillis> FindMissing(pqxx::transaction_base& tx, const PartitionedTable& table,
                                    absl::Time now);

// Makes the partition that begins at `begin`, and moves to it what the default partition has of it.
void MakePartition(ReadWrite& tx, const PartitionedTable& table, UnixMillis begin);

// Keeps the partition as it is until the end of the transaction, also where it is dropped by it;
// readers go on. False where it is not there any more.
bool LockAgainstWriters(ReadWrite& tx, const ArchivePartition& partition);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_PARTITIONS_H_
