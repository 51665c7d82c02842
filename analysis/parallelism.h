#ifndef PROVERLOG_ANALYSIS_PARALLELISM_H_
#define PROVERLOG_ANALYSIS_PARALLELISM_H_

#include <cstdint>
#include <vector>

#include "model/job.h"
#include "model/time.h"

namespace proverlog {

// Counts how many attempts ran at once.
class ParallelismCounter {
 public:
  // Adds the job's attempts.
  void Add(const Job& job);
  // Adds one attempt of the job. One without an end of its own lasts until its job's end, and for
  // ever where the job is open.
  void Add(const Attempt& attempt, const Job& job);

  // The most that ran at one instant. In one millisecond ends come before starts.
  int32_t Max() const;

 private:
  struct Step {
    UnixMillis at;
    int32_t change;
  };
  std::vector<Step> steps_;
};

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_PARALLELISM_H_
