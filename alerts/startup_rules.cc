#include "alerts/startup_rules.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "alerts/rule_text.h"
#include "alerts/view_reading.h"
#include "analysis/startup.h"
#include "model/time.h"

namespace proverlog {
namespace {

// A broker says what it restores just before or after it says that it runs.
constexpr Millis kRestoring = kMinute;

std::string FieldOf(const Event& event, const std::string& name) {
  const auto found = event.fields.find(name);
  return found == event.fields.end() ? std::string() : found->second;
}

// What a broker's start found of an epoch.
struct Found {
  int32_t restored = 0;
  int32_t open = 0;  // before it
  Aged lost;         // of these: neither restored nor asked for since, and still open
};

Found FindJobs(const EpochView& epoch, const Event& start, UnixMillis until) {
  Found found;
  for (const Job& job : epoch.jobs) {
    const bool restored = absl::c_any_of(job.facts, [&](const Fact& fact) {
      return fact.kind == FactKind::kRestored && fact.at >= start.at - kRestoring;
    });
    found.restored += restored ? 1 : 0;
    const bool was_open = job.first_at && *job.first_at < start.at - kRestoring / 60 &&
                          (!job.ended_at || *job.ended_at > start.at);
    found.open += was_open ? 1 : 0;
    const bool asked_for = job.asked_for_at && *job.asked_for_at >= start.at;
    if (was_open && !restored && !asked_for && IsInFlight(job.state)) {
      found.lost.emplace_back(until - *job.first_at, &job);
    }
  }
  return found;
}

// The last start of each machine's broker.
std::map<std::string, const Event*> BrokerStarts(const ProverView& view) {
  std::map<std::string, const Event*> starts;
  for (const Event& event : view.events) {
    if (event.kind == "broker.started") starts[event.origin.machine] = &event;
  }
  return starts;
}

std::vector<Finding> FindLostJobs(const ProverView& view, const ThresholdReader& /*thresholds*/) {
  std::vector<Finding> findings;
  for (const auto& [machine, start] : BrokerStarts(view)) {
    if (view.complete_until <= start->at + kRestoring) continue;
    for (const EpochView* epoch : OpenEpochs(view)) {
      Found found = FindJobs(*epoch, *start, view.complete_until);
      if (found.restored > 0 || found.lost.empty()) continue;
      Finding finding{"broker_lost_jobs",
                      Severity::kCritical,
                      {{"epoch", absl::StrCat(epoch->epoch)}},
                      start->at};
      finding.summary = absl::StrCat("Epoch ", epoch->epoch, ": the broker on ", machine,
                                     " restarted and restored nothing; ",
                                     CountText(static_cast<int64_t>(found.lost.size()), "open job"),
                                     found.lost.size() == 1 ? " is" : " are", " lost.");
      finding.detail = WorstJobs(std::move(found.lost));
      finding.next_step =
          "See where the broker keeps its database (PROVER_BROKER_DATA_DIRECTORY on a volume that "
          "outlives it); restart the prover node, so that it asks for the epoch's jobs again.";
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

std::vector<Finding> FindRestarted(const ProverView& view, const ThresholdReader& thresholds) {
  std::vector<Finding> findings;
  for (const auto& [machine, start] : BrokerStarts(view)) {
    const Labels labels = {{"machine", machine}};
    if (view.complete_until - start->at > ReadMillis(thresholds, "tell", labels)) continue;
    int32_t restored = 0;
    int32_t open = 0;
    for (const EpochView& epoch : view.epochs) {
      if (!WasGoingOnAt(epoch, start->at)) continue;
      const Found found = FindJobs(epoch, *start, view.complete_until);
      restored += found.restored;
      open += found.open;
    }
    if (restored == 0 && open == 0) continue;
    Finding finding{"broker_restarted", Severity::kInfo, labels, start->at};
    finding.summary = absl::StrCat("The broker on ", machine, " started at ",
                                   InstantText(start->at), ": ", CountText(open, "job"),
                                   open == 1 ? " was" : " were", " open, ", restored, " restored.");
    finding.next_step = "Nothing, where somebody restarted it; else see why it ended.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

// The last start of each log.
std::map<int64_t, Startup> LastStarts(const ProverView& view) {
  std::map<int64_t, Startup> last;
  for (Startup& startup : StartupsOf(view.events, {})) {
    const int64_t stream_id = startup.stream_id;
    last.insert_or_assign(stream_id, std::move(startup));
  }
  return last;
}

bool HasStep(const Startup& startup, absl::string_view kind) {
  return absl::c_any_of(startup.steps, [&](const Event& step) { return step.kind == kind; });
}

// Whether the log tells of a job that was started since.
bool StartedAJob(const ProverView& view, const Startup& startup) {
  for (const EpochView& epoch : view.epochs) {
    for (const Job& job : epoch.jobs) {
      for (const Attempt& attempt : job.attempts) {
        if (attempt.origin.stream_id == startup.stream_id &&
            attempt.started_at >= startup.steps.front().at) {
          return true;
        }
      }
    }
  }
  return false;
}

// How many jobs have been queued for longer than the time.
int32_t QueuedFor(const ProverView& view, Millis time) {
  int32_t queued = 0;
  for (const EpochView* epoch : OpenEpochs(view)) {
    for (const Job& job : epoch->jobs) {
      const bool is_it = job.state == JobState::kQueued && job.was_enqueued && job.asked_for_at &&
                         view.complete_until - *job.asked_for_at > time;
      queued += is_it ? 1 : 0;
    }
  }
  return queued;
}

std::vector<Finding> FindSlowStarts(const ProverView& view, const ThresholdReader& thresholds) {
  std::map<std::string, Finding> by_machine;
  for (const auto& [stream_id, startup] : LastStarts(view)) {
    if (!HasStep(startup, "bb.configured")) continue;
    const Labels labels = {{"machine", startup.machine}};
    const UnixMillis begin = startup.steps.front().at;
    const Millis takes = view.complete_until - begin;
    if (takes <= ReadMillis(thresholds, "wait", labels)) continue;
    const int32_t queued = QueuedFor(view, ReadMillis(thresholds, "queued", labels));
    if (queued == 0 || StartedAJob(view, startup)) continue;
    Finding finding{"startup_slow", Severity::kWarning, labels, begin};
    finding.summary =
        absl::StrCat("An agent process on ", startup.machine, " began to start ", LengthText(takes),
                     " ago and has taken no job, while ", CountText(queued, "job"),
                     queued == 1 ? " is" : " are", " queued.");
    const Event& last = startup.steps.back();
    finding.detail = absl::StrCat("last step: ", last.kind, " at ", InstantText(last.at), "\n");
    finding.next_step =
        HasStep(startup, "crs.downloading")
            ? "It downloads the reference string: see the network, and keep it on a volume that "
              "outlives the container (CRS_PATH)."
            : "See in its log what it waits for, and whether it reaches the broker "
              "(PROVER_BROKER_HOST).";
    by_machine.insert_or_assign(startup.machine, std::move(finding));
  }
  std::vector<Finding> findings;
  for (auto& [machine, finding] : by_machine) findings.push_back(std::move(finding));
  return findings;
}

// "machine/source" of the log that the event is of.
std::string LogOf(const ProverView& view, const Event& event) {
  for (const LogView& log : view.logs) {
    if (log.stream_id == event.origin.stream_id) return log.source;
  }
  return absl::StrCat("log ", event.origin.stream_id);
}

// A program that does not get to run, as its last words have it: where it started since, nothing.
struct NotRunning {
  const Event* words = nullptr;
  std::vector<UnixMillis> starts;
};

std::vector<Finding> FindFailedStarts(const ProverView& view, const ThresholdReader& thresholds) {
  std::map<std::pair<std::string, std::string>, NotRunning> logs;
  for (const Event& event : view.events) {
    const bool stops = event.kind == "process.misconfigured" || event.kind == "standby.entered" ||
                       event.kind == "standby.waiting";
    const bool runs = event.kind == "bb.configured" || event.kind == "broker.started" ||
                      event.kind == "prover_node.started";
    if (!stops && !runs && event.kind != "standby.left") continue;
    NotRunning& log = logs[{event.origin.machine, LogOf(view, event)}];
    log.words = stops ? &event : nullptr;
    if (runs) log.starts.push_back(event.at);
  }
  std::map<std::string, Finding> by_machine;
  for (auto& [name, log] : logs) {
    const auto& [machine, source] = name;
    const Labels labels = {{"machine", machine}};
    const UnixMillis begin = WindowBegin(view, log.starts.empty() ? 0 : log.starts.back(),
                                         ReadMillis(thresholds, "window", labels));
    log.starts.erase(log.starts.begin(), absl::c_upper_bound(log.starts, begin));
    const bool loops = !log.starts.empty() &&
                       static_cast<double>(log.starts.size()) >= thresholds.Get("starts", labels);
    if (log.words == nullptr && !loops) continue;
    Finding finding{"startup_failed", Severity::kWarning, labels,
                    log.words != nullptr ? log.words->at : log.starts.front()};
    if (log.words != nullptr) {
      const std::string why = FieldOf(*log.words, "error") + FieldOf(*log.words, "reason");
      finding.summary =
          absl::StrCat("A program on ", machine, " (", source, ") does not run: ", log.words->kind,
                       why.empty() ? "" : ", ", absl::StripSuffix(Shortened(why), "."), ".");
      finding.next_step = absl::StartsWith(log.words->kind, "standby.")
                              ? "Its version does not fit the rollup: install the one that the "
                                "network runs; it goes on by itself when they fit."
                              : "Set what it names and start it again.";
    } else {
      finding.summary =
          absl::StrCat("A program on ", machine, " (", source, ") started ", log.starts.size(),
                       " times within ", LengthText(ReadMillis(thresholds, "window", labels)), ".");
      finding.next_step =
          "See why it ends each time: its last lines, the exit code of the container (137: killed, "
          "often for memory), dmesg.";
    }
    by_machine.insert_or_assign(machine, std::move(finding));
  }
  std::vector<Finding> findings;
  for (auto& [machine, finding] : by_machine) findings.push_back(std::move(finding));
  return findings;
}

bool IsConnectionTrouble(const Event& event) {
  if (event.kind == "broker.unreachable") return true;
  if (event.kind != "call.failed" && event.kind != "loop.failed" && event.kind != "agent.failed") {
    return false;
  }
  const CauseKind kind = KindOfError(FieldOf(event, "error"));
  return kind == CauseKind::kConnectionRefused || kind == CauseKind::kConnectionFailed;
}

std::vector<Finding> FindUnreachable(const ProverView& view, const ThresholdReader& thresholds) {
  std::map<std::string, std::vector<const Event*>> by_machine;
  for (const Event& event : view.events) {
    if (IsConnectionTrouble(event)) by_machine[event.origin.machine].push_back(&event);
  }
  std::vector<Finding> findings;
  for (auto& [machine, events] : by_machine) {
    const Labels labels = {{"machine", machine}};
    const UnixMillis begin =
        WindowBegin(view, events.back()->at, ReadMillis(thresholds, "window", labels));
    events.erase(events.begin(),
                 absl::c_find_if(events, [begin](const Event* one) { return one->at > begin; }));
    if (events.empty() || static_cast<double>(events.size()) < thresholds.Get("failures", labels)) {
      continue;
    }
    const Event& last = *events.back();
    const std::string call = FieldOf(last, "call");
    Finding finding{"connection_lost", Severity::kWarning, labels, events.front()->at};
    finding.summary =
        absl::StrCat(CountText(static_cast<int64_t>(events.size()), "call"), " from ", machine,
                     " failed within ", LengthText(ReadMillis(thresholds, "window", labels)),
                     ", the last one", call.empty() ? "" : " (", Shortened(call),
                     call.empty() ? "" : ")", ": ", Shortened(FieldOf(last, "error")), ".");
    finding.next_step =
        std::string(EntryOf(KindOfError(FieldOf(last, "error")) == CauseKind::kConnectionRefused
                                ? CauseKind::kConnectionRefused
                                : CauseKind::kConnectionFailed)
                        .remedy);
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace

std::vector<Rule> StartupRules() {
  return {
      {"broker_lost_jobs",
       "The broker restarted, restored nothing, and jobs of an epoch were open.",
       "The jobs are queued nowhere any more: the epoch stands still.",
       {},
       absl::ZeroDuration(),
       "critical",
       {"epoch"},
       {"no_job_started", "job_queued_long", "job_open_long", "epoch_at_risk"},
       FindLostJobs},
      {"broker_restarted",
       "The broker started while jobs were open, or restored some.",
       "Jobs that ran then may be run again.",
       {{"tell", 600, "s", "For how long that is told."}},
       absl::ZeroDuration(),
       "info",
       {"machine"},
       {},
       FindRestarted},
      {"startup_slow",
       "An agent process that is starting has taken no job, while jobs are queued.",
       "Its agents are missing.",
       {{"wait", 300, "s", "Since its start began."},
        {"queued", 120, "s", "For how long jobs must have been queued."}},
       absl::ZeroDuration(),
       "warning",
       {"machine"},
       {"machine_idle"},
       FindSlowStarts},
      {"startup_failed",
       "A program refuses to start, waits in standby, or starts again and again.",
       "It does nothing for the prover.",
       {{"starts", 3, "", "So many starts of one log."}, {"window", 600, "s", "Within this time."}},
       absl::ZeroDuration(),
       "warning",
       {"machine"},
       {"startup_slow", "machine_idle", "connection_lost"},
       FindFailedStarts},
      {"connection_lost",
       "Calls from a machine to another program fail again and again.",
       "An agent without the broker works at nothing; a prover node without it gives up.",
       {{"failures", 3, "", "From so many on."}, {"window", 300, "s", "Within this time."}},
       absl::ZeroDuration(),
       "warning",
       {"machine"},
       {"machine_idle", "startup_slow"},
       FindUnreachable},
  };
}

}  // namespace proverlog
