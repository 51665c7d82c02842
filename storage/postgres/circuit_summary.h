#ifndef PROVERLOG_STORAGE_POSTGRES_CIRCUIT_SUMMARY_H_
#define PROVERLOG_STORAGE_POSTGRES_CIRCUIT_SUMMARY_H_

#include <vector>

#include "storage/postgres/circuit_batch.h"

namespace proverlog::postgres {

// Sorts the runs of an epoch by what makes a run (CircuitRun), and keeps one of each: the telling
// that knows its job, then the first line of the oldest log, whichever came first.
void KeepBestTellings(std::vector<PackedRun>& runs);

// As EpochState::circuits, of runs that KeepBestTellings left.
std::vector<CircuitSummary> SummarizeCircuits(const std::vector<PackedRun>& runs);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_CIRCUIT_SUMMARY_H_
