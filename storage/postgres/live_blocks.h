#ifndef PROVERLOG_STORAGE_POSTGRES_LIVE_BLOCKS_H_
#define PROVERLOG_STORAGE_POSTGRES_LIVE_BLOCKS_H_

#include <optional>
#include <string>

#include "storage/maintenance_store.h"
#include "storage/postgres/transaction.h"

namespace proverlog::postgres {

// Merging of table live_block into table block. All functions throw libpqxx's exceptions.

// The first stream after `after` that has live blocks, merged or not.
std::optional<StreamKey> FindLiveStream(pqxx::transaction_base& tx, const StreamKey& after);

// Merges what is due of the stream, as MaintenanceStore::Merge says; returns the raw bytes that
// were.
absl::StatusOr<int64_t> MergeLive(ReadWrite& tx, const StreamKey& stream, UnixMillis flush_before);

// Whether the live partition has a block that is not merged.
bool HasUnmerged(ReadWrite& tx, const std::string& partition);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_LIVE_BLOCKS_H_
