#ifndef PROVERLOG_SERVER_QUERY_REPORT_TRANSACTIONS_H_
#define PROVERLOG_SERVER_QUERY_REPORT_TRANSACTIONS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "proverlog/v1/report.pb.h"
#include "server/query/loaded_epoch.h"
#include "storage/query_store.h"

namespace proverlog {

// Adds the public transactions of each epoch: those with a finished AVM proof, and where jobs for
// such proofs are open, those whose proof was begun. For these the lines of the epoch's time are
// read, of the logs that show its attempts.
absl::Status AddTransactions(QueryStore& store, const ProverRef& prover,
                             const std::vector<LoadedEpoch>& epochs, absl::Time now,
                             v1::GetReportResponse& report);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_REPORT_TRANSACTIONS_H_
