#include "analysis/explanation.h"

#include <algorithm>
#include <set>
#include <utility>

namespace proverlog {
namespace {

constexpr Millis kClocksAgreeWithin = 1000;
// A job is slow from twice its type's median, of at least this many.
constexpr double kSlow = 2;
constexpr int32_t kLeastMeasured = 5;

// Which kinds of logs tell of the epoch.
struct Known {
  bool node = false;
  bool broker = false;
  bool agent = false;
};

Known KnownLogs(const std::vector<Job>& jobs, const EpochContext& context) {
  Known known;
  known.node = !context.sessions.empty();
  for (const Job& job : jobs) {
    for (const Fact& fact : job.facts) known.broker = known.broker || IsBrokerFact(fact.kind);
    known.agent = known.agent || !job.attempts.empty();
  }
  return known;
}

bool IsEarlier(const Cause& a, const Cause& b) { return a.at < b.at; }

// Of the failures and of the session; by instant.
std::vector<Cause> Candidates(const EpochSummary& summary, const std::vector<Job>& jobs,
                              const EpochContext& context) {
  std::vector<Cause> causes;
  for (const Job& job : jobs) {
    if (!job.exists) continue;
    if (auto cause = CauseOfFailure(job)) causes.push_back(*std::move(cause));
  }
  const EpochSession* session = BestSession(context.sessions);
  if (session != nullptr && (session->trouble || !IsWell(summary.outcome))) {
    if (auto cause = CauseOfSession(*session)) causes.push_back(*std::move(cause));
  }
  std::stable_sort(causes.begin(), causes.end(), IsEarlier);
  return causes;
}

// Where nothing failed: what the jobs' ends tell. While the epoch goes on, a job that was cancelled
// may be no loss.
std::optional<Cause> CauseOfEnds(EpochOutcome outcome, const std::vector<Job>& jobs,
                                 const EpochContext& context) {
  std::optional<Cause> never_again;
  std::optional<Cause> cancelled;
  bool any_abandoned = false;
  for (const Job& job : jobs) {
    if (!job.exists) continue;
    any_abandoned = any_abandoned || job.state == JobState::kAbandoned;
    auto cause = CauseOfCancelling(job);
    if (!cause) continue;
    auto& first = cause->kind == CauseKind::kNeverAgain ? never_again : cancelled;
    if (!first || cause->at < first->at) first = std::move(cause);
  }
  if (never_again || outcome == EpochOutcome::kInProgress) return never_again;
  if (cancelled) return cancelled;
  if (!any_abandoned || !context.moved_on_at) return std::nullopt;
  Cause moved_on;
  moved_on.kind = CauseKind::kMovedOn;
  moved_on.at = *context.moved_on_at;
  return moved_on;
}

// On which machine it was, as its evidence says.
std::string MachineOf(const Cause& cause) {
  for (const Evidence& evidence : cause.evidence) {
    if (evidence.tells_cause) return evidence.origin.machine;
  }
  return "";
}

bool IsOrderUncertain(const std::vector<Cause>& causes) {
  return std::any_of(causes.begin(), causes.end(), [&](const Cause& other) {
    return other.at - causes.front().at <= kClocksAgreeWithin &&
           MachineOf(other) != MachineOf(causes.front());
  });
}

void CountEnds(const std::vector<Job>& jobs, Explanation& explanation) {
  const std::optional<Cause>& cause = explanation.cause;
  for (const Job& job : jobs) {
    if (!job.exists) continue;
    if (job.state == JobState::kAborted && job.ended_at) {
      const bool after = cause && *job.ended_at >= cause->at;
      ++(after ? explanation.cancelled_after : explanation.cancelled_before);
    }
    const bool has_ended =
        job.ended_at ? cause && *job.ended_at < cause->at : !IsInFlight(job.state);
    explanation.unfinished += cause && !has_ended ? 1 : 0;
  }
}

void CountSetbacks(const std::vector<Job>& jobs, Explanation& explanation) {
  for (const Job& job : jobs) {
    if (!job.exists || (job.retries == 0 && job.timeouts == 0)) continue;
    for (const Cause& setback : SetbacksOf(job)) ++explanation.setbacks[setback.kind];
  }
}

void CountRestored(const std::vector<Job>& jobs, Explanation& explanation) {
  for (const Job& job : jobs) {
    const auto restored = std::find_if(job.facts.begin(), job.facts.end(), [](const Fact& fact) {
      return fact.kind == FactKind::kRestored;
    });
    if (!job.exists || restored == job.facts.end()) continue;
    ++explanation.restored;
    explanation.restored_at =
        std::min(restored->at, explanation.restored_at.value_or(restored->at));
  }
}

std::optional<SlowJob> FindSlowest(const EpochSummary& summary, const std::vector<Job>& jobs) {
  std::map<std::string, double> medians;
  for (const JobTypeSummary& type : summary.job_types) {
    if (type.duration.count >= kLeastMeasured && type.duration.p50 > 0) {
      medians[type.type] = type.duration.p50;
    }
  }
  std::optional<SlowJob> slowest;
  double most = kSlow;
  for (const Job& job : jobs) {
    const auto median = medians.find(job.id.type);
    if (!job.exists || !job.duration || median == medians.end()) continue;
    const double ratio = static_cast<double>(job.duration->length) / median->second;
    if (ratio < most) continue;
    most = ratio;
    slowest = SlowJob{job.id, job.duration->length, median->second};
  }
  return slowest;
}

bool FailedBeforeRestart(const Job& job) {
  return job.exists && job.state == JobState::kFailed && !CauseOfFailure(job);
}

// Whether the process that ran the job of the cause would be in an agent's log, and is in none.
bool LacksAgent(const std::optional<Cause>& cause) {
  return cause && cause->job && !cause->ran_in && cause->kind != CauseKind::kCancelled &&
         cause->kind != CauseKind::kNeverAgain;
}

std::vector<MissingLog> MissingLogs(const Known& known, const EpochSummary& summary,
                                    const std::vector<Job>& jobs,
                                    const std::optional<Cause>& cause) {
  std::vector<MissingLog> missing;
  if (!IsWell(summary.outcome)) {
    if (!known.node) missing.push_back(MissingLog::kProverNode);
    if (!known.broker) missing.push_back(MissingLog::kBroker);
  }
  if (std::any_of(jobs.begin(), jobs.end(), FailedBeforeRestart)) {
    missing.push_back(MissingLog::kBrokerBeforeRestart);
  }
  if (LacksAgent(cause)) missing.push_back(MissingLog::kAgent);
  return missing;
}

}  // namespace

bool IsWell(EpochOutcome outcome) {
  return outcome == EpochOutcome::kPublished || outcome == EpochOutcome::kSuperseded ||
         outcome == EpochOutcome::kProven;
}

Explanation ExplainEpoch(const EpochSummary& summary, const std::vector<Job>& jobs,
                         const EpochContext& context) {
  Explanation explanation;
  std::vector<Cause> causes = Candidates(summary, jobs, context);
  for (const Cause& cause : causes) {
    if (cause.job) ++explanation.failures[cause.kind];
  }
  if (!causes.empty()) {
    explanation.order_uncertain = IsOrderUncertain(causes);
    explanation.cause = std::move(causes.front());
  } else if (!IsWell(summary.outcome)) {
    explanation.cause = CauseOfEnds(summary.outcome, jobs, context);
  }
  CountEnds(jobs, explanation);
  CountSetbacks(jobs, explanation);
  CountRestored(jobs, explanation);
  explanation.slowest = FindSlowest(summary, jobs);
  const Known known = KnownLogs(jobs, context);
  explanation.missing = MissingLogs(known, summary, jobs, explanation.cause);
  explanation.knows_sessions = known.node;
  return explanation;
}

JobExplanation ExplainJob(const Job& job, const Explanation& epoch) {
  JobExplanation explanation;
  explanation.setbacks = SetbacksOf(job);
  if (job.state == JobState::kAborted || job.state == JobState::kAbandoned) {
    explanation.cause = CauseOfCancelling(job);
    const bool is_explained =
        explanation.cause && explanation.cause->kind == CauseKind::kNeverAgain;
    const bool after_epochs = epoch.cause && job.ended_at && epoch.cause->at <= *job.ended_at &&
                              epoch.cause->kind != CauseKind::kCancelled;
    if (!is_explained && after_epochs) {
      explanation.cause = epoch.cause;
      explanation.followed = epoch.cause->job != job.id;
    }
  } else {
    explanation.cause = CauseOfFailure(job);
  }
  if (FailedBeforeRestart(job)) explanation.missing.push_back(MissingLog::kBrokerBeforeRestart);
  const bool cancelled = explanation.cause && explanation.cause->kind == CauseKind::kCancelled;
  if (cancelled && !epoch.knows_sessions) {
    explanation.missing.push_back(MissingLog::kProverNode);
  }
  if (!explanation.followed && LacksAgent(explanation.cause)) {
    explanation.missing.push_back(MissingLog::kAgent);
  }
  return explanation;
}

}  // namespace proverlog
