#ifndef PROVERLOG_CLIENT_FORMAT_REPORT_TEXT_H_
#define PROVERLOG_CLIENT_FORMAT_REPORT_TEXT_H_

#include <string>

#include "proverlog/v1/report.pb.h"

namespace proverlog {

// The report as a Markdown document.
std::string ReportText(const v1::GetReportResponse& report);

// Parts of it, each a heading of the second level with what follows; empty where there is nothing
// to say.
std::string ReportJobTypesText(const v1::GetReportResponse& report);
std::string ReportStartupsText(const v1::GetReportResponse& report);
std::string ReportTransactionsText(const v1::GetReportResponse& report);
std::string ReportTroublesText(const v1::GetReportResponse& report);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_FORMAT_REPORT_TEXT_H_
