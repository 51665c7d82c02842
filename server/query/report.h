#ifndef PROVERLOG_SERVER_QUERY_REPORT_H_
#define PROVERLOG_SERVER_QUERY_REPORT_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proverlog/v1/report.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// The answer of GetReport, as report.proto says; `now` is the current time.
absl::StatusOr<v1::GetReportResponse> GetReport(QueryStore& store, const ProverRef& prover,
                                                const v1::GetReportRequest& request,
                                                absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_REPORT_H_
