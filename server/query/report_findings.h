#ifndef PROVERLOG_SERVER_QUERY_REPORT_FINDINGS_H_
#define PROVERLOG_SERVER_QUERY_REPORT_FINDINGS_H_

#include "proverlog/v1/report.pb.h"

namespace proverlog {

// Adds what follows from all else in the report, by the rules that docs/queries.md lists. No rule
// says what its figures do not carry: where a log is missing, it says nothing or that.
void AddFindings(v1::GetReportResponse& report);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_REPORT_FINDINGS_H_
