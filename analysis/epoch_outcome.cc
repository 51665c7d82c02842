#include "analysis/epoch_outcome.h"

namespace proverlog {
namespace {

// Without a session's word.
EpochOutcome OutcomeOfJobs(const JobCounts& totals) {
  if (totals.failed > 0) return EpochOutcome::kFailed;
  if (totals.in_flight > 0) return EpochOutcome::kInProgress;
  if (totals.aborted > 0 || totals.abandoned > 0) return EpochOutcome::kAborted;
  return EpochOutcome::kIncomplete;
}

// Where the prover node still works at the epoch, as far as is known.
EpochOutcome OutcomeWhileOpen(const JobCounts& totals) {
  const bool is_stuck = totals.failed > 0 && totals.in_flight == 0;
  return is_stuck ? EpochOutcome::kFailed : EpochOutcome::kInProgress;
}

}  // namespace

EpochOutcome OutcomeOf(const JobCounts& totals, bool root_completed,
                       const std::vector<EpochSession>& sessions) {
  const EpochSession* best = BestSession(sessions);
  const SessionState state = best == nullptr ? SessionState::kExited : best->state;
  switch (state) {
    case SessionState::kPublished:
      return EpochOutcome::kPublished;
    case SessionState::kSuperseded:
      return EpochOutcome::kSuperseded;
    case SessionState::kDropped:
      return EpochOutcome::kDropped;
    case SessionState::kFailed:
      return EpochOutcome::kFailed;
    case SessionState::kTimedOut:
      return EpochOutcome::kTimedOut;
    case SessionState::kCancelled:
      return EpochOutcome::kAborted;
    case SessionState::kOpen:
      return root_completed ? EpochOutcome::kProven : OutcomeWhileOpen(totals);
    case SessionState::kExited:
      return root_completed ? EpochOutcome::kProven : OutcomeOfJobs(totals);
  }
  return EpochOutcome::kIncomplete;
}

bool IsOver(EpochOutcome outcome, const EpochContext& context) {
  switch (outcome) {
    case EpochOutcome::kInProgress:
      return false;
    case EpochOutcome::kIncomplete:
      return ClosedAt(context).has_value();
    case EpochOutcome::kProven:
      return context.sessions.empty() || ClosedAt(context);
    default:
      return true;
  }
}

}  // namespace proverlog
