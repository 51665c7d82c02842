#ifndef PROVERLOG_TESTS_TESTING_UTIL_PROJECTION_H_
#define PROVERLOG_TESTS_TESTING_UTIL_PROJECTION_H_

#include "absl/status/status.h"
#include "model/job.h"
#include "storage/projection_store.h"

namespace proverlog::testing_util {

// Writes the job, which may be known or not, with all its facts.
inline absl::Status SaveJob(ProjectionTransaction& tx, const Job& job) {
  const auto known = tx.LoadFacts({job.id});
  if (!known.ok()) return known.status();
  return known->empty() ? tx.AddJobs({job}) : tx.UpdateJobs({job});
}

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_PROJECTION_H_
