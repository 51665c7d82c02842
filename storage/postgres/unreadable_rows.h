#ifndef PROVERLOG_STORAGE_POSTGRES_UNREADABLE_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_UNREADABLE_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "storage/postgres/transaction.h"
#include "storage/projection_store.h"
#include "storage/types.h"

namespace proverlog::postgres {

// What projections could not read: the table `unreadable`. All functions throw libpqxx's
// exceptions.

// As ProjectionTransaction::SaveProgress says.
void InsertUnreadable(ReadWrite& tx, const ProjectionKey& key, int64_t stream_id,
                      const Unreadable& range);

// As ProjectionTransaction::NextBoundary says.
std::optional<int64_t> SelectNextBoundary(ReadWrite& tx, const StreamKey& stream, int64_t offset);

// Bytes that the projection could not read and the one numbered `live` could; the first of them.
struct LostBytes {
  int64_t stream_id = 0;
  Unreadable range;
};
std::optional<LostBytes> SelectLost(ReadWrite& tx, const ProjectionKey& projection, int32_t live);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_UNREADABLE_ROWS_H_
