#ifndef PROVERLOG_STORAGE_POSTGRES_ADVANCE_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_ADVANCE_ROWS_H_

#include <pqxx/pqxx>
#include <vector>

#include "storage/archive_store.h"
#include "storage/postgres/transaction.h"

namespace proverlog::postgres {

// Tables stream_position, block, gap and anchor: what streams get. All functions throw libpqxx's
// exceptions.

// Writes all of them in one statement, and returns for each whether it was written. No stream
// occurs twice. Rows are locked in the order of their keys, so that two calls do not wait for each
// other.
std::vector<bool> WriteAdvances(ReadWrite& tx, const std::vector<StreamAdvance>& advances);

// The stream's gaps that begin in [begin, end], in order, at most `max_gaps`.
std::vector<Gap> SelectGaps(pqxx::transaction_base& tx, const StreamKey& stream, int64_t begin,
                            int64_t end, int max_gaps);

// A gap of the columns begin_offset, end_offset, reason, received_at, from `column` on.
Gap ReadGap(const pqxx::row& row, int column);

// The stream's anchors by offset.
std::vector<Anchor> SelectAnchors(pqxx::transaction_base& tx, const StreamKey& stream);
// Anchors of an offset that has one already are ignored.
void InsertAnchors(ReadWrite& tx, const StreamKey& stream, const std::vector<Anchor>& anchors);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_ADVANCE_ROWS_H_
