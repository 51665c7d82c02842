#include "alerts/stuck_rules.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "alerts/agent_presence.h"
#include "alerts/rule_text.h"
#include "alerts/view_reading.h"
#include "analysis/job_timeline.h"

namespace proverlog {
namespace {

Labels OfEpoch(int32_t epoch) { return {{"epoch", absl::StrCat(epoch)}}; }

Labels OnMachine(int32_t epoch, const std::string& machine) {
  return {{"epoch", absl::StrCat(epoch)}, {"machine", machine}};
}

Labels OfType(int32_t epoch, const std::string& type) {
  return {{"epoch", absl::StrCat(epoch)}, {"type", type}};
}

// Jobs that are found to be stuck, as one finding.
struct Stuck {
  Aged jobs;
  std::map<std::string, std::string> against;  // by type: what its limit is
  UnixMillis since = kLastInstant;             // when the first went beyond its limit

  void Add(const Job& job, UnixMillis from, const Limit& limit, UnixMillis until) {
    jobs.emplace_back(until - from, &job);
    against[job.id.type] =
        absl::StrCat("more than ", LengthText(limit.length), ", against ", limit.against);
    since = std::min(since, from + limit.length);
  }
  Millis Longest() const {
    Millis longest = 0;
    for (const auto& [length, job] : jobs) longest = std::max(longest, length);
    return longest;
  }
  std::string Count() const {
    const std::string noun = against.size() == 1 ? against.begin()->first + " job" : "job";
    return CountText(static_cast<int64_t>(jobs.size()), noun);
  }
  std::string Detail() const {
    std::string text = WorstJobs(jobs);
    for (const auto& [type, limit] : against) absl::StrAppend(&text, type, ": ", limit, "\n");
    return text;
  }
};

// The limits of what jobs are, each looked up once.
class Limits {
 public:
  Limits(const ProverView& view, StatsOf stats, const ThresholdReader& thresholds)
      : view_(view), stats_(stats), thresholds_(thresholds) {}

  // The limit of the job's type for what the finding is about, where what it has been since then is
  // longer; else null.
  const Limit* Beyond(const Job& job, UnixMillis since, Labels about) {
    about["type"] = job.id.type;
    const Limit& limit = Of(about);
    return view_.complete_until - since > limit.length ? &limit : nullptr;
  }

 private:
  const Limit& Of(const Labels& about) {
    const auto found = limits_.find(about);
    if (found != limits_.end()) return found->second;
    return limits_.emplace(about, LimitOf(view_, about.at("type"), stats_, thresholds_, about))
        .first->second;
  }

  const ProverView& view_;
  const StatsOf stats_;
  const ThresholdReader& thresholds_;
  std::map<Labels, Limit> limits_;
};

// The attempt that a running job runs in; null where no log shows it.
const Attempt* Running(const Job& job) {
  const Attempt* running = nullptr;
  for (const Attempt& attempt : job.attempts) {
    if (attempt.started_at && !attempt.ended_at) running = &attempt;
  }
  return running;
}

std::vector<Finding> FindRunning(const ProverView& view, const ThresholdReader& thresholds) {
  Limits limits(view, &JobTypeSummary::duration, thresholds);
  std::map<std::pair<int32_t, std::string>, Stuck> by_machine;
  for (const EpochView* epoch : OpenEpochs(view)) {
    for (const Job& job : epoch->jobs) {
      const Attempt* attempt = job.state == JobState::kRunning ? Running(job) : nullptr;
      if (attempt == nullptr) continue;
      const UnixMillis since = *attempt->started_at;
      const std::string& machine = attempt->origin.machine;
      if (const Limit* limit = limits.Beyond(job, since, OnMachine(epoch->epoch, machine))) {
        by_machine[{epoch->epoch, machine}].Add(job, since, *limit, view.complete_until);
      }
    }
  }
  std::vector<Finding> findings;
  for (const auto& [key, stuck] : by_machine) {
    const auto& [epoch, machine] = key;
    Finding finding{"job_running_long", Severity::kWarning, OnMachine(epoch, machine), stuck.since};
    const bool is_one = stuck.against.size() == 1;
    finding.summary = absl::StrCat(
        "Epoch ", epoch, ": ", stuck.Count(), " on ", machine, " ",
        stuck.jobs.size() == 1 ? "has" : "have", " been running for ",
        stuck.jobs.size() == 1 ? "" : "up to ", LengthText(stuck.Longest()),
        is_one ? absl::StrCat(", ", stuck.against.begin()->second) : std::string(), ".");
    finding.detail = stuck.Detail();
    finding.next_step =
        "Look whether the agent still works at it (`proverlog job ID`, bb's process and its load "
        "on "
        "the machine); where it hangs, restart the agent: the broker gives the job to another one.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

// Of a job in the broker's queue: since when.
std::optional<UnixMillis> QueuedSince(const Job& job) {
  if (job.state != JobState::kQueued || !job.was_enqueued) return std::nullopt;
  const std::vector<OpenSpan> queued = TimelineOf(job).queued;
  if (queued.empty() || queued.back().end) return std::nullopt;
  return queued.back().begin;
}

std::vector<Finding> FindQueued(const ProverView& view, const ThresholdReader& thresholds) {
  if (!IsBrokerHeard(view)) return {};
  PresenceOverTimes presence(view);
  const auto agents_of = [&](const Labels& labels) -> const AgentsWithin& {
    return presence.Within(ReadMillis(thresholds, "idle", labels));
  };
  Limits limits(view, &JobTypeSummary::queue_wait, thresholds);
  std::map<std::pair<int32_t, std::string>, Stuck> by_type;
  for (const EpochView* epoch : OpenEpochs(view)) {
    std::map<std::string, bool> idle;  // by type: whether nobody takes it
    for (const Job& job : epoch->jobs) {
      if (job.state != JobState::kQueued) continue;
      const std::string& type = job.id.type;
      const auto [found, is_new] = idle.try_emplace(type);
      if (is_new) {
        found->second = agents_of(OfType(epoch->epoch, type)).nobody_takes.count(type) > 0;
      }
      if (!found->second) continue;
      const auto since = QueuedSince(job);
      if (!since) continue;
      if (const Limit* limit = limits.Beyond(job, *since, OfEpoch(epoch->epoch))) {
        by_type[{epoch->epoch, job.id.type}].Add(job, *since, *limit, view.complete_until);
      }
    }
  }
  std::vector<Finding> findings;
  for (const auto& [key, stuck] : by_type) {
    const auto& [epoch, type] = key;
    const Labels labels = OfType(epoch, type);
    const auto processes = absl::c_count_if(
        agents_of(labels).agents,
        [&type = type](const AgentPresence& agent) { return agent.types.count(type) > 0; });
    Finding finding{"job_queued_long", Severity::kWarning, labels, stuck.since};
    finding.summary = absl::StrCat(
        "Epoch ", epoch, ": ", stuck.Count(), " waited in the queue for up to ",
        LengthText(stuck.Longest()), ", ", stuck.against.begin()->second, ", while ",
        processes == 1 ? std::string("the one agent process")
                       : absl::StrCat("all ", processes, " agent processes"),
        " that could take ", stuck.jobs.size() == 1 ? "it" : "them", " had agents free.");
    finding.detail = stuck.Detail();
    finding.next_step =
        "The agents are there and take no job: see whether they reach the broker "
        "(PROVER_BROKER_HOST), whether they may take the type (PROVER_AGENT_PROOF_TYPES), and what "
        "the broker logs.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

// The last instant at which a job of the epoch is known to have got on.
std::optional<UnixMillis> LastProgress(const EpochView& epoch) {
  std::optional<UnixMillis> last;
  for (const Job& job : epoch.jobs) {
    if (job.state == JobState::kCompleted) last = std::max(last, job.ended_at);
    last = std::max(last, job.started_at);
  }
  return last;
}

std::vector<Finding> FindOpen(const ProverView& view, const ThresholdReader& thresholds) {
  if (!IsBrokerHeard(view)) return {};
  Limits limits(view, &JobTypeSummary::turnaround, thresholds);
  std::vector<Finding> findings;
  for (const EpochView* epoch : OpenEpochs(view)) {
    if (KnowsAgents(*epoch)) continue;
    const Labels labels = OfEpoch(epoch->epoch);
    const Millis quiet = ReadMillis(thresholds, "quiet", labels);
    const auto last = LastProgress(*epoch);
    if (last && view.complete_until - *last <= quiet) continue;
    Stuck stuck;
    for (const Job& job : epoch->jobs) {
      const auto since = QueuedSince(job);
      if (!since) continue;
      if (const Limit* limit = limits.Beyond(job, *since, labels)) {
        stuck.Add(job, *since, *limit, view.complete_until);
      }
    }
    if (stuck.jobs.empty()) continue;
    Finding finding{"job_open_long", Severity::kWarning, labels, stuck.since};
    finding.summary = absl::StrCat(
        "Epoch ", epoch->epoch, ": ", stuck.Count(), " open for up to ",
        LengthText(stuck.Longest()), ", and none was completed ",
        last ? absl::StrCat("for ", LengthText(view.complete_until - *last)) : std::string("yet"),
        ". Only the broker's log tells of this epoch: whether they run cannot be seen.");
    finding.detail = stuck.Detail();
    finding.next_step =
        "See whether the agents run and reach the broker; ship their logs, too, so that what runs "
        "can be told from what waits.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

// When an attempt of any epoch was last known to start, and whether one runs.
struct Activity {
  std::optional<UnixMillis> last_start;
  bool running = false;
  bool known = false;  // agents' logs are
};

Activity ActivityOf(const ProverView& view) {
  Activity activity;
  for (const EpochView& epoch : view.epochs) {
    for (const Job& job : epoch.jobs) {
      activity.running = activity.running || job.state == JobState::kRunning;
      for (const Attempt& attempt : job.attempts) {
        activity.last_start = std::max(activity.last_start, attempt.started_at);
      }
    }
  }
  activity.known =
      activity.last_start.has_value() || absl::c_any_of(view.logs, IsAgents) ||
      absl::c_any_of(view.events,
                     [](const Event& event) { return event.kind == "bb.configured"; }) ||
      absl::c_any_of(view.earlier, [](const std::shared_ptr<const EpochFigures>& figures) {
        return !figures->summary.processes.empty();
      });
  return activity;
}

std::vector<Finding> FindNoneStarted(const ProverView& view, const ThresholdReader& thresholds) {
  const Activity activity = ActivityOf(view);
  if (!activity.known || activity.running || !IsBrokerHeard(view)) return {};
  std::vector<Finding> findings;
  for (const EpochView* epoch : OpenEpochs(view)) {
    std::optional<UnixMillis> first;
    int32_t queued = 0;
    for (const Job& job : epoch->jobs) {
      const auto since = QueuedSince(job);
      if (!since) continue;
      ++queued;
      first = std::min(*since, first.value_or(*since));
    }
    if (!first) continue;
    const UnixMillis since = std::max(*first, activity.last_start.value_or(*first));
    const Millis waits = view.complete_until - since;
    const Labels labels = OfEpoch(epoch->epoch);
    if (waits <= ReadMillis(thresholds, "wait", labels)) continue;
    Finding finding{"no_job_started", Severity::kCritical, labels, since};
    finding.summary = absl::StrCat(
        "Epoch ", epoch->epoch, ": ", CountText(queued, "job"), queued == 1 ? " is" : " are",
        " queued, and no agent started one for ", LengthText(waits), ".");
    finding.next_step =
        "See whether agents run at all, and on which host and port they look for the broker "
        "(PROVER_BROKER_HOST): their logs say `ECONNREFUSED` where it is wrong.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Threshold> LimitThresholds() {
  return {{"times_p99", 3, "", "So many times the type's longest p99 of the earlier epochs."},
          {"least", 60, "s", "The limit is no shorter, however short the type's jobs are."},
          {"floor", 300, "s", "The limit of leaves and merges of which too few are known."},
          {"floor_root", 900, "s", "The limit of checkpoints and roots of which too few are."}};
}

std::vector<Threshold> With(Threshold more) {
  std::vector<Threshold> thresholds = LimitThresholds();
  thresholds.push_back(more);
  return thresholds;
}

}  // namespace

std::vector<Rule> StuckRules() {
  return {
      {"no_job_started",
       "Jobs are queued, none runs, and no agent of the prover started one.",
       "Nothing is proven.",
       {{"wait", 120, "s", "For how long."}},
       absl::ZeroDuration(),
       "critical",
       {"epoch"},
       {"job_queued_long", "job_open_long", "epoch_at_risk"},
       FindNoneStarted},
      {"job_running_long",
       "Jobs of an epoch that goes on run much longer than usual.",
       "The epoch waits for the slowest job of each level.",
       LimitThresholds(),
       absl::Minutes(1),
       "warning",
       {"epoch", "machine"},
       {},
       FindRunning,
       /*live_only=*/false,
       /*threshold_labels=*/{"type"}},
      {"job_queued_long",
       "Jobs are queued much longer than usual, and all agent processes that could take them had "
       "agents free.",
       "The epoch waits though there is somebody to work at it.",
       With({"idle", 60, "s", "For how long the agents must have been free."}),
       absl::Minutes(1),
       "warning",
       {"epoch", "type"},
       {},
       FindQueued},
      {"job_open_long",
       "Jobs are open much longer than usual, no log but the broker's tells of them, and none was "
       "completed lately.",
       "The epoch may stand still.",
       With({"quiet", 300, "s", "For how long no job of the epoch was completed."}),
       absl::Minutes(1),
       "warning",
       {"epoch"},
       {},
       FindOpen,
       /*live_only=*/false,
       /*threshold_labels=*/{"type"}},
  };
}

}  // namespace proverlog
