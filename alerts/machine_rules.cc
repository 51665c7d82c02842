#include "alerts/machine_rules.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "alerts/agent_presence.h"
#include "alerts/rule_text.h"
#include "alerts/view_reading.h"
#include "analysis/clock_skew.h"
#include "analysis/median_contrast.h"

namespace proverlog {
namespace {

constexpr int32_t kFewestPairs = 3;

Finding FindingOf(absl::string_view rule, Severity severity, const std::string& machine,
                  UnixMillis since) {
  return {std::string(rule), severity, {{"machine", machine}}, since};
}

// The logs of a machine that go on.
struct MachineLogs {
  std::vector<const LogView*> logs;
  UnixMillis heard_at = 0;  // of any of them
  bool brokers = false;
};

std::map<std::string, MachineLogs> LogsByMachine(const ProverView& view) {
  std::map<std::string, MachineLogs> machines;
  for (const LogView& log : view.logs) {
    if (log.ended) continue;
    MachineLogs& machine = machines[log.machine];
    machine.logs.push_back(&log);
    machine.heard_at = std::max(machine.heard_at,
                                std::max(log.seen_at, log.received_at).value_or(machine.heard_at));
    machine.brokers = machine.brokers || IsBrokers(log);
  }
  return machines;
}

std::vector<Finding> FindSilentMachines(const ProverView& view, const ThresholdReader& thresholds) {
  if (OpenEpochs(view).empty()) return {};
  std::vector<Finding> findings;
  for (const auto& [name, machine] : LogsByMachine(view)) {
    const Millis silent = view.now - machine.heard_at;
    const Millis limit = ReadMillis(thresholds, "silent", {{"machine", name}});
    if (machine.heard_at == 0 || silent <= limit) continue;
    Finding finding =
        FindingOf("machine_silent", machine.brokers ? Severity::kCritical : Severity::kWarning,
                  name, machine.heard_at);
    // Nobody was heard while the service was away: its silence begins when that is over.
    finding.starts = view.now - view.listens_since > limit;
    finding.summary = absl::StrCat(
        name, " has not been heard of for ", LengthText(silent),
        " while an epoch goes on: ", CountText(static_cast<int64_t>(machine.logs.size()), "log"),
        machine.logs.size() == 1 ? " stands" : " stand", " still",
        machine.brokers ? ", the broker's among them." : ".");
    for (const LogView* log : machine.logs) {
      absl::StrAppend(&finding.detail, log->source, ": last record ",
                      log->last_at ? InstantText(*log->last_at) : std::string("none"), "\n");
    }
    finding.next_step =
        "See whether the machine and `proverlog ship` on it run and reach this service. What "
        "happened there meanwhile is not known until they do.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

// The last completion that an agent tells of.
std::optional<UnixMillis> LastByAgents(const ProverView& view) {
  std::optional<UnixMillis> last;
  for (const EpochView* epoch : OpenEpochs(view)) {
    for (const Job& job : epoch->jobs) {
      for (const Attempt& attempt : job.attempts) {
        if (attempt.ended_by == FactKind::kAgentCompleted) last = std::max(last, attempt.ended_at);
      }
    }
  }
  return last;
}

std::vector<Finding> FindSilentBroker(const ProverView& view, const ThresholdReader& thresholds) {
  const auto by_agents = LastByAgents(view);
  if (!by_agents) return {};
  // One of a broker's logs is behind the other, where it was rotated.
  const LogView* broker = nullptr;
  for (const LogView& log : view.logs) {
    const bool is_it = IsBrokers(log) && IsHeard(log, view.now) && log.last_at &&
                       log.unread_bytes == 0 && log.counts.records > 0;
    if (is_it && (broker == nullptr || *log.last_at > *broker->last_at)) broker = &log;
  }
  if (broker == nullptr) return {};
  const Labels labels = {{"machine", broker->machine}, {"source", broker->source}};
  const Millis rhythm =
      (*broker->last_at - broker->first_at.value_or(*broker->last_at)) / broker->counts.records;
  const Millis silent = view.complete_until - *broker->last_at;
  const Millis limit = std::max(
      ReadMillis(thresholds, "silent", labels),
      static_cast<Millis>(thresholds.Get("times_rhythm", labels) * static_cast<double>(rhythm)));
  // A completed job is a line of the broker's, at once.
  if (silent <= limit || *by_agents <= *broker->last_at + kHeardWithin) return {};
  Finding finding{"broker_silent", Severity::kCritical, labels, *broker->last_at};
  finding.summary = absl::StrCat("The broker's log on ", broker->machine, " has had no line for ",
                                 LengthText(silent), " (usually one every ", LengthText(rhythm),
                                 "), while agents completed jobs.");
  finding.next_step =
      "See whether the broker hangs or writes to another log; where it hangs, restart it: it "
      "restores its jobs from its database.";
  return {finding};
}

// The machine's processes that are idle while others work.
std::vector<const AgentPresence*> IdleOn(const std::string& machine, const AgentsWithin& all) {
  std::vector<const AgentPresence*> idle;
  for (const AgentPresence& agent : all.agents) {
    const bool others_work = absl::c_any_of(
        agent.types, [&](const std::string& type) { return all.nobody_takes.count(type) == 0; });
    if (agent.machine == machine && agent.IsIdle() && others_work) idle.push_back(&agent);
  }
  return idle;
}

std::vector<Finding> FindIdle(const ProverView& view, const ThresholdReader& thresholds) {
  if (!IsBrokerHeard(view)) return {};
  PresenceOverTimes presence(view);
  // Who is there does not depend on the time.
  std::set<std::string> machines;
  for (const AgentPresence& agent : presence.Within(ReadMillis(thresholds, "idle")).agents) {
    machines.insert(agent.machine);
  }
  std::vector<Finding> findings;
  for (const std::string& machine : machines) {
    const Millis idle = ReadMillis(thresholds, "idle", {{"machine", machine}});
    const auto processes = IdleOn(machine, presence.Within(idle));
    if (processes.empty()) continue;
    int32_t free = 0;
    int32_t all = 0;
    int32_t waiting = 0;
    UnixMillis since = view.now;
    std::string detail;
    for (const AgentPresence* process : processes) {
      free += process->agents - process->busiest;
      all += process->agents;
      waiting = std::max(waiting, process->waiting);
      since = std::min(since, process->last_at);
      absl::StrAppend(&detail, process->process, ": at most ", process->busiest, " of ",
                      process->agents, " busy, last at ", InstantText(process->last_at), "\n");
    }
    Finding finding = FindingOf("machine_idle", Severity::kWarning, machine, since);
    finding.summary =
        absl::StrCat(free, " of ", all, " agents on ", machine, " did nothing for ",
                     LengthText(idle), " while ", CountText(waiting, "job"),
                     " that they could take ", waiting == 1 ? "was" : "were", " queued.");
    finding.detail = std::move(detail);
    finding.next_step =
        "See in the agent's log whether it reaches the broker, and whether its process still has "
        "all agents; other machines take jobs meanwhile.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> FindOutOfMemory(const ProverView& view, const ThresholdReader& thresholds) {
  const std::vector<Failure> failures = FailuresIn(view);
  std::map<std::string, std::vector<const Failure*>> by_machine;
  for (const Failure& failure : failures) {
    const bool is_it =
        failure.cause.kind == CauseKind::kOutOfMemory || failure.cause.kind == CauseKind::kKilled;
    if (!is_it || !failure.cause.ran_in) continue;
    by_machine[failure.cause.ran_in->machine].push_back(&failure);
  }
  std::vector<Finding> findings;
  for (auto& [machine, found] : by_machine) {
    const Labels labels = {{"machine", machine}};
    const UnixMillis begin =
        WindowBegin(view, found.back()->cause.at, ReadMillis(thresholds, "window", labels));
    found.erase(found.begin(), absl::c_find_if(found, [begin](const Failure* failure) {
                  return failure->cause.at > begin;
                }));
    if (found.empty() || static_cast<double>(found.size()) < thresholds.Get("times", labels)) {
      continue;
    }
    const Failure& last = *found.back();
    Finding finding =
        FindingOf("machine_out_of_memory", Severity::kWarning, machine, found.front()->cause.at);
    finding.summary = absl::StrCat(machine, " ran out of memory ", found.size(), " times within ",
                                   LengthText(last.cause.at - found.front()->cause.at),
                                   ", the last time at a ", last.job->id.type, " of epoch ",
                                   last.epoch->epoch, " (", CauseText(last.cause), ").");
    for (const Failure* failure : found) {
      absl::StrAppend(&finding.detail, InstantText(failure->cause.at), " ",
                      failure->job->id.ToString(), " in ", ProcessText(*failure->cause.ran_in),
                      "\n");
      if (failure == found[std::min<size_t>(9, found.size() - 1)]) break;
    }
    finding.next_step =
        "Run fewer agents on it (PROVER_AGENT_COUNT), or give it more memory; dmesg (\"Killed "
        "process\") or the container's state (OOMKilled) says whether that was it.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> FindSkew(const ProverView& view, const ThresholdReader& thresholds) {
  std::map<std::string, Finding> by_machine;
  for (const EpochView* epoch : OpenEpochs(view)) {
    for (const auto& [machines, offset] : EstimateClockOffsets(epoch->jobs)) {
      const auto& [broker, agent] = machines;
      const Millis limit = ReadMillis(thresholds, "skew", {{"machine", agent}});
      const bool ahead = offset.at_least && *offset.at_least > limit;
      const bool behind = offset.at_most && *offset.at_most < -limit;
      if (offset.pairs < kFewestPairs || (!ahead && !behind)) continue;
      Finding finding = FindingOf("clock_skew", Severity::kWarning, agent,
                                  epoch->begin.value_or(view.complete_until));
      finding.summary = absl::StrCat("The clock of ", agent, " is at least ",
                                     LengthText(ahead ? *offset.at_least : -*offset.at_most),
                                     ahead ? " ahead of" : " behind", " that of ", broker, ", as ",
                                     CountText(offset.pairs, "pair"), " of lines of epoch ",
                                     epoch->epoch, " tell.");
      finding.next_step =
          "Synchronize the clocks (chrony, systemd-timesyncd); a whole number of hours is a time "
          "zone: logs without dates are read in the zone that their shipper names.";
      by_machine.insert_or_assign(agent, std::move(finding));
    }
  }
  std::vector<Finding> findings;
  for (auto& [machine, finding] : by_machine) findings.push_back(std::move(finding));
  return findings;
}

const SubjectOnType* FindType(const EpochFigures& figures, const std::string& machine,
                              const std::string& type) {
  const auto of_machine = figures.machines.find(machine);
  if (of_machine == figures.machines.end()) return nullptr;
  const auto found = absl::c_find_if(of_machine->second.job_types,
                                     [&](const SubjectOnType& row) { return row.type == type; });
  return found == of_machine->second.job_types.end() || !found->median ? nullptr : &*found;
}

// How the type is against each earlier epoch in which the machine ran it; nothing where it is not
// surely slower than in all of them, or these are too few.
struct Slower {
  double ratio = 0;   // the least
  double median = 0;  // now, in milliseconds
  int epochs = 0;
};

std::optional<Slower> SlowerThanBefore(const ProverView& view, const std::string& machine,
                                       const SubjectOnType& now,
                                       const ThresholdReader& thresholds) {
  const Labels about = {{"machine", machine}, {"type", now.type}};
  const double margin = thresholds.Get("slower_by", about) / 100;
  Slower slower{0, now.median->median, 0};
  for (const auto& figures : view.earlier) {
    const SubjectOnType* before = FindType(*figures, machine, now.type);
    if (before == nullptr) continue;
    const MedianContrast contrast = Contrast(*before->median, *now.median, margin);
    const bool is_slower = contrast.verdict == Verdict::kSlower && contrast.ratio_interval &&
                           contrast.ratio_interval->low > 1 + margin;
    if (!is_slower) return std::nullopt;
    slower.ratio = slower.epochs == 0 ? *contrast.ratio : std::min(slower.ratio, *contrast.ratio);
    ++slower.epochs;
  }
  if (slower.epochs < thresholds.Get("epochs", about)) return std::nullopt;
  return slower;
}

std::vector<Finding> FindSlow(const ProverView& view, const ThresholdReader& thresholds) {
  const auto latest = std::find_if(view.epochs.rbegin(), view.epochs.rend(),
                                   [](const EpochView& epoch) { return epoch.figures != nullptr; });
  if (latest == view.epochs.rend()) return {};
  std::vector<Finding> findings;
  for (const auto& [machine, figures] : latest->figures->machines) {
    std::string detail;
    std::optional<Slower> worst;
    std::string worst_type;
    for (const SubjectOnType& type : figures.job_types) {
      if (!type.median) continue;
      const auto slower = SlowerThanBefore(view, machine, type, thresholds);
      if (!slower) continue;
      absl::StrAppendFormat(&detail, "%s: %.1f times as long, median %s\n", type.type,
                            slower->ratio, LengthText(static_cast<Millis>(slower->median)));
      if (worst && worst->ratio >= slower->ratio) continue;
      worst = slower;
      worst_type = type.type;
    }
    if (!worst) continue;
    Finding finding = FindingOf("machine_slow", Severity::kWarning, machine,
                                latest->begin.value_or(view.complete_until));
    finding.summary = absl::StrFormat(
        "In epoch %d, %s jobs on %s took %.1f times as long as in each of %d earlier epochs "
        "(median %s).",
        latest->epoch, worst_type, machine, worst->ratio, worst->epochs,
        LengthText(static_cast<Millis>(worst->median)));
    finding.detail = std::move(detail);
    finding.next_step =
        "See what else runs there: duplicate agents, other load, less clock (heat), swapping; "
        "`proverlog machine` and `proverlog compare` show since when.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace

std::vector<Rule> MachineRules() {
  return {
      {"machine_silent",
       "No log of a machine is heard of while an epoch goes on.",
       "The machine or its shipper is gone; what it works at is not known.",
       {{"silent", 120, "s", "For how long nothing is heard of its senders."}},
       absl::ZeroDuration(),
       "warning; critical where the broker is on it",
       {"machine"},
       {"job_running_long", "machine_idle", "job_retries", "clock_skew", "ingest_lag",
        "broker_silent", "startup_slow"},
       FindSilentMachines,
       /*live_only=*/true},
      {"broker_silent",
       "The broker's log has no line for much longer than usual while agents complete jobs.",
       "The broker hangs: no job is given out any more.",
       {{"silent", 300, "s", "For how long at least."},
        {"times_rhythm", 30, "", "And so many times the usual time between its lines."}},
       absl::ZeroDuration(),
       "critical",
       {"machine", "source"},
       {},
       FindSilentBroker,
       /*live_only=*/true},
      {"machine_idle",
       "A machine has agents free while jobs are queued that they could take, and others work.",
       "The epoch takes longer than it need.",
       {{"idle", 60, "s", "For how long."}},
       absl::Minutes(1),
       "warning",
       {"machine"},
       {},
       FindIdle},
      {"machine_out_of_memory",
       "Proving processes on a machine were killed or got no memory.",
       "Each time all work of the job is lost; the machine runs more agents than it can hold.",
       {{"times", 2, "", "From so many times on."}, {"window", 3600, "s", "Within this time."}},
       absl::ZeroDuration(),
       "warning",
       {"machine"},
       {"job_retries"},
       FindOutOfMemory},
      {"clock_skew",
       "A machine's clock is surely off that of the broker.",
       "Waits and turnarounds are measured wrongly, and orders of events are.",
       {{"skew", 2, "s", "By more than this."}},
       absl::Minutes(5),
       "warning",
       {"machine"},
       {},
       FindSkew},
      {"machine_slow",
       "Jobs of a type took surely longer on a machine than in each of its recent epochs.",
       "A slow machine makes each epoch longer.",
       {{"slower_by", 25, "%", "By more than this, with 95 % confidence."},
        {"epochs", 3, "", "Against at least so many earlier epochs."}},
       absl::ZeroDuration(),
       "warning",
       {"machine"},
       {},
       FindSlow,
       /*live_only=*/false,
       /*threshold_labels=*/{"type"}},
  };
}

}  // namespace proverlog
