#ifndef PROVERLOG_STORAGE_POSTGRES_MARK_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_MARK_ROWS_H_

#include <cstdint>
#include <pqxx/pqxx>
#include <vector>

#include "model/stream.h"
#include "storage/postgres/partitions.h"
#include "storage/postgres/transaction.h"
#include "storage/query_store.h"
#include "storage/types.h"

namespace proverlog::postgres {

// Marks in streams: the table `stream_mark`. All functions throw libpqxx's exceptions.

// In one statement. Marks that are there already stay as they are.
void InsertMarks(ReadWrite& tx, const ProjectionKey& key, int64_t stream_id,
                 const std::vector<StreamMark>& marks);

// As QueryStore::LoadLineStart says.
StreamMark SelectMark(pqxx::transaction_base& tx, const ProjectionKey& key, int64_t stream_id,
                      const LinePosition& position);

// The last mark at most at the offset; a default one where there is none.
StreamMark SelectMarkAt(pqxx::transaction_base& tx, const ProjectionKey& key, int64_t stream_id,
                        int64_t offset);

// The stream's first mark; a default one where there is none.
StreamMark SelectFirstMark(pqxx::transaction_base& tx, const ProjectionKey& key, int64_t stream_id);

// Deletes the marks of lines that go with the partition, but the last one of each stream: it dates
// what follows.
void DeleteMarks(ReadWrite& tx, const ArchivePartition& partition);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_MARK_ROWS_H_
