#ifndef PROVERLOG_STORAGE_POSTGRES_UNKNOWN_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_UNKNOWN_ROWS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <pqxx/pqxx>

#include "model/unknown_message.h"
#include "storage/postgres/job_rows.h"
#include "storage/query_store.h"

namespace proverlog::postgres {

// Messages that nobody understood, as rows of the table unknown_message
// (storage/migrations/0001_init.sql). All functions throw libpqxx's exceptions.

// As ProjectionTransaction::AddUnknown.
void AddUnknownRows(pqxx::transaction_base& tx, const ProjectionKey& key,
                    const std::map<int64_t, UnknownCounts>& by_stream);

// As QueryStore::ListUnknown.
UnknownPage ReadUnknownRows(pqxx::transaction_base& tx, const ProjectionKey& key,
                            const std::string& machine, const std::optional<UnknownPosition>& after,
                            int limit);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_UNKNOWN_ROWS_H_
