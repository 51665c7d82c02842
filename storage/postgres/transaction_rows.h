#ifndef PROVERLOG_STORAGE_POSTGRES_TRANSACTION_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_TRANSACTION_ROWS_H_

#include <cstdint>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "storage/query_store.h"
#include "storage/types.h"

namespace proverlog::postgres {

// AVM proofs in the rows of the table circuit_batch, each once though two logs may tell it. All
// functions throw libpqxx's exceptions.

// As QueryStore::LoadTransactionRuns.
TransactionRuns ReadTransactionRuns(pqxx::transaction_base& tx, const ProjectionKey& key,
                                    int32_t epoch);

// As QueryStore::FindTransactionRuns.
std::vector<CircuitRun> SelectTransactionRuns(pqxx::transaction_base& tx, const ProjectionKey& key,
                                              const std::vector<int32_t>& epochs,
                                              const std::string& hash);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_TRANSACTION_ROWS_H_
