#ifndef PROVERLOG_ANALYSIS_JOB_SELECTION_H_
#define PROVERLOG_ANALYSIS_JOB_SELECTION_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "analysis/cause_table.h"
#include "model/job.h"
#include "model/job_id.h"
#include "model/time.h"

namespace proverlog {

// Which jobs are asked for: those of which all is true that is given.
struct JobSelection {
  // An attempt of it ran there, in the window where one is given.
  std::string machine;
  std::string process;
  // Without a machine and a process: it was enqueued, or an attempt of it ran, at or after `begin`
  // and before `end`. How long an attempt ran is AttemptSpan's; of one without a start in the logs
  // its end counts.
  std::optional<UnixMillis> begin;
  std::optional<UnixMillis> end;
  // Job::duration is known and lies within.
  std::optional<Millis> min_duration;
  std::optional<Millis> max_duration;
  int32_t min_attempts = 0;
  // It failed for good, was tried again or was cancelled because of one of them.
  std::set<CauseKind> causes;
  bool never_again = false;

  // Whether every job is asked for.
  bool TakesAll() const;
  // The job exists.
  bool Takes(const Job& job) const;
};

// Whether jobs can have a cause of the kind; the others are causes of epochs.
bool IsCauseOfJobs(CauseKind kind);

enum class JobOrder : uint8_t { kId, kEnqueueTime, kStartTime, kEndTime, kDuration, kAttempts };

// Where a job stands among those that are asked for.
struct JobPosition {
  std::optional<int64_t> value;  // what it is ordered by, in milliseconds where it is a time
  JobId id;
};
JobPosition PositionOf(const Job& job, JobOrder order);

// A strict order: by value, those without one last, then by id.
bool ComesBefore(const JobPosition& a, const JobPosition& b, bool descending);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_JOB_SELECTION_H_
