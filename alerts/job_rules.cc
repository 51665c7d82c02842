#include "alerts/job_rules.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "alerts/rule_text.h"
#include "alerts/view_reading.h"
#include "analysis/explanation.h"
#include "model/job_id.h"

namespace proverlog {
namespace {

std::string InEpoch(int32_t epoch) { return absl::StrCat("Epoch ", epoch, ": "); }

Labels LabelsOf(int32_t epoch) { return {{"epoch", absl::StrCat(epoch)}}; }

size_t CountJobs(const std::vector<const Failure*>& failures) {
  std::set<JobId> jobs;
  for (const Failure* failure : failures) jobs.insert(failure->job->id);
  return jobs.size();
}

// "is lost with it" only where that is known.
absl::string_view FateOf(const EpochView& epoch) {
  if (!epoch.over) return "";
  switch (epoch.outcome) {
    case EpochOutcome::kFailed:
      return " The epoch failed.";
    case EpochOutcome::kTimedOut:
      return " The epoch missed its deadline.";
    case EpochOutcome::kAborted:
      return " The epoch was given up.";
    default:
      return "";
  }
}

std::vector<Finding> FindFailedJobs(const ProverView& view, const ThresholdReader& /*thresholds*/) {
  const std::vector<Failure> failures = FailuresIn(view);
  std::map<std::pair<int32_t, CauseKind>, std::vector<const Failure*>> by_cause;
  for (const Failure& failure : failures) {
    if (!failure.for_good || IsWell(failure.epoch->outcome)) continue;
    by_cause[{failure.epoch->epoch, failure.cause.kind}].push_back(&failure);
  }
  std::vector<Finding> findings;
  for (const auto& [key, of_cause] : by_cause) {
    const Failure& first = *of_cause.front();
    const auto& [epoch, kind] = key;
    Finding finding{"job_failed", Severity::kCritical, LabelsOf(epoch), first.cause.at};
    finding.labels["cause"] = std::string(EntryOf(kind).name);
    finding.summary = absl::StrCat(
        InEpoch(epoch), CountText(static_cast<int64_t>(CountJobs(of_cause)), "job"),
        " failed for good, the first a ", first.job->id.type,
        first.cause.ran_in ? absl::StrCat(" on ", first.cause.ran_in->machine) : std::string(),
        " at attempt ", first.cause.attempts, " (", CauseText(first.cause), ").",
        FateOf(*first.epoch));
    finding.detail = FailedJobsText(of_cause, view.complete_until);
    finding.next_step = std::string(EntryOf(kind).remedy);
    findings.push_back(std::move(finding));
  }
  return findings;
}

// Whether trying again ends as before: what the inputs or the circuit decide.
bool IsDeterministic(const Cause& cause) {
  switch (cause.kind) {
    case CauseKind::kConstraint:
    case CauseKind::kProofFailed:
    case CauseKind::kWitnessFailed:
      return true;
    default:
      return false;
  }
}

// The job's failures, also those of lives before it was enqueued again.
std::vector<Cause> DeterministicFailures(const Job& job) {
  const auto of_kind = [&](FactKind kind) {
    std::vector<Cause> causes;
    for (const Fact& fact : job.facts) {
      if (fact.kind != kind || fact.detail.empty()) continue;
      Cause cause;
      cause.kind = KindOfError(fact.detail);
      cause.at = fact.at;
      cause.words = fact.detail;
      if (IsDeterministic(cause)) causes.push_back(std::move(cause));
    }
    return causes;
  };
  auto by_agents = of_kind(FactKind::kAgentFailed);
  auto by_broker = of_kind(FactKind::kFailed);
  return by_agents.size() >= by_broker.size() ? by_agents : by_broker;
}

std::vector<Finding> FindFailsAgain(const ProverView& view, const ThresholdReader& thresholds) {
  std::vector<Finding> findings;
  for (const EpochView& epoch : view.epochs) {
    if (IsWell(epoch.outcome)) continue;
    // By type and cause.
    std::map<std::pair<std::string, CauseKind>, std::pair<int, std::string>> found;
    for (const Job& job : epoch.jobs) {
      std::map<CauseKind, std::vector<Cause>> by_kind;
      if (job.state == JobState::kCompleted) continue;
      for (Cause& cause : DeterministicFailures(job)) by_kind[cause.kind].push_back(cause);
      for (const auto& [kind, causes] : by_kind) {
        Labels labels = LabelsOf(epoch.epoch);
        labels["type"] = job.id.type;
        labels["cause"] = std::string(EntryOf(kind).name);
        if (static_cast<double>(causes.size()) < thresholds.Get("failures", labels)) continue;
        auto& [jobs, detail] = found[{job.id.type, kind}];
        if (++jobs > 3) continue;
        absl::StrAppend(&detail, job.id.ToString(), ": failed ", causes.size(), " times, at ",
                        InstantText(causes.back().at), " of ", CauseText(causes.back()), "\n");
      }
    }
    for (auto& [key, told] : found) {
      const auto& [type, kind] = key;
      Finding finding{"job_fails_again", Severity::kCritical, LabelsOf(epoch.epoch),
                      epoch.last_at.value_or(view.complete_until)};
      for (const Job& job : epoch.jobs) {
        if (job.id.type != type) continue;
        const auto causes = DeterministicFailures(job);
        if (causes.size() > 1) finding.since = std::min(finding.since, causes[1].at);
      }
      finding.labels["type"] = type;
      finding.labels["cause"] = std::string(EntryOf(kind).name);
      finding.summary = absl::StrCat(InEpoch(epoch.epoch), CountText(told.first, type + " job"),
                                     " failed again of the same error (", EntryOf(kind).name,
                                     "): trying again will not help.", FateOf(epoch));
      finding.detail = std::move(told.second);
      finding.next_step = std::string(EntryOf(kind).remedy);
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

std::vector<Finding> FindNeverAgain(const ProverView& view, const ThresholdReader& /*thresholds*/) {
  std::vector<Finding> findings;
  for (const EpochView& epoch : view.epochs) {
    if (IsWell(epoch.outcome)) continue;
    Aged jobs;
    UnixMillis since = view.now;
    for (const Job& job : epoch.jobs) {
      if (!job.never_again) continue;
      const UnixMillis at = job.ended_at.value_or(job.first_at.value_or(view.now));
      since = std::min(since, at);
      jobs.emplace_back(std::max<Millis>(0, view.complete_until - at), &job);
    }
    if (jobs.empty()) continue;
    Finding finding{"job_never_again", Severity::kCritical, LabelsOf(epoch.epoch), since};
    finding.summary = absl::StrCat(
        InEpoch(epoch.epoch), CountText(static_cast<int64_t>(jobs.size()), "job"),
        " will never be proven: cancelled, asked for again, and the broker answered from its cache "
        "that it was aborted.",
        FateOf(epoch));
    finding.detail = WorstJobs(std::move(jobs));
    finding.next_step = std::string(EntryOf(CauseKind::kNeverAgain).remedy);
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> FindStale(const ProverView& view, const ThresholdReader& /*thresholds*/) {
  struct Refused {
    std::set<std::string> jobs;
    UnixMillis since = 0;
    std::string machine;
  };
  std::map<int32_t, Refused> by_epoch;
  for (const Event& event : view.events) {
    if (event.kind != "broker.refused") continue;
    const auto field = event.fields.find("job");
    const auto job = field == event.fields.end() ? std::nullopt : ParseJobId(field->second);
    if (!job) continue;
    Refused& refused = by_epoch[job->epoch];
    if (refused.jobs.empty()) refused.since = event.at;
    refused.jobs.insert(field->second);
    refused.machine = event.origin.machine;
  }
  std::vector<Finding> findings;
  for (const auto& [epoch, refused] : by_epoch) {
    const bool is_well = absl::c_any_of(view.epochs, [&epoch = epoch](const EpochView& known) {
      return known.epoch == epoch && IsWell(known.outcome);
    });
    if (is_well) continue;
    Finding finding{"stale_enqueue", Severity::kCritical, LabelsOf(epoch), refused.since};
    finding.summary =
        absl::StrCat(InEpoch(epoch), "the broker on ", refused.machine, " refused ",
                     CountText(static_cast<int64_t>(refused.jobs.size()), "job"),
                     " as stale: the prover node still proves an epoch that the broker gave up.");
    int told = 0;
    for (const std::string& job : refused.jobs) {
      if (++told <= 3) absl::StrAppend(&finding.detail, job, "\n");
    }
    finding.next_step =
        "The epoch cannot be proven any more. Raise PROVER_BROKER_MAX_EPOCHS_TO_KEEP_RESULTS_FOR "
        "where epochs overlap, and see why this one was so late (`proverlog why`).";
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace

std::vector<Rule> JobRules() {
  return {
      {"job_fails_again",
       "A job failed again of an error that its inputs or its circuit decide.",
       "It will never be proven, nor will its epoch.",
       {{"failures", 2, "", "So many such failures of one job."}},
       absl::ZeroDuration(),
       "critical",
       {"cause", "epoch", "type"},
       {"job_failed", "epoch_failed", "epoch_given_up", "epoch_at_risk"},
       FindFailsAgain},
      {"job_failed",
       "Jobs of an epoch failed for good.",
       "One failed job takes its epoch along.",
       {},
       absl::ZeroDuration(),
       "critical",
       {"cause", "epoch"},
       {"epoch_failed", "epoch_given_up", "epoch_at_risk"},
       FindFailedJobs},
      {"job_never_again",
       "A job was aborted, asked for again, and answered from the broker's cache (up to 4.1.2).",
       "It will never be proven, nor will its epoch.",
       {},
       absl::ZeroDuration(),
       "critical",
       {"epoch"},
       {"epoch_failed", "epoch_given_up", "epoch_at_risk"},
       FindNeverAgain},
      {"stale_enqueue",
       "The broker refuses jobs of an epoch that it gave up.",
       "The prover node works at an epoch that cannot be proven any more.",
       {},
       absl::ZeroDuration(),
       "critical",
       {"epoch"},
       {"epoch_failed", "epoch_given_up", "epoch_at_risk"},
       FindStale},
  };
}

}  // namespace proverlog
