#ifndef PROVERLOG_SERVER_QUERY_REPORT_LINES_H_
#define PROVERLOG_SERVER_QUERY_REPORT_LINES_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "proverlog/v1/report.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// Adds to the report, which has its epochs, what is read from the lines of its time themselves:
// each epoch's transactions, and warnings and errors by kind.
absl::Status AddLinesToReport(QueryStore& store, const ProverRef& prover, const EpochWindow& span,
                              absl::Time now, v1::GetReportResponse& report);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_REPORT_LINES_H_
