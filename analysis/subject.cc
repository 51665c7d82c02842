#include "analysis/subject.h"

#include <algorithm>
#include <tuple>

namespace proverlog {
namespace {

constexpr double kMillisPerSecond = 1000;

// How long at least one of them went on.
Millis UnionLength(std::vector<std::pair<UnixMillis, UnixMillis>> intervals) {
  std::sort(intervals.begin(), intervals.end());
  Millis sum = 0;
  std::optional<UnixMillis> until;
  for (const auto& [begin, end] : intervals) {
    const UnixMillis from = until ? std::max(begin, *until) : begin;
    if (end <= from) continue;
    sum += end - from;
    until = end;
  }
  return sum;
}

bool IsCompletion(const Attempt& attempt) {
  return attempt.ended_at && attempt.ended_by == FactKind::kAgentCompleted;
}

}  // namespace

bool SubjectCollector::IsIn(UnixMillis at) const {
  return at >= filter_.begin.value_or(at) && (!filter_.end || at < *filter_.end);
}

bool SubjectCollector::IsOfAgents(const Attempt& attempt) const {
  return (filter_.machine.empty() || attempt.origin.machine == filter_.machine) &&
         (!filter_.streams || filter_.streams->count(attempt.origin.stream_id) > 0);
}

// An attempt happens when it ends; one that has no end in the log, when it starts.
bool SubjectCollector::Counts(const Attempt& attempt) const {
  const auto at = attempt.ended_at ? attempt.ended_at : attempt.started_at;
  return at && IsIn(*at) && IsOfAgents(attempt);
}

bool SubjectCollector::RanIn(const Attempt& attempt, const Job& job) const {
  if (!IsOfAgents(attempt)) return false;
  const auto began_at = attempt.started_at ? attempt.started_at : attempt.ended_at;
  const auto ended_at = attempt.ended_at ? attempt.ended_at : job.ended_at;
  return (!filter_.end || *began_at < *filter_.end) &&
         (!filter_.begin || !ended_at || *ended_at >= *filter_.begin);
}

bool SubjectCollector::Counts(const Job& job) const {
  if (!job.exists) return false;
  const bool ran = std::any_of(job.attempts.begin(), job.attempts.end(),
                               [&](const Attempt& attempt) { return RanIn(attempt, job); });
  if (ran || filter_.PicksAgents()) return ran;
  if (!filter_.begin && !filter_.end) return true;
  return std::any_of(job.facts.begin(), job.facts.end(),
                     [this](const Fact& fact) { return !IsLookBack(fact.kind) && IsIn(fact.at); });
}

void SubjectCollector::AddBrokersCounts(const Job& job, SubjectWork& work) const {
  if (filter_.PicksAgents()) return;
  const bool ended_then = job.ended_at ? IsIn(*job.ended_at) : !filter_.begin && !filter_.end;
  work.completed += ended_then && job.state == JobState::kCompleted ? 1 : 0;
  work.failed = work.failed.value_or(0) + (ended_then && job.state == JobState::kFailed ? 1 : 0);
  const auto count = [&](FactKind kind) {
    return static_cast<int32_t>(
        std::count_if(job.facts.begin(), job.facts.end(),
                      [&](const Fact& fact) { return fact.kind == kind && IsIn(fact.at); }));
  };
  work.retries = work.retries.value_or(0) + count(FactKind::kRetried);
  work.timeouts = work.timeouts.value_or(0) + count(FactKind::kTimedOut);
}

void SubjectCollector::AddAttempts(const Job& job, Work& work) {
  bool completed = false;
  for (const Attempt& attempt : job.attempts) {
    if (!IsOfAgents(attempt)) continue;
    // Without an end of its own it lasts until its job's; where that is open, nobody knows.
    const auto ended_at = attempt.ended_at ? attempt.ended_at : job.ended_at;
    if (attempt.started_at && ended_at) {
      const UnixMillis from = *attempt.started_at;
      work.ran.emplace_back(std::max(from, filter_.begin.value_or(from)),
                            std::min(*ended_at, filter_.end.value_or(*ended_at)));
    }
    if (!Counts(attempt)) continue;
    streams_.insert(attempt.origin.stream_id);
    completed = completed || IsCompletion(attempt);
    const bool failed = attempt.ended_at && attempt.ended_by == FactKind::kAgentFailed;
    work.work.failed_attempts += failed ? 1 : 0;
  }
  work.completed_by_agents += completed ? 1 : 0;
  if (filter_.PicksAgents()) work.work.completed += completed ? 1 : 0;
}

// As Job::duration, of the attempts that count.
void SubjectCollector::AddDuration(const Job& job, Type& type) const {
  bool ambiguous = false;
  const Attempt* first = nullptr;
  for (const Attempt& attempt : job.attempts) {
    if (!attempt.started_at || !IsCompletion(attempt) || !Counts(attempt)) continue;
    if (attempt.ambiguous) {
      ambiguous = true;
    } else if (first == nullptr || *attempt.ended_at < *first->ended_at) {
      first = &attempt;
    }
  }
  if (first != nullptr) type.durations.push_back(*first->ended_at - *first->started_at);
  if (first == nullptr && ambiguous) ++type.ambiguous;
}

void SubjectCollector::Widen(const Job& job, Type& type) {
  const auto earliest = [](std::optional<UnixMillis>& known, UnixMillis at) {
    known = std::min(known.value_or(at), at);
  };
  if (job.first_at) {
    earliest(type.first_at, *job.first_at);
    earliest(first_at_, *job.first_at);
  }
  if (job.last_at) last_at_ = std::max(last_at_.value_or(*job.last_at), *job.last_at);
}

void SubjectCollector::Add(const Job& job) {
  if (!Counts(job)) return;
  Type& type = types_[job.id.type];
  Widen(job, type);
  AddDuration(job, type);
  for (Work* work : {&type.work, &total_}) {
    ++work->work.jobs;
    AddBrokersCounts(job, work->work);
    AddAttempts(job, *work);
  }
}

SubjectWork SubjectCollector::Work::Finish() const {
  SubjectWork finished = work;
  finished.running = UnionLength(ran);
  if (finished.running > 0) {
    finished.per_second =
        completed_by_agents / (static_cast<double>(finished.running) / kMillisPerSecond);
  }
  return finished;
}

SubjectFigures SubjectCollector::Figures() const {
  SubjectFigures figures{total_.Finish(), {}, first_at_, last_at_, streams_};
  std::vector<std::pair<std::tuple<bool, UnixMillis>, SubjectOnType>> types;
  for (const auto& [name, type] : types_) {
    SubjectOnType on_type{name, type.work.Finish(), {}, std::nullopt};
    DurationCollector durations;
    for (const Millis length : type.durations) durations.Add({length, false});
    for (int32_t i = 0; i < type.ambiguous; ++i) durations.AddAmbiguous();
    on_type.duration = durations.Stats();
    std::vector<Millis> sorted;
    for (const Millis length : type.durations) {
      if (length >= 0) sorted.push_back(length);
    }
    std::sort(sorted.begin(), sorted.end());
    if (!sorted.empty()) on_type.median = EstimateMedian(sorted);
    // Types that are known from snapshots only have no instant and come last.
    types.emplace_back(std::make_tuple(!type.first_at, type.first_at.value_or(0)),
                       std::move(on_type));
  }
  std::stable_sort(types.begin(), types.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [order, on_type] : types) figures.job_types.push_back(std::move(on_type));
  return figures;
}

}  // namespace proverlog
