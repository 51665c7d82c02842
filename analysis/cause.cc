#include "analysis/cause.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "analysis/diagnosis.h"

namespace proverlog {
namespace {

Evidence EvidenceOf(const Fact& fact, bool tells_cause) {
  return {std::string(FactKindName(fact.kind)), fact.at, fact.origin, tells_cause};
}

Evidence StartOf(const Attempt& attempt) {
  return {std::string(FactKindName(FactKind::kStarted)), *attempt.started_at, attempt.origin,
          false};
}

bool IsTimeOut(const Job& job, const Fact& fact) {
  if (fact.kind == FactKind::kTimedOut) return true;
  return fact.kind == FactKind::kFailed &&
         std::any_of(job.facts.begin(), job.facts.end(), [&](const Fact& other) {
           return other.kind == FactKind::kTimedOut && other.at == fact.at &&
                  other.will_retry == false;
         });
}

bool WasGivenBack(const Job& job, UnixMillis from, UnixMillis to) {
  return std::any_of(job.facts.begin(), job.facts.end(), [&](const Fact& fact) {
    return (fact.kind == FactKind::kTimedOut || fact.kind == FactKind::kRetried) &&
           fact.at >= from && fact.at < to;
  });
}

// The attempt that `fact`, a failure, a time-out or a cancelling, ended: that which the agent says
// has failed, else the last that was open then. Null where no log shows it, or several may be
// meant.
const Attempt* AttemptOf(const Job& job, const Fact& fact) {
  const Attempt* found = nullptr;
  for (const Attempt& attempt : job.attempts) {
    if (!attempt.started_at || *attempt.started_at > fact.at || attempt.ambiguous) continue;
    const bool is_it = fact.kind == FactKind::kAgentFailed
                           ? attempt.ended_at == fact.at &&
                                 attempt.ended_by == FactKind::kAgentFailed &&
                                 attempt.origin.machine == fact.origin.machine
                           : (!attempt.ended_at || *attempt.ended_at > fact.at) &&
                                 !WasGivenBack(job, *attempt.started_at, fact.at);
    if (is_it) found = &attempt;
  }
  return found;
}

Cause CauseOf(const Job& job, const Fact& fact) {
  Cause cause;
  cause.at = fact.at;
  cause.job = job.id;
  cause.attempts = job.attempt_count;
  const Attempt* attempt = AttemptOf(job, fact);
  if (IsTimeOut(job, fact)) {
    const bool is_lost = attempt != nullptr && !attempt->ended_at;
    cause.kind = is_lost ? CauseKind::kAgentLost : CauseKind::kTimedOut;
  } else {
    cause.kind = KindOfError(fact.detail);
    cause.words = fact.detail;
  }
  if (attempt != nullptr) {
    cause.ran_in = attempt->origin;
    cause.evidence.push_back(StartOf(*attempt));
  } else if (fact.kind == FactKind::kAgentFailed) {
    cause.ran_in = fact.origin;
  }
  cause.evidence.push_back(EvidenceOf(fact, true));
  return cause;
}

// Of a line that says that the prover node stopped, or in which state it ended.
CauseKind KindOfStop(absl::string_view reason, CauseKind otherwise) {
  for (const absl::string_view word : {"deadline", "timed-out", "expired"}) {
    if (absl::StrContains(reason, word)) return CauseKind::kDeadline;
  }
  if (absl::StrContains(reason, "reorg")) return CauseKind::kReorg;
  return otherwise;
}

CauseKind KindOfTrouble(const Event& event) {
  const absl::string_view kind = event.kind;
  if (kind == "candidate.failed") return CauseKind::kPublishingFailed;
  if (kind == "epoch.dropped" || kind == "l1.estimated") return CauseKind::kPublishingDisabled;
  if (kind == "epoch.reorg") return CauseKind::kReorg;
  if (absl::EndsWith(kind, ".deadline") || absl::EndsWith(kind, ".expired")) {
    return CauseKind::kDeadline;
  }
  if (absl::EndsWith(kind, ".failed")) {
    const CauseKind by_text = KindOfError(event.field("error"));
    return by_text == CauseKind::kOtherError ? CauseKind::kSessionFailed : by_text;
  }
  if (kind == "session.cancelled") {
    return KindOfStop(event.field("reason"), CauseKind::kSessionStopped);
  }
  if (kind == "epoch.halted") {
    return KindOfStop(event.field("details"), CauseKind::kSessionStopped);
  }
  const absl::string_view state = event.field("state");
  return KindOfStop(state,
                    state == "failed" ? CauseKind::kSessionFailed : CauseKind::kSessionStopped);
}

}  // namespace

std::optional<Cause> CauseOfFailure(const Job& job) {
  if (job.state != JobState::kFailed) return std::nullopt;
  const Fact* fact = FailureFact(job);
  if (fact == nullptr) return std::nullopt;
  Cause cause = CauseOf(job, *fact);
  const auto end = std::find_if(job.facts.begin(), job.facts.end(), [&](const Fact& other) {
    return other.kind == FactKind::kFailed && other.at >= fact->at;
  });
  const bool timed_out_after_retries = IsTimeOut(job, *fact) && job.attempt_count > 1;
  cause.gave_up = end != job.facts.end() && (fact->will_retry == true || timed_out_after_retries);
  if (end != job.facts.end() && &*end != fact) cause.evidence.push_back(EvidenceOf(*end, false));
  return cause;
}

std::vector<Cause> SetbacksOf(const Job& job) {
  std::vector<Cause> setbacks;
  const Fact* told_by_agent = nullptr;
  for (const Fact& fact : job.facts) {
    if (fact.kind == FactKind::kAgentFailed) told_by_agent = &fact;
    const bool is_retry = fact.kind == FactKind::kRetried;
    const bool is_setback =
        is_retry || (fact.kind == FactKind::kTimedOut && fact.will_retry != false);
    if (!is_setback) continue;
    setbacks.push_back(CauseOf(job, is_retry && told_by_agent != nullptr ? *told_by_agent : fact));
    told_by_agent = nullptr;
  }
  return setbacks;
}

std::optional<Cause> CauseOfCancelling(const Job& job) {
  if (job.state != JobState::kAborted) return std::nullopt;
  Cause cause;
  cause.kind = job.never_again ? CauseKind::kNeverAgain : CauseKind::kCancelled;
  cause.job = job.id;
  cause.attempts = job.attempt_count;
  const Fact* cancelled = nullptr;
  const Fact* reused = nullptr;
  for (const Fact& fact : job.facts) {
    const bool cancels = fact.kind == FactKind::kCancelled || fact.kind == FactKind::kAborted;
    if (cancels && cancelled == nullptr && job.ended_at && fact.at >= *job.ended_at) {
      cancelled = &fact;
    }
    if (fact.kind == FactKind::kReused) reused = &fact;
  }
  if (cancelled == nullptr) return std::nullopt;
  cause.at = cancelled->at;
  if (const Attempt* attempt = AttemptOf(job, *cancelled)) cause.ran_in = attempt->origin;
  cause.evidence.push_back(EvidenceOf(*cancelled, true));
  if (job.never_again) cause.evidence.push_back(EvidenceOf(*reused, false));
  return cause;
}

std::optional<Cause> CauseOfSession(const EpochSession& session) {
  Cause cause;
  if (session.trouble) {
    const Event& event = *session.trouble;
    cause.kind = KindOfTrouble(event);
    cause.at = event.at;
    for (const char* field : {"error", "reason", "details", "state"}) {
      if (cause.words.empty()) cause.words = std::string(event.field(field));
    }
    cause.evidence.push_back({event.kind, event.at, event.origin, true});
    return cause;
  }
  if (session.state != SessionState::kExited || !session.ended_at) return std::nullopt;
  cause.kind = CauseKind::kSessionEnded;
  cause.at = *session.ended_at;
  return cause;
}

}  // namespace proverlog
