#include "alerts/retry_rules.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "alerts/rule_text.h"
#include "alerts/view_reading.h"

namespace proverlog {
namespace {

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
  int32_t recent = 0;                       // of `failures`: within `window`
  int32_t lately = 0;                       // of `unexplained`: the same
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
      "Epoch ", first.epoch->epoch, ": ",
      CountText(static_cast<int64_t>(retries.failures.size()), "attempt"),
      first.cause.ran_in ? absl::StrCat(" in ", ProcessText(*first.cause.ran_in)) : std::string(),
      " had to be repeated (", causes, "), ", retries.recent, " within ",
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
  finding.detail += FailedJobsText(retries.failures, view.complete_until);
  finding.next_step = std::string(EntryOf(last.cause.kind).remedy);
  return finding;
}

std::vector<Finding> FindRetries(const ProverView& view, const ThresholdReader& thresholds) {
  const std::vector<Failure> failures = FailuresIn(view);
  FirstRestarts restarts(view);
  std::map<Labels, Retries> by_process;
  for (const Failure& failure : failures) {
    if (failure.for_good || failure.epoch->over) continue;
    Labels labels = {{"epoch", absl::StrCat(failure.epoch->epoch)}};
    if (failure.cause.ran_in) {
      labels["machine"] = failure.cause.ran_in->machine;
      labels["process"] = failure.cause.ran_in->process;
    }
    Retries& retries = by_process[labels];
    retries.failures.push_back(&failure);
    const bool explained = restarts.Explain(failure);
    const Millis window = ReadMillis(thresholds, "window", labels);
    const int32_t recent = failure.cause.at > view.complete_until - window ? 1 : 0;
    retries.recent += recent;
    if (!explained) {
      retries.unexplained.push_back(&failure);
      retries.lately += recent;
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

std::vector<Rule> RetryRules() {
  return {
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
