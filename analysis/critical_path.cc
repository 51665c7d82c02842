#include "analysis/critical_path.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/string_view.h"
#include "analysis/epoch_summary.h"
#include "model/proving_graph.h"

namespace proverlog {
namespace {

constexpr size_t kMaxCostliest = 10;

// A job that ended, as a link sees it.
struct Candidate {
  const Job* job = nullptr;
  UnixMillis enqueued_at = 0;
  UnixMillis ended_at = 0;
  absl::string_view enqueued_on;  // the machine by whose clock it was
  absl::string_view ended_on;
};

const Fact* FirstOf(const Job& job, FactKind kind) {
  const auto found = std::find_if(job.facts.begin(), job.facts.end(),
                                  [&](const Fact& fact) { return fact.kind == kind; });
  return found == job.facts.end() ? nullptr : &*found;
}

std::optional<Candidate> CandidateOf(const Job& job) {
  const bool ended = job.ended_at && job.exists &&
                     (job.state == JobState::kCompleted || job.state == JobState::kFailed);
  if (!ended) return std::nullopt;
  Candidate candidate{&job, *job.ended_at, *job.ended_at};
  for (const Fact& fact : job.facts) {
    const bool broker_first = candidate.ended_on.empty() || IsBrokerFact(fact.kind);
    if (fact.at == *job.ended_at && broker_first) candidate.ended_on = fact.origin.machine;
  }
  candidate.enqueued_on = candidate.ended_on;
  for (const FactKind kind : {FactKind::kEnqueued, FactKind::kSubmitted, FactKind::kStarted,
                              FactKind::kControllerStarted}) {
    const Fact* fact = FirstOf(job, kind);
    if (fact == nullptr) continue;
    candidate.enqueued_at = std::min(fact->at, *job.ended_at);
    candidate.enqueued_on = fact->origin.machine;
    break;
  }
  return candidate;
}

// The completed jobs of each type by end, and which types feed which.
class Predecessors {
 public:
  Predecessors(const std::vector<Job>& jobs, const std::vector<Candidate>& candidates) {
    std::set<std::string> types;
    for (const Job& job : jobs) {
      if (job.exists) types.insert(job.id.type);
    }
    for (const Candidate& candidate : candidates) {
      if (candidate.job->state != JobState::kCompleted) continue;
      by_type_[candidate.job->id.type].push_back(&candidate);
    }
    for (auto& [type, ended] : by_type_) std::sort(ended.begin(), ended.end(), EndsBefore);
    for (const auto& [type, fed] : FeedsWithin(types)) {
      for (const std::string& to : fed) feeders_[to].push_back(type);
    }
  }

  // None: nothing that feeds it ended before. Sets what the link says of its predecessor.
  const Candidate* Find(const Candidate& job, PathLink& link) const {
    const Candidate* best = nullptr;
    const auto feeders = feeders_.find(job.job->id.type);
    if (feeders == feeders_.end()) return nullptr;
    for (const std::string& type : feeders->second) {
      const Candidate* last = LastBefore(job, type);
      if (last != nullptr && (best == nullptr || EndsBefore(best, last))) best = last;
    }
    if (best == nullptr) return nullptr;
    for (const std::string& type : feeders->second) link.rivals += CountRivals(job, *best, type);
    link.across_machines = best->ended_on != job.enqueued_on;
    return best;
  }

 private:
  using ByEnd = std::vector<const Candidate*>;

  static bool EndsBefore(const Candidate* a, const Candidate* b) {
    return std::tie(a->ended_at, a->job->id) < std::tie(b->ended_at, b->job->id);
  }

  // Of two that ended in time: a job that took no time is no predecessor of its like, or there
  // could be circles.
  static bool MayPrecede(const Candidate& a, const Candidate& b) {
    return a.enqueued_at < b.enqueued_at;
  }

  // Behind the last of the type that ended before the job was enqueued.
  ByEnd::const_reverse_iterator Before(const Candidate& job, const ByEnd& ended) const {
    return std::make_reverse_iterator(
        std::upper_bound(ended.begin(), ended.end(), job.enqueued_at,
                         [](UnixMillis at, const Candidate* c) { return at < c->ended_at; }));
  }

  const Candidate* LastBefore(const Candidate& job, const std::string& type) const {
    const auto ended = by_type_.find(type);
    if (ended == by_type_.end()) return nullptr;
    for (auto it = Before(job, ended->second); it != ended->second.rend(); ++it) {
      if (MayPrecede(**it, job)) return *it;
    }
    return nullptr;
  }

  int32_t CountRivals(const Candidate& job, const Candidate& chosen,
                      const std::string& type) const {
    const auto ended = by_type_.find(type);
    if (ended == by_type_.end()) return 0;
    int32_t rivals = 0;
    for (auto it = Before(job, ended->second); it != ended->second.rend(); ++it) {
      if ((*it)->ended_at < chosen.ended_at - kRivalMillis) break;
      rivals += *it != &chosen && MayPrecede(**it, job) ? 1 : 0;
    }
    return rivals;
  }

  std::map<std::string, ByEnd> by_type_;
  std::map<std::string, std::vector<std::string>> feeders_;
};

// The last start of the job in the attempt's process that is not after its end. The broker gives a
// job again that it took back: of several attempts that may have ended, the last is the likeliest.
const Attempt* LastInProcess(const Job& job, const Attempt& ended) {
  const Attempt* last = &ended;
  for (const Attempt& attempt : job.attempts) {
    const bool may_be = attempt.ambiguous && attempt.started_at &&
                        *attempt.started_at <= *ended.ended_at &&
                        attempt.origin.machine == ended.origin.machine &&
                        attempt.origin.process == ended.origin.process;
    if (may_be && *attempt.started_at > *last->started_at) last = &attempt;
  }
  return last;
}

// How the job's end came about.
struct Ending {
  const Attempt* attempt = nullptr;  // its start counts; none: no start is known
  UnixMillis ended_at = 0;           // its end; the job's where no log shows it
};

// By the attempt whose end is the nearest to the job's, of those that ended as the job did; where
// there is none, by the last one that has no end.
Ending EndingOf(const Job& job) {
  const FactKind ends =
      job.state == JobState::kCompleted ? FactKind::kAgentCompleted : FactKind::kAgentFailed;
  const auto distance = [&](const Attempt& attempt) {
    return std::abs(*attempt.ended_at - *job.ended_at);
  };
  const Attempt* nearest = nullptr;
  const Attempt* last_open = nullptr;
  for (const Attempt& attempt : job.attempts) {
    if (!attempt.started_at) continue;
    if (!attempt.ended_at) last_open = &attempt;
    if (!attempt.ended_at || attempt.ended_by != ends) continue;
    if (nearest == nullptr || distance(attempt) < distance(*nearest)) nearest = &attempt;
  }
  if (nearest == nullptr) return {last_open, *job.ended_at};
  return {nearest->ambiguous ? LastInProcess(job, *nearest) : nearest, *nearest->ended_at};
}

// `from`: the predecessor's end, or the job's enqueue.
PathParts PartsOf(const Candidate& candidate, const Ending& ending, UnixMillis from) {
  PathParts parts;
  UnixMillis at = from;
  const auto until = [&](UnixMillis next) {
    next = std::clamp(next, at, candidate.ended_at);
    return next - std::exchange(at, next);
  };
  parts.handing_over = until(candidate.enqueued_at);
  if (ending.attempt == nullptr) {
    parts.unknown = until(candidate.ended_at);
    return parts;
  }
  parts.queueing = until(*candidate.job->started_at);
  parts.retrying = until(*ending.attempt->started_at);
  parts.running = until(ending.ended_at);
  parts.reporting = until(candidate.ended_at);
  return parts;
}

PathLink LinkOf(const Candidate& candidate) {
  PathLink link;
  link.id = candidate.job->id;
  link.state = candidate.job->state;
  link.attempts = candidate.job->attempt_count;
  link.enqueued_at = candidate.enqueued_at;
  link.ended_at = candidate.ended_at;
  return link;
}

// The job that ended last: of the root rollups that completed, where there are any.
const Candidate* LastOf(const std::vector<Candidate>& candidates) {
  const auto key = [](const Candidate& c) {
    const bool is_root = c.job->id.type == kRootRollup && c.job->state == JobState::kCompleted;
    return std::tuple<bool, UnixMillis, const JobId&>(is_root, c.ended_at, c.job->id);
  };
  const auto last =
      std::max_element(candidates.begin(), candidates.end(),
                       [&](const Candidate& a, const Candidate& b) { return key(a) < key(b); });
  return last == candidates.end() ? nullptr : &*last;
}

void SumUp(CriticalPath& path) {
  for (const PathLink& link : path.links) {
    path.totals += link.parts;
    path.ambiguous += link.rivals > 0 || link.across_machines ? 1 : 0;
  }
  path.inferred = static_cast<int32_t>(path.links.size()) - 1;
  path.costliest.resize(path.links.size());
  std::iota(path.costliest.begin(), path.costliest.end(), size_t{0});
  std::stable_sort(path.costliest.begin(), path.costliest.end(), [&](size_t a, size_t b) {
    return path.links[a].parts.OfJob() > path.links[b].parts.OfJob();
  });
  path.costliest.resize(std::min(path.costliest.size(), kMaxCostliest));
}

Millis LeadOf(const std::vector<Job>& jobs, UnixMillis begin) {
  UnixMillis first = begin;
  for (const Job& job : jobs) {
    if (job.exists && job.first_at) first = std::min(first, *job.first_at);
  }
  return begin - first;
}

}  // namespace

PathParts& PathParts::operator+=(const PathParts& more) {
  handing_over += more.handing_over;
  queueing += more.queueing;
  retrying += more.retrying;
  running += more.running;
  reporting += more.reporting;
  unknown += more.unknown;
  return *this;
}

CriticalPath FindCriticalPath(const std::vector<Job>& jobs) {
  std::vector<Candidate> candidates;
  for (const Job& job : jobs) {
    if (const auto candidate = CandidateOf(job)) candidates.push_back(*candidate);
  }
  CriticalPath path;
  const Predecessors predecessors(jobs, candidates);
  const Candidate* candidate = LastOf(candidates);
  if (candidate == nullptr) return path;
  path.ends_with_root =
      candidate->job->id.type == kRootRollup && candidate->job->state == JobState::kCompleted;
  while (candidate != nullptr) {
    PathLink link = LinkOf(*candidate);
    const Candidate* before = predecessors.Find(*candidate, link);
    const Ending ending = EndingOf(*candidate->job);
    if (ending.attempt != nullptr) {
      link.machine = ending.attempt->origin.machine;
      link.process = ending.attempt->origin.process;
    }
    link.parts =
        PartsOf(*candidate, ending, before == nullptr ? candidate->enqueued_at : before->ended_at);
    path.links.push_back(std::move(link));
    candidate = before;
  }
  std::reverse(path.links.begin(), path.links.end());
  path.lead = LeadOf(jobs, path.links.front().enqueued_at);
  SumUp(path);
  return path;
}

size_t BytesOf(const CriticalPath& path) {
  size_t bytes = sizeof(path) + path.costliest.size() * sizeof(size_t);
  for (const PathLink& link : path.links) {
    bytes += sizeof(link) + link.id.type.capacity() + link.id.hash.capacity() +
             link.machine.capacity() + link.process.capacity();
  }
  return bytes;
}

}  // namespace proverlog
