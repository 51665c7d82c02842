#ifndef PROVERLOG_STORAGE_POSTGRES_CIRCUIT_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_CIRCUIT_ROWS_H_

#include <pqxx/pqxx>
#include <vector>

#include "model/circuit_run.h"
#include "storage/postgres/circuit_batch.h"
#include "storage/postgres/job_rows.h"
#include "storage/query_store.h"

namespace proverlog::postgres {

// Runs of circuits as rows of the table circuit_batch
// (storage/migrations/0010_circuit_batches.sql): they come as often as jobs, and a row of its own
// costs each more than what it says. A run that two logs tell is in the table twice, and once in
// what is read. All functions throw libpqxx's exceptions.

// As ProjectionTransaction::SaveCircuitRuns.
void WriteCircuitRuns(pqxx::transaction_base& tx, const ProjectionKey& key,
                      const std::vector<CircuitRun>& runs);

// As EpochState::circuits.
std::vector<CircuitSummary> SumCircuitRuns(pqxx::transaction_base& tx, const ProjectionKey& key,
                                           int32_t epoch);

// As QueryStore::LoadCircuitRuns.
std::vector<CircuitRun> ReadCircuitRuns(pqxx::transaction_base& tx, const ProjectionKey& key,
                                        const JobId& job);

// Rows of one epoch that are read at once, and runs in them: some 100 MiB of memory.
inline constexpr int kMaxCircuitBatches = 100'000;
inline constexpr int kMaxCircuitRuns = 500'000;

// The runs of a row's column `runs`.
std::vector<PackedRun> UnpackColumn(const pqxx::field& runs);

// Names the machines of the runs' streams.
void FillMachines(pqxx::transaction_base& tx, ProverId prover_id, std::vector<CircuitRun>& runs);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_CIRCUIT_ROWS_H_
