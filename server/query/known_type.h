#ifndef PROVERLOG_SERVER_QUERY_KNOWN_TYPE_H_
#define PROVERLOG_SERVER_QUERY_KNOWN_TYPE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "storage/query_store.h"

namespace proverlog {

// INVALID_ARGUMENT in the request's `field` for the first of the types that neither a version of
// Aztec has nor one of the epochs; names one that may have been meant.
absl::Status CheckTypes(QueryStore& store, const ProverRef& prover, const std::string& field,
                        const std::vector<std::string>& types, const std::vector<int32_t>& epochs);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_KNOWN_TYPE_H_
