#include "analysis/job_selection.h"

#include <algorithm>
#include <vector>

#include "analysis/cause.h"
#include "analysis/job_timeline.h"

namespace proverlog {
namespace {

bool IsWithin(UnixMillis at, const JobSelection& selection) {
  return (!selection.begin || at >= *selection.begin) && (!selection.end || at < *selection.end);
}

bool IsWithin(const OpenSpan& span, const JobSelection& selection) {
  if (selection.end && span.begin >= *selection.end) return false;
  return !selection.begin || span.begin >= *selection.begin || !span.end ||
         *span.end > *selection.begin;
}

bool IsThere(const std::string& machine, const std::string& process,
             const JobSelection& selection) {
  return (selection.machine.empty() || machine == selection.machine) &&
         (selection.process.empty() || process == selection.process);
}

// Whether it was where and when it is asked for.
bool WasThere(const Job& job, const JobSelection& selection) {
  const bool anywhere = selection.machine.empty() && selection.process.empty();
  if (!selection.begin && !selection.end) {
    return anywhere ||
           std::any_of(job.attempts.begin(), job.attempts.end(), [&](const Attempt& attempt) {
             return IsThere(attempt.origin.machine, attempt.origin.process, selection);
           });
  }
  if (anywhere && job.enqueued_at && IsWithin(*job.enqueued_at, selection)) return true;
  const bool only_ended =
      std::any_of(job.attempts.begin(), job.attempts.end(), [&](const Attempt& attempt) {
        return !attempt.started_at && attempt.ended_at && IsWithin(*attempt.ended_at, selection) &&
               IsThere(attempt.origin.machine, attempt.origin.process, selection);
      });
  if (only_ended) return true;
  const std::vector<AttemptSpan> attempts = TimelineOf(job).attempts;
  return std::any_of(attempts.begin(), attempts.end(), [&](const AttemptSpan& attempt) {
    return IsThere(attempt.machine, attempt.process, selection) &&
           IsWithin(attempt.span, selection);
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
