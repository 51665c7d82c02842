#ifndef PROVERLOG_SERVER_QUERY_KNOWN_MACHINE_H_
#define PROVERLOG_SERVER_QUERY_KNOWN_MACHINE_H_

#include <string>

#include "absl/status/status.h"
#include "storage/query_store.h"

namespace proverlog {

// NOT_FOUND where the prover has no log of the machine; names one that may have been meant.
absl::Status CheckMachine(QueryStore& store, const ProverRef& prover, const std::string& machine);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_KNOWN_MACHINE_H_
