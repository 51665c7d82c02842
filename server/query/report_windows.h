#ifndef PROVERLOG_SERVER_QUERY_REPORT_WINDOWS_H_
#define PROVERLOG_SERVER_QUERY_REPORT_WINDOWS_H_

#include <vector>

#include "proverlog/v1/report.pb.h"
#include "server/query/loaded_epoch.h"
#include "storage/query_store.h"

namespace proverlog {

// The times in order, which all have a beginning and an end; those that overlap or touch are one.
std::vector<EpochWindow> Unite(std::vector<EpochWindow> windows);

// The times that a report is of: those of the epochs, from the first to the last instant of each,
// and the one that was asked for. No two overlap.
std::vector<EpochWindow> TimesOf(const std::vector<LoadedEpoch>& epochs, const EpochWindow& asked);

// Adds what went on in each epoch's time, and in the time that was asked for.
void AddWindows(const std::vector<LoadedEpoch>& epochs, const EpochWindow& asked,
                v1::GetReportResponse& report);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_REPORT_WINDOWS_H_
