#ifndef PROVERLOG_ANALYSIS_JOB_FLOW_H_
#define PROVERLOG_ANALYSIS_JOB_FLOW_H_

#include <cstdint>

#include "analysis/job_timeline.h"
#include "model/time.h"

namespace proverlog {

// How many jobs went into a time and out of it. In flight at its end are those at its beginning
// and the created ones without the others. Each job counts by its last end.
struct JobFlow {
  int32_t in_flight_before = 0;  // created before the time, not ended before it
  int32_t created = 0;
  int32_t completed = 0;
  int32_t failed = 0;
  int32_t aborted = 0;
  int32_t abandoned = 0;
  int32_t ended_unseen = 0;  // a broker that restarted found them ended
  int32_t in_flight_after = 0;
};

// Adds what the job has to the flow of the time from `begin` on, before `end`.
void CountFlow(const JobTimeline& job, UnixMillis begin, UnixMillis end, JobFlow& flow);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_JOB_FLOW_H_
