#ifndef PROVERLOG_SERVER_QUERY_FIND_PROVER_H_
#define PROVERLOG_SERVER_QUERY_FIND_PROVER_H_

#include <string>

#include "absl/status/statusor.h"
#include "storage/query_store.h"

namespace proverlog {

// The prover of that name, or the only one where the name is empty. NOT_FOUND names one that may
// have been meant.
absl::StatusOr<ProverRef> FindProver(QueryStore& store, const std::string& name);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_FIND_PROVER_H_
