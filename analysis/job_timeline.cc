#include "analysis/job_timeline.h"

#include <algorithm>
#include <utility>

namespace proverlog {
namespace {

const Fact* First(const Job& job, FactKind kind) {
  const auto found = std::find_if(job.facts.begin(), job.facts.end(),
                                  [&](const Fact& fact) { return fact.kind == kind; });
  return found == job.facts.end() ? nullptr : &*found;
}

UnixMillis CreatedAt(const Job& job) {
  if (job.enqueued_at) return *job.enqueued_at;
  const Fact* submitted = First(job, FactKind::kSubmitted);
  return (submitted == nullptr ? job.facts.front() : *submitted).at;
}

// Of a job of whose end only snapshots tell: when the first of them was taken.
UnixMillis FoundEndedAt(const Job& job) {
  for (const Fact& fact : job.facts) {
    const bool tells = fact.kind == FactKind::kRestored && SettledState(fact.detail) == job.state;
    if (tells) return fact.at;
  }
  return job.facts.back().at;
}

// Whether the broker put the job back into its queue.
bool TakesBack(const Fact& fact) {
  return fact.kind == FactKind::kRetried ||
         (fact.kind == FactKind::kTimedOut && fact.will_retry != false);
}

bool EndsAJob(FactKind kind) {
  return kind == FactKind::kCompleted || kind == FactKind::kFailed || kind == FactKind::kAborted ||
         kind == FactKind::kCancelled;
}

// Each entry into the queue, until the next one or the job's end.
std::vector<OpenSpan> Entries(const Job& job, const std::optional<UnixMillis>& job_end) {
  std::vector<OpenSpan> entries;
  bool open = false;
  const auto enter = [&](UnixMillis at) {
    if (open && !entries.empty()) entries.back().end = at;
    entries.push_back({at, std::nullopt});
    open = true;
  };
  for (const Fact& fact : job.facts) {
    const bool opens = fact.kind == FactKind::kEnqueued || fact.kind == FactKind::kRevived ||
                       (fact.kind == FactKind::kSubmitted && !job.enqueued_at && entries.empty());
    if ((opens && !open) || (open && TakesBack(fact))) enter(fact.at);
    if (open && EndsAJob(fact.kind)) {
      entries.back().end = fact.at;
      open = false;
    }
  }
  if (open && job_end) entries.back().end = std::max(*job_end, entries.back().begin);
  return entries;
}

std::vector<OpenSpan> QueuedSpans(const Job& job, const std::optional<UnixMillis>& job_end) {
  std::vector<UnixMillis> starts;
  for (const Attempt& attempt : job.attempts) {
    if (attempt.started_at) starts.push_back(*attempt.started_at);
  }
  std::sort(starts.begin(), starts.end());
  std::vector<OpenSpan> spans;
  auto next = starts.begin();
  for (OpenSpan entry : Entries(job, job_end)) {
    const auto first = std::lower_bound(next, starts.end(), entry.begin);
    const bool answered = first != starts.end() && (!entry.end || *first <= *entry.end);
    const bool answered_early = first != next;
    next = answered ? first + 1 : first;
    if (!answered && answered_early) continue;
    if (answered) entry.end = *first;
    spans.push_back(entry);
  }
  return spans;
}

AttemptSpan SpanOf(const Attempt& attempt, const Job& job,
                   const std::optional<UnixMillis>& job_end) {
  const UnixMillis begin = *attempt.started_at;
  AttemptSpan span{attempt.origin.machine, attempt.origin.process, {begin, attempt.ended_at}};
  span.completed = attempt.ended_at && attempt.ended_by == FactKind::kAgentCompleted;
  if (attempt.ended_at && !attempt.ambiguous) return span;
  const auto taken_back = std::find_if(job.facts.begin(), job.facts.end(), [&](const Fact& fact) {
    return fact.at > begin && TakesBack(fact);
  });
  if (taken_back != job.facts.end()) {
    span.span.end = taken_back->at;
  } else if (!attempt.ended_at && job_end) {
    span.span.end = std::max(*job_end, begin);
  }
  span.lost = span.span.end.has_value();
  return span;
}

}  // namespace

JobTimeline TimelineOf(const Job& job) {
  JobTimeline timeline;
  timeline.type = job.id.type;
  timeline.state = job.state;
  timeline.created_at = CreatedAt(job);
  timeline.ended_at = job.ended_at;
  if (!job.ended_at && !IsInFlight(job.state)) {
    timeline.ended_at = FoundEndedAt(job);
    timeline.end_unseen = true;
  }
  if (timeline.ended_at) timeline.ended_at = std::max(*timeline.ended_at, timeline.created_at);
  timeline.queued = QueuedSpans(job, timeline.ended_at);
  for (const Attempt& attempt : job.attempts) {
    if (attempt.started_at) timeline.attempts.push_back(SpanOf(attempt, job, timeline.ended_at));
  }
  return timeline;
}

}  // namespace proverlog
