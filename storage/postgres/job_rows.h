#ifndef PROVERLOG_STORAGE_POSTGRES_JOB_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_JOB_ROWS_H_

#include <cstdint>
#include <map>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "model/fact.h"
#include "model/job.h"
#include "model/job_id.h"
#include "storage/types.h"

namespace proverlog::postgres {

// Jobs as rows of the tables job, job_fact and writer (storage/migrations/0001_init.sql). All
// functions throw libpqxx's exceptions.

// The prover's projection that is read or written.
struct ProjectionKey {
  ProverId prover_id = 0;
  int32_t projection_id = 0;
};

using FactsByJob = std::map<JobId, std::vector<Fact>>;

// Reads the facts of the given jobs; jobs that are not known are left out.
FactsByJob ReadFacts(pqxx::transaction_base& tx, const ProjectionKey& key,
                     const std::vector<JobId>& jobs);

// Reads the facts of all jobs of an epoch, at most `limit` jobs.
FactsByJob ReadEpochFacts(pqxx::transaction_base& tx, const ProjectionKey& key, int32_t epoch,
                          int64_t limit);

// Writes the jobs with all their facts.
void WriteJobs(pqxx::transaction_base& tx, const ProjectionKey& key, const std::vector<Job>& jobs);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_JOB_ROWS_H_
