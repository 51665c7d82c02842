#include "alerts/agent_presence.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "alerts/view_reading.h"
#include "analysis/job_timeline.h"
#include "analysis/level_over_time.h"

namespace proverlog {
namespace {

constexpr Millis kThereFor = 900'000;

struct Observed {
  AgentPresence presence;
  UnixMillis first_at = 0;
  std::vector<OpenSpan> spans;  // of attempts that were not lost
};

// By log and name of the process.
using Processes = std::map<std::pair<int64_t, std::string>, Observed>;

// Of one log several processes may have written, one after the other.
void Observe(const Job& job, Processes& processes) {
  // A healthy job's one attempt needs no timeline.
  const bool is_plain = job.attempts.size() == 1 && job.retries == 0 && job.timeouts == 0 &&
                        job.attempts.front().started_at && job.attempts.front().ended_at;
  std::vector<AttemptSpan> spans;
  if (is_plain) {
    spans.push_back({"", "", {*job.attempts[0].started_at, job.attempts[0].ended_at}});
  } else if (!job.attempts.empty()) {
    spans = TimelineOf(job).attempts;
  }
  size_t next = 0;
  for (const Attempt& attempt : job.attempts) {
    if (!attempt.started_at) continue;
    const AttemptSpan& span = spans[next++];
    Observed& observed = processes[{attempt.origin.stream_id, attempt.origin.process}];
    AgentPresence& presence = observed.presence;
    if (presence.machine.empty()) {
      presence.machine = attempt.origin.machine;
      presence.process = attempt.origin.process;
      observed.first_at = span.span.begin;
    }
    const bool has_end = span.span.end && !span.lost;
    presence.last_at = std::max(presence.last_at, has_end ? *span.span.end : span.span.begin);
    observed.first_at = std::min(observed.first_at, span.span.begin);
    presence.types.insert(job.id.type);
    if (!span.lost) observed.spans.push_back(span.span);
  }
}

int32_t PeakWithin(const std::vector<OpenSpan>& spans, UnixMillis begin, UnixMillis end) {
  LevelOverTime level;
  for (const OpenSpan& span : spans) {
    if (span.begin < end && span.end.value_or(end) > begin) level.Add(span);
  }
  return level.Over({begin, std::max(end, begin + 1), std::max<Millis>(end - begin, 1)}).whole.peak;
}

// Whether the process may take a job, as far as is known.
bool IsThere(const ProverView& view, int64_t stream_id, const Observed& observed) {
  if (view.replayed) return observed.presence.last_at > view.complete_until - kThereFor;
  const auto log = absl::c_find_if(
      view.logs, [&](const LogView& other) { return other.stream_id == stream_id; });
  if (log == view.logs.end() || !IsHeard(*log, view.now)) return false;
  return absl::c_none_of(view.events, [&](const Event& event) {
    return event.kind == "bb.configured" && event.origin.machine == observed.presence.machine &&
           event.at > observed.presence.last_at;
  });
}

// How many jobs were queued for all of the time, by type.
std::map<std::string, int32_t> WaitingSince(const ProverView& view, UnixMillis since) {
  std::map<std::string, int32_t> waiting;
  for (const EpochView& epoch : view.epochs) {
    if (epoch.over) continue;
    for (const Job& job : epoch.jobs) {
      if (job.state != JobState::kQueued || !job.was_enqueued) continue;
      const std::vector<OpenSpan> queued = TimelineOf(job).queued;
      if (!queued.empty() && !queued.back().end && queued.back().begin <= since) {
        ++waiting[job.id.type];
      }
    }
  }
  return waiting;
}

}  // namespace

std::vector<AgentPresence> AgentsThere(const ProverView& view, Millis time) {
  Processes processes;
  for (const EpochView& epoch : view.epochs) {
    for (const Job& job : epoch.jobs) Observe(job, processes);
  }
  std::map<int64_t, const Observed*> last;  // of each log
  for (const auto& [key, observed] : processes) {
    const Observed*& of_log = last[key.first];
    if (of_log == nullptr || of_log->first_at < observed.first_at) of_log = &observed;
  }
  const UnixMillis since = view.complete_until - time;
  const std::map<std::string, int32_t> waiting = WaitingSince(view, since);
  std::vector<AgentPresence> there;
  for (const auto& [stream_id, observed] : last) {
    if (!IsThere(view, stream_id, *observed)) continue;
    AgentPresence presence = observed->presence;
    presence.agents =
        std::max(1, PeakWithin(observed->spans, observed->first_at, view.complete_until + 1));
    presence.busiest = PeakWithin(observed->spans, since, view.complete_until);
    for (const std::string& type : presence.types) {
      const auto found = waiting.find(type);
      if (found != waiting.end()) presence.waiting += found->second;
    }
    there.push_back(std::move(presence));
  }
  absl::c_sort(there, [](const AgentPresence& a, const AgentPresence& b) {
    return std::tie(a.machine, a.process) < std::tie(b.machine, b.process);
  });
  return there;
}

std::set<std::string> TypesNobodyTakes(const std::vector<AgentPresence>& agents) {
  std::set<std::string> idle;
  std::set<std::string> served;
  for (const AgentPresence& agent : agents) {
    std::set<std::string>& types = agent.IsIdle() ? idle : served;
    types.insert(agent.types.begin(), agent.types.end());
  }
  for (const std::string& type : served) idle.erase(type);
  return idle;
}

const AgentsWithin& PresenceOverTimes::Within(Millis time) {
  const auto [found, is_new] = by_time_.try_emplace(time);
  if (is_new) {
    found->second.agents = AgentsThere(view_, time);
    found->second.nobody_takes = TypesNobodyTakes(found->second.agents);
  }
  return found->second;
}

}  // namespace proverlog
