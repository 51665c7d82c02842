#ifndef PROVERLOG_MODEL_JOB_COUNTS_H_
#define PROVERLOG_MODEL_JOB_COUNTS_H_

#include <cstdint>

namespace proverlog {

// Counts of jobs and of what happened to them. docs/meaning.md defines each.
struct JobCounts {
  int32_t jobs = 0;
  int32_t enqueued = 0;
  int32_t started = 0;
  int32_t completed = 0;
  int32_t failed = 0;
  int32_t aborted = 0;
  int32_t abandoned = 0;
  int32_t in_flight = 0;
  int32_t retries = 0;
  int32_t timeouts = 0;
  int32_t max_parallel = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_JOB_COUNTS_H_
