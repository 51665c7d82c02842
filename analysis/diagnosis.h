#ifndef PROVERLOG_ANALYSIS_DIAGNOSIS_H_
#define PROVERLOG_ANALYSIS_DIAGNOSIS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/fact.h"
#include "model/job.h"

namespace proverlog {

// The fact that tells why a job failed: the agent's own words where its log is known, else the
// broker's.
struct FailureCause {
  JobId job;
  Fact fact;
};

// What went wrong in an epoch, and what its logs do not say openly.
struct Diagnosis {
  // The earliest cause of a job that failed for good.
  std::optional<FailureCause> first_cause;
  int32_t failed = 0;
  // Jobs that were cancelled after the first failure: one failed job takes its epoch along.
  int32_t aborted_after = 0;

  // Jobs that timed out although the broker counts one attempt for them (up to 4.1.2).
  int32_t hidden_timeout_jobs = 0;
  int32_t hidden_timeouts = 0;
  std::optional<JobId> hidden_example;

  // Jobs that Job::never_again is true of.
  int32_t never_again = 0;
  std::optional<JobId> never_again_example;

  // Attempts that there must have been and that no agent's log shows.
  int32_t unlogged_attempts = 0;
};

// The fact that tells why a job failed for good; null where none does: the job did not fail, or
// only a snapshot says that it did.
const Fact* FailureFact(const Job& job);

// `jobs` are all jobs of one epoch.
Diagnosis Diagnose(const std::vector<Job>& jobs);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_DIAGNOSIS_H_
