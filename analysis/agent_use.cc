#include "analysis/agent_use.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "analysis/level_over_time.h"

namespace proverlog {
namespace {

// What is known of a process from all jobs.
struct Observed {
  ProcessUse use;
  std::set<size_t> types;  // that it was seen to run
  LevelOverTime kept;      // attempts that were not lost
  std::vector<OpenSpan> attempts;
};

using Processes = std::map<std::pair<std::string, std::string>, Observed>;

UnixMillis LastSign(const AttemptSpan& attempt, UnixMillis time_end) {
  if (attempt.lost) return attempt.span.begin;
  return attempt.span.end.value_or(std::max(time_end, attempt.span.begin));
}

void Add(const AttemptSpan& attempt, size_t type, const OpenSpan& time, Observed& observed) {
  ProcessUse& use = observed.use;
  const UnixMillis last = LastSign(attempt, *time.end);
  if (observed.attempts.empty()) {
    use = {attempt.machine, attempt.process};
    use.first_at = attempt.span.begin;
    use.last_at = last;
  }
  use.first_at = std::min(use.first_at, attempt.span.begin);
  use.last_at = std::max(use.last_at, last);
  use.started += attempt.span.begin >= time.begin && attempt.span.begin < *time.end ? 1 : 0;
  const bool ended_then =
      attempt.span.end && *attempt.span.end >= time.begin && *attempt.span.end < *time.end;
  use.completed += attempt.completed && ended_then ? 1 : 0;
  observed.types.insert(type);
  observed.attempts.push_back(attempt.span);
  if (!attempt.lost) observed.kept.Add(attempt.span);
}

int32_t AgentsOf(const Observed& observed) {
  const ProcessUse& use = observed.use;
  const Millis length = use.last_at - use.first_at + 1;
  const LevelStats all = observed.kept.Over({use.first_at, use.last_at + 1, length}).whole;
  return std::max(all.peak, 1);  // also where all of its attempts were lost
}

// Follows free agents and queued jobs from instant to instant.
class Sweep {
 public:
  Sweep(std::vector<Observed*> processes, size_t types, const OpenSpan& time)
      : processes_(std::move(processes)),
        queued_(types),
        free_(types),
        runners_(types),
        time_(time) {
    states_.resize(processes_.size());
    for (size_t i = 0; i < processes_.size(); ++i) {
      for (const size_t type : processes_[i]->types) runners_[type].push_back(i);
    }
  }

  void AddAttempts() {
    for (size_t i = 0; i < processes_.size(); ++i) {
      const Observed& process = *processes_[i];
      AddChanges({process.use.first_at, process.use.last_at}, Change::kPresent, i);
      for (const OpenSpan& span : process.attempts) AddChanges(span, Change::kRunning, i);
    }
  }
  void AddQueued(const OpenSpan& span, size_t type) { AddChanges(span, Change::kQueued, type); }

  // Fills in the processes' times; returns the lost capacity.
  Millis Go() {
    std::sort(changes_.begin(), changes_.end(),
              [](const Change& a, const Change& b) { return a.at < b.at; });
    UnixMillis at = time_.begin;
    Millis lost = 0;
    for (const Change& change : changes_) {
      const UnixMillis next = std::clamp(change.at, at, *time_.end);
      if (next > at) lost += UsableAgents() * (next - at);
      at = next;
      Apply(change, at);
    }
    for (size_t i = 0; i < processes_.size(); ++i) Settle(i, *time_.end);
    return lost;
  }

 private:
  struct Change {
    enum Kind : uint8_t { kPresent, kRunning, kQueued };
    UnixMillis at;
    Kind kind;
    int32_t by;
    size_t subject;  // the process; of kQueued, the type
  };
  struct State {
    UnixMillis since = 0;  // until when its times are counted
    int32_t present = 0;
    int32_t running = 0;
    int32_t types_queued = 0;  // of those that it can take
  };

  void AddChanges(const OpenSpan& span, Change::Kind kind, size_t subject) {
    changes_.push_back({span.begin, kind, +1, subject});
    if (span.end) changes_.push_back({std::max(*span.end, span.begin), kind, -1, subject});
  }

  int32_t FreeAgents(size_t process) const {
    const State& state = states_[process];
    return state.present > 0 ? std::max(processes_[process]->use.agents - state.running, 0) : 0;
  }

  // Counts the process's times up to `at`.
  void Settle(size_t process, UnixMillis at) {
    State& state = states_[process];
    ProcessUse& use = processes_[process]->use;
    const Millis passed = at - std::max(state.since, time_.begin);
    state.since = at;
    if (passed <= 0) return;
    use.busy += std::min(state.running, use.agents) * passed;
    if (state.types_queued > 0) use.idle_while_queued += FreeAgents(process) * passed;
  }

  void Apply(const Change& change, UnixMillis at) {
    if (change.kind == Change::kQueued) return ApplyQueued(change, at);
    Settle(change.subject, at);
    const int32_t before = FreeAgents(change.subject);
    State& state = states_[change.subject];
    (change.kind == Change::kPresent ? state.present : state.running) += change.by;
    const int32_t more = FreeAgents(change.subject) - before;
    for (const size_t type : processes_[change.subject]->types) free_[type] += more;
    total_free_ += more;
  }

  void ApplyQueued(const Change& change, UnixMillis at) {
    int32_t& queued = queued_[change.subject];
    const bool was_queued = queued > 0;
    queued += change.by;
    if (was_queued == (queued > 0)) return;
    for (const size_t process : runners_[change.subject]) {
      Settle(process, at);
      states_[process].types_queued += queued > 0 ? 1 : -1;
    }
  }

  // How many free agents have a queued job each; at most, where processes take different types.
  int64_t UsableAgents() const {
    if (total_free_ == 0) return 0;
    int64_t usable = 0;
    for (size_t type = 0; type < queued_.size(); ++type) {
      usable += std::min(queued_[type], free_[type]);
    }
    return std::min<int64_t>(usable, total_free_);
  }

  std::vector<Observed*> processes_;
  std::vector<State> states_;
  std::vector<int32_t> queued_;               // by type
  std::vector<int32_t> free_;                 // by type: agents of processes that can take it
  std::vector<std::vector<size_t>> runners_;  // by type: processes that can take it
  int32_t total_free_ = 0;
  OpenSpan time_;
  std::vector<Change> changes_;
};

bool WasThere(const ProcessUse& use, const OpenSpan& time) {
  return use.first_at < *time.end && use.last_at >= time.begin;
}

AgentUse SumUp(const Processes& processes, const OpenSpan& time) {
  AgentUse sum;
  Millis busy = 0;
  const auto length = static_cast<double>(*time.end - time.begin);
  for (const auto& [name, observed] : processes) {
    if (!WasThere(observed.use, time)) continue;
    ProcessUse use = observed.use;
    use.utilization = static_cast<double>(use.busy) / (length * use.agents);
    use.first_at = std::max(use.first_at, time.begin);
    use.last_at = std::min(use.last_at, *time.end);
    busy += use.busy;
    sum.agents += use.agents;
    sum.idle_while_queued += use.idle_while_queued;
    sum.processes.push_back(std::move(use));
  }
  if (sum.agents > 0) sum.utilization = static_cast<double>(busy) / (length * sum.agents);
  return sum;
}

}  // namespace

AgentUse UseOfAgents(const std::vector<JobTimeline>& jobs, const OpenSpan& time) {
  std::map<std::string, size_t> types;
  for (const JobTimeline& job : jobs) types.try_emplace(job.type, types.size());
  Processes processes;
  for (const JobTimeline& job : jobs) {
    for (const AttemptSpan& attempt : job.attempts) {
      Add(attempt, types[job.type], time, processes[{attempt.machine, attempt.process}]);
    }
  }
  std::vector<Observed*> there;
  for (auto& [name, observed] : processes) {
    observed.use.agents = AgentsOf(observed);
    if (WasThere(observed.use, time)) there.push_back(&observed);
  }
  Sweep sweep(std::move(there), types.size(), time);
  sweep.AddAttempts();
  for (const JobTimeline& job : jobs) {
    for (const OpenSpan& queued : job.queued) sweep.AddQueued(queued, types[job.type]);
  }
  const Millis lost = sweep.Go();
  AgentUse use = SumUp(processes, time);
  use.lost_capacity = lost;
  return use;
}

}  // namespace proverlog
