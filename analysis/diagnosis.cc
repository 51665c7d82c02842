#include "analysis/diagnosis.h"

#include <algorithm>

namespace proverlog {
namespace {

int32_t PrintedAttempts(const Job& job) {
  int32_t printed = 0;
  for (const Fact& fact : job.facts) {
    if (fact.kind == FactKind::kCompleted) printed = std::max(printed, fact.attempt);
  }
  return printed;
}

void LookForFirstCause(const Job& job, Diagnosis& diagnosis) {
  const Fact* cause = FailureFact(job);
  if (cause == nullptr) return;
  if (!diagnosis.first_cause || cause->at < diagnosis.first_cause->fact.at) {
    diagnosis.first_cause = FailureCause{job.id, *cause};
  }
}

void LookForHiddenTimeouts(const Job& job, Diagnosis& diagnosis) {
  const int32_t printed = PrintedAttempts(job);
  if (job.timeouts == 0 || printed == 0 || printed >= job.attempt_count) return;
  ++diagnosis.hidden_timeout_jobs;
  diagnosis.hidden_timeouts += job.timeouts;
  if (!diagnosis.hidden_example) diagnosis.hidden_example = job.id;
}

}  // namespace

// What the agent told of the attempt whose failure made the broker give up, else the broker's word.
const Fact* FailureFact(const Job& job) {
  const Fact* cause = nullptr;
  for (const Fact& fact : job.facts) {
    if (fact.kind == FactKind::kAgentFailed) cause = &fact;
    if (fact.kind == FactKind::kRetried || fact.kind == FactKind::kTimedOut) cause = nullptr;
    if (fact.kind == FactKind::kFailed) return cause != nullptr ? cause : &fact;
  }
  return cause;
}

Diagnosis Diagnose(const std::vector<Job>& jobs) {
  Diagnosis diagnosis;
  for (const Job& job : jobs) {
    if (!job.exists) continue;
    if (job.state == JobState::kFailed) {
      ++diagnosis.failed;
      LookForFirstCause(job, diagnosis);
    }
    LookForHiddenTimeouts(job, diagnosis);
    if (job.never_again && diagnosis.never_again++ == 0) diagnosis.never_again_example = job.id;
    const auto starts = static_cast<int32_t>(
        std::count_if(job.attempts.begin(), job.attempts.end(),
                      [](const Attempt& a) { return a.started_at.has_value(); }));
    diagnosis.unlogged_attempts += std::max(0, job.attempt_count - starts);
  }
  if (!diagnosis.first_cause) return diagnosis;
  for (const Job& job : jobs) {
    const bool after = job.exists && job.state == JobState::kAborted && job.ended_at &&
                       *job.ended_at >= diagnosis.first_cause->fact.at;
    diagnosis.aborted_after += after ? 1 : 0;
  }
  return diagnosis;
}

}  // namespace proverlog
