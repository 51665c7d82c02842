#include "alerts/job_rules.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <tuple>
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

// The jobs of some failures, each once, with how long ago it failed.
std::string JobsOf(const std::vector<const Failure*>& failures, UnixMillis until) {
  std::string text;
  std::set<JobId> told;
  for (const Failure* failure : failures) {
    if (!told.insert(failure->job->id).second || told.size() > 3) continue;
    absl::StrAppend(&text, failure->job->id.ToString(), ": attempt ", failure->cause.attempts,
                    failure->cause.ran_in
                        ? absl::StrCat(", in ", ProcessText(*failure->cause.ran_in))
                        : std::string(),
                    ", ", LengthText(std::max<Millis>(0, until - failure->cause.at)), " ago\n");
  }
  if (told.size() > 3) absl::StrAppend(&text, "and ", told.size() - 3, " more\n");
  return text;
}

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
    finding.detail = JobsOf(of_cause, view.complete_until);
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

// How many times the broker says that it tried the job again, as it counts itself: up to 4.1.2
// time-outs cost no retry.
int32_t CountedRetries(const Job& job) {
  int32_t counted = 0;
  int32_t printed = 0;
  for (const Fact& fact : job.facts) {
    const bool counts =
        fact.kind == FactKind::kRetried || (fact.kind == FactKind::kTimedOut && fact.attempt > 0);
    if (!counts || fact.will_retry == false) continue;
    ++counted;
    printed = std::max(printed, fact.attempt);
  }
  return std::max(counted, printed);
}

// The start-up that explains the failure, if one does: of its agent, or of a broker, which heard
// nothing of it meanwhile; where no log shows who ran the job, of any agent. It is a little before
// the failure or a little after it: the nearest one.
const Event* RestartOf(const Failure& failure, const ProverView& view) {
  constexpr Millis kAround = 120'000;
  const Cause& cause = failure.cause;
  const bool is_lost = cause.kind == CauseKind::kAgentLost || cause.kind == CauseKind::kTimedOut ||
                       cause.kind == CauseKind::kStopped;
  if (!is_lost) return nullptr;
  const Event* nearest = nullptr;
  Millis distance = kAround;
  for (const Event& event : view.events) {
    const bool is_its_agents = event.kind == "bb.configured" &&
                               (!cause.ran_in || event.origin.machine == cause.ran_in->machine);
    const Millis away = std::abs(event.at - cause.at);
    if ((!is_its_agents && event.kind != "broker.started") || away > distance) continue;
    if (nearest != nullptr && away == distance) continue;
    nearest = &event;
    distance = away;
  }
  return nearest;
}

// What one agent process of an epoch had to have tried again.
struct Retries {
  std::vector<const Failure*> failures;
  std::vector<const Failure*> unexplained;  // not of the first restart
  int32_t lately = 0;                       // of these: within `window`
  bool root = false;                        // a root rollup is among them
  const Job* last_retry = nullptr;          // it has no retry left
};

// The first restart of each program within an epoch: one that is restarted again and again crashes.
class FirstRestarts {
 public:
  explicit FirstRestarts(const ProverView& view) : view_(view) {}

  // Whether it explains the failure. They come by instant.
  bool Explain(const Failure& failure) {
    const Event* const restart = RestartOf(failure, view_);
    if (restart == nullptr) return false;
    const Program program = {failure.epoch->epoch, restart->kind, restart->origin.stream_id};
    return first_.emplace(program, restart).first->second == restart;
  }

 private:
  using Program = std::tuple<int32_t, std::string, int64_t>;  // epoch, kind of start, log
  const ProverView& view_;
  std::map<Program, const Event*> first_;
};

// How many jobs the epoch has, as far as can be told: it begins with few, and in the end has about
// as many as earlier ones.
size_t JobsIn(const EpochView& epoch, const ProverView& view) {
  std::vector<int32_t> earlier;
  for (const auto& figures : view.earlier) earlier.push_back(figures->summary.totals.jobs);
  if (earlier.empty()) return epoch.jobs.size();
  const auto median = earlier.begin() + static_cast<std::ptrdiff_t>(earlier.size() / 2);
  std::nth_element(earlier.begin(), median, earlier.end());
  return std::max(epoch.jobs.size(), static_cast<size_t>(*median));
}

Severity SeverityOf(const Retries& retries, size_t jobs, const ThresholdReader& thresholds,
                    const Labels& labels) {
  if (retries.root || retries.last_retry != nullptr) return Severity::kCritical;
  if (retries.lately >= thresholds.Get("failures", labels)) return Severity::kWarning;
  const double share = 100.0 * static_cast<double>(retries.unexplained.size()) /
                       static_cast<double>(std::max<size_t>(1, jobs));
  const bool several = retries.unexplained.size() > 1;
  return several && share >= thresholds.Get("share_of_jobs", labels) ? Severity::kWarning
                                                                     : Severity::kInfo;
}

Finding RetriesFinding(const ProverView& view, const Labels& labels, const Retries& retries,
                       const ThresholdReader& thresholds) {
  const Failure& first = *retries.failures.front();
  const Failure& last = *retries.failures.back();
  const size_t jobs = first.epoch->jobs.size();
  Finding finding{"job_retries",
                  SeverityOf(retries, JobsIn(*first.epoch, view), thresholds, labels), labels,
                  first.cause.at};
  std::map<CauseKind, int> kinds;
  for (const Failure* failure : retries.failures) ++kinds[failure->cause.kind];
  std::string causes;
  for (const auto& [kind, count] : kinds) {
    absl::StrAppend(&causes, causes.empty() ? "" : ", ", count, " ", EntryOf(kind).name);
  }
  finding.summary = absl::StrCat(
      InEpoch(first.epoch->epoch),
      CountText(static_cast<int64_t>(retries.failures.size()), "attempt"),
      first.cause.ran_in ? absl::StrCat(" in ", ProcessText(*first.cause.ran_in)) : std::string(),
      " had to be repeated (", causes, "), ", retries.lately, " within ",
      LengthText(ReadMillis(thresholds, "window", labels)), ", of ",
      CountText(static_cast<int64_t>(jobs), "job"), ".");
  if (retries.root) absl::StrAppend(&finding.summary, " The root rollup is among them.");
  if (retries.last_retry != nullptr) {
    absl::StrAppend(&finding.summary, " A ", retries.last_retry->id.type,
                    " is on its last try (attempt ", retries.last_retry->attempt_count, ").");
  }
  const size_t restarts = retries.failures.size() - retries.unexplained.size();
  if (restarts > 0) {
    absl::StrAppend(&finding.detail, restarts,
                    " of them as the agent or the broker was restarted\n");
  }
  finding.detail += JobsOf(retries.failures, view.complete_until);
  finding.next_step = std::string(EntryOf(last.cause.kind).remedy);
  return finding;
}

std::vector<Finding> FindRetries(const ProverView& view, const ThresholdReader& thresholds) {
  const std::vector<Failure> failures = FailuresIn(view);
  FirstRestarts restarts(view);
  std::map<Labels, Retries> by_process;
  for (const Failure& failure : failures) {
    if (failure.for_good || failure.epoch->over) continue;
    Labels labels = LabelsOf(failure.epoch->epoch);
    if (failure.cause.ran_in) {
      labels["machine"] = failure.cause.ran_in->machine;
      labels["process"] = failure.cause.ran_in->process;
    }
    Retries& retries = by_process[labels];
    retries.failures.push_back(&failure);
    const bool explained = restarts.Explain(failure);
    if (!explained) {
      retries.unexplained.push_back(&failure);
      const Millis window = ReadMillis(thresholds, "window", labels);
      retries.lately += failure.cause.at > view.complete_until - window ? 1 : 0;
    }
    // What these cost is the same, whoever is to blame.
    if (!IsInFlight(failure.job->state)) continue;
    const bool again = failure.job->retries + failure.job->timeouts > 1;
    retries.root = retries.root || (failure.job->id.type == kRootRollup && (!explained || again));
    if (CountedRetries(*failure.job) >= thresholds.Get("max_retries", labels)) {
      retries.last_retry = failure.job;
    }
  }
  std::vector<Finding> findings;
  for (const auto& [labels, retries] : by_process) {
    findings.push_back(RetriesFinding(view, labels, retries, thresholds));
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
      {"job_retries",
       "Attempts of an agent process failed or timed out, and were tried again.",
       "Each costs its time again, and a job has few retries.",
       {{"failures", 3, "", "From so many within the window on it is a warning."},
        {"window", 600, "s", "The window."},
        {"share_of_jobs", 2, "%",
         "From this share of the epoch's jobs on, and at least two, it is a warning; of an epoch "
         "that begins, of as many as earlier ones had."},
        {"max_retries", 3, "",
         "PROVER_BROKER_JOB_MAX_RETRIES: a job that was tried again so often has no retry left."}},
       absl::ZeroDuration(),
       "info; warning from the thresholds on; critical for a root rollup and on a job's last try. "
       "What an agent's or a broker's first restart in the epoch cost does not count, but for a "
       "root rollup's second loss and a last try",
       {"epoch", "machine", "process"},
       {},
       FindRetries},
  };
}

}  // namespace proverlog
