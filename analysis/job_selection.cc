#include "analysis/job_selection.h"

#include <algorithm>
#include <limits>

#include "analysis/cause.h"

namespace proverlog {
namespace {

constexpr UnixMillis kNever = std::numeric_limits<UnixMillis>::max();

bool IsWithin(UnixMillis at, const JobSelection& selection) {
  return (!selection.begin || at >= *selection.begin) && (!selection.end || at < *selection.end);
}

bool RanWithin(const Attempt& attempt, const Job& job, const JobSelection& selection) {
  const UnixMillis last = attempt.ended_at.value_or(job.ended_at.value_or(kNever));
  const UnixMillis first = attempt.started_at.value_or(last);
  return (!selection.begin || last >= *selection.begin) &&
         (!selection.end || first < *selection.end);
}

// Whether it was where and when it is asked for.
bool WasThere(const Job& job, const JobSelection& selection) {
  const bool anywhere = selection.machine.empty() && selection.process.empty();
  if (anywhere && !selection.begin && !selection.end) return true;
  if (anywhere && job.enqueued_at && IsWithin(*job.enqueued_at, selection)) return true;
  return std::any_of(job.attempts.begin(), job.attempts.end(), [&](const Attempt& attempt) {
    return (selection.machine.empty() || attempt.origin.machine == selection.machine) &&
           (selection.process.empty() || attempt.origin.process == selection.process) &&
           RanWithin(attempt, job, selection);
  });
}

bool TookAsLong(const Job& job, const JobSelection& selection) {
  if (!selection.min_duration && !selection.max_duration) return true;
  if (!job.duration) return false;
  const Millis length = job.duration->length;
  return (!selection.min_duration || length >= *selection.min_duration) &&
         (!selection.max_duration || length <= *selection.max_duration);
}

bool HasCause(const Job& job, const std::set<CauseKind>& kinds) {
  if (kinds.empty()) return true;
  for (const auto& cause : {CauseOfFailure(job), CauseOfCancelling(job)}) {
    if (cause && kinds.contains(cause->kind)) return true;
  }
  const std::vector<Cause> setbacks = SetbacksOf(job);
  return std::any_of(setbacks.begin(), setbacks.end(),
                     [&](const Cause& cause) { return kinds.contains(cause.kind); });
}

std::optional<int64_t> ValueOf(const Job& job, JobOrder order) {
  switch (order) {
    case JobOrder::kId:
      return std::nullopt;
    case JobOrder::kEnqueueTime:
      return job.enqueued_at;
    case JobOrder::kStartTime:
      return job.started_at;
    case JobOrder::kEndTime:
      return job.ended_at;
    case JobOrder::kDuration:
      return job.duration ? std::optional<int64_t>(job.duration->length) : std::nullopt;
    case JobOrder::kAttempts:
      return job.attempt_count;
  }
  return std::nullopt;
}

}  // namespace

bool JobSelection::TakesAll() const {
  return machine.empty() && process.empty() && !begin && !end && !min_duration && !max_duration &&
         min_attempts <= 0 && causes.empty() && !never_again;
}

bool JobSelection::Takes(const Job& job) const {
  return WasThere(job, *this) && TookAsLong(job, *this) && job.attempt_count >= min_attempts &&
         (!never_again || job.never_again) && HasCause(job, causes);
}

bool IsCauseOfJobs(CauseKind kind) {
  switch (kind) {
    case CauseKind::kMovedOn:
    case CauseKind::kDeadline:
    case CauseKind::kReorg:
    case CauseKind::kSessionStopped:
    case CauseKind::kSessionFailed:
    case CauseKind::kSessionEnded:
    case CauseKind::kPublishingDisabled:
      return false;
    default:
      return true;
  }
}

JobPosition PositionOf(const Job& job, JobOrder order) { return {ValueOf(job, order), job.id}; }

bool ComesBefore(const JobPosition& a, const JobPosition& b, bool descending) {
  if (a.value != b.value) {
    if (!a.value || !b.value) return a.value.has_value();
    return descending ? *a.value > *b.value : *a.value < *b.value;
  }
  return descending ? b.id < a.id : a.id < b.id;
}

}  // namespace proverlog
