#ifndef PROVERLOG_SERVER_QUERY_REPORT_STARTUPS_H_
#define PROVERLOG_SERVER_QUERY_REPORT_STARTUPS_H_

#include <vector>

#include "absl/status/status.h"
#include "proverlog/v1/report.pb.h"
#include "server/query/loaded_epoch.h"
#include "storage/query_store.h"

namespace proverlog {

// Adds the starts of programs in the times, which do not overlap, and shortly before. `epochs` are
// those of the report: a start whose first job may be another epoch's is given none.
absl::Status AddStartups(QueryStore& store, const ProverRef& prover,
                         const std::vector<LoadedEpoch>& epochs,
                         const std::vector<EpochWindow>& times, v1::GetReportResponse& report);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_REPORT_STARTUPS_H_
