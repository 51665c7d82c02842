#ifndef PROVERLOG_SERVER_QUERY_REPORT_TYPES_H_
#define PROVERLOG_SERVER_QUERY_REPORT_TYPES_H_

#include <vector>

#include "proverlog/v1/report.pb.h"
#include "server/query/loaded_epoch.h"

namespace proverlog {

// Adds the epochs' job types: what they are for, what feeds them, and in which order they came.
void AddJobTypes(const std::vector<LoadedEpoch>& epochs, v1::GetReportResponse& report);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_REPORT_TYPES_H_
