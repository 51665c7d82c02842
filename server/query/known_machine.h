#ifndef PROVERLOG_SERVER_QUERY_KNOWN_MACHINE_H_
#define PROVERLOG_SERVER_QUERY_KNOWN_MACHINE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "storage/query_store.h"

namespace proverlog {

// NOT_FOUND where the prover has no log of the machine; names one that may have been meant.
absl::Status CheckMachine(QueryStore& store, const ProverRef& prover, const std::string& machine);

// NOT_FOUND where the prover has no log of that machine (empty: any), source (the same) and stream
// (0: any): CheckMachine's where it is the machine that is not known.
absl::Status NoSuchLog(QueryStore& store, const ProverRef& prover, const std::string& machine,
                       const std::string& source, int64_t stream_id = 0);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_KNOWN_MACHINE_H_
