#ifndef PROVERLOG_STORAGE_POSTGRES_EPOCH_LIST_H_
#define PROVERLOG_STORAGE_POSTGRES_EPOCH_LIST_H_

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/query_store.h"
#include "storage/types.h"

namespace proverlog::postgres {

// As QueryStore::ListEpochs. It throws libpqxx's exceptions.
absl::StatusOr<std::vector<EpochRow>> ReadEpochRows(pqxx::transaction_base& tx,
                                                    const ProjectionKey& key,
                                                    std::optional<int32_t> before, int limit);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_EPOCH_LIST_H_
