#ifndef PROVERLOG_STORAGE_POSTGRES_JOB_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_JOB_ROWS_H_

#include <cstdint>
#include <map>
#include <pqxx/pqxx>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/fact.h"
#include "model/job.h"
#include "model/job_id.h"
#include "storage/types.h"

namespace proverlog::postgres {

// Jobs as rows of the tables job, job_fact and writer (storage/migrations/0001_init.sql). All
// functions throw libpqxx's exceptions.

using FactsByJob = std::map<JobId, std::vector<Fact>>;

// How many rows of a table are read at most. RESOURCE_EXHAUSTED where there are more: a job without
// all its facts would be another job.
struct RowLimits {
  int64_t jobs = 0;
  int64_t facts = 0;
};

// Those of the epochs that have a job.
std::set<int32_t> SelectEpochsWithJobs(pqxx::transaction_base& tx, const ProjectionKey& key,
                                       const std::set<int32_t>& epochs);

// Reads the facts of the given jobs; jobs that are not known are left out.
absl::StatusOr<FactsByJob> ReadFacts(pqxx::transaction_base& tx, const ProjectionKey& key,
                                     const std::vector<JobId>& jobs, int64_t max_facts);

// Reads the facts of all jobs of an epoch.
absl::StatusOr<FactsByJob> ReadEpochFacts(pqxx::transaction_base& tx, const ProjectionKey& key,
                                          int32_t epoch, const RowLimits& limits);

// The facts of an epoch's jobs but for those that exist, are rows of columns alone and were written
// before `position`; and of these how many they are, and how many facts they have.
struct LatestFacts {
  FactsByJob facts;
  int64_t others = 0;
  int64_t facts_of_others = 0;
  // The first transaction that may write after this one: all before it have ended.
  int64_t position = 0;
};
absl::StatusOr<LatestFacts> ReadLatestFacts(pqxx::transaction_base& tx, const ProjectionKey& key,
                                            int32_t epoch, int64_t position,
                                            const RowLimits& limits);

// Writes jobs with all their facts: AddJobs those that ReadFacts does not find, UpdateJobs others.
void AddJobs(pqxx::transaction_base& tx, const ProjectionKey& key, const std::vector<Job>& jobs);
void UpdateJobs(pqxx::transaction_base& tx, const ProjectionKey& key, const std::vector<Job>& jobs);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_JOB_ROWS_H_
