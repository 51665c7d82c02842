#ifndef PROVERLOG_SERVER_QUERY_REPORT_TROUBLES_H_
#define PROVERLOG_SERVER_QUERY_REPORT_TROUBLES_H_

#include <vector>

#include "absl/status/status.h"
#include "proverlog/v1/report.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// Adds the warnings and errors of the times, which do not overlap, by kind.
absl::Status AddTroubles(QueryStore& store, const ProverRef& prover,
                         const std::vector<EpochWindow>& times, v1::GetReportResponse& report);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_REPORT_TROUBLES_H_
