#include "analysis/epoch_summary.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "analysis/parallelism.h"
#include "model/proving_graph.h"

namespace proverlog {
namespace {

void CountJob(const Job& job, JobCounts& counts) {
  ++counts.jobs;
  counts.enqueued += job.was_enqueued ? 1 : 0;
  counts.started += job.started_at ? 1 : 0;
  counts.completed += job.state == JobState::kCompleted ? 1 : 0;
  counts.failed += job.state == JobState::kFailed ? 1 : 0;
  counts.aborted += job.state == JobState::kAborted ? 1 : 0;
  counts.abandoned += job.state == JobState::kAbandoned ? 1 : 0;
  counts.in_flight += IsInFlight(job.state) ? 1 : 0;
  counts.retries += job.retries;
  counts.timeouts += job.timeouts;
}

// Collects what one type's summary is made of.
struct TypeCollector {
  std::optional<UnixMillis> first_at;
  JobCounts counts;
  DurationCollector duration;
  DurationCollector queue_wait;
  DurationCollector turnaround;
  ParallelismCounter parallelism;

  void Add(const Job& job) {
    if (job.first_at && (!first_at || *job.first_at < *first_at)) first_at = job.first_at;
    CountJob(job, counts);
    if (job.duration) duration.Add(*job.duration);
    if (job.duration_ambiguous) duration.AddAmbiguous();
    if (job.queue_wait) queue_wait.Add(*job.queue_wait);
    if (job.turnaround) turnaround.Add(*job.turnaround);
    parallelism.Add(job);
  }

  JobTypeSummary Summary(std::string type) const {
    JobTypeSummary summary{std::move(type), counts, duration.Stats(), queue_wait.Stats(),
                           turnaround.Stats()};
    summary.counts.max_parallel = parallelism.Max();
    return summary;
  }
};

void AddAttempt(const Attempt& attempt, MachineShare& share) {
  share.machine = attempt.origin.machine;
  share.started += attempt.started_at ? 1 : 0;
  if (!attempt.ended_at) return;
  share.completed += attempt.ended_by == FactKind::kAgentCompleted ? 1 : 0;
  share.failed += attempt.ended_by == FactKind::kAgentFailed ? 1 : 0;
  if (attempt.started_at) share.busy += *attempt.ended_at - *attempt.started_at;
}

double PartOf(int32_t part, int32_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / whole;
}

std::vector<MachineShare> ShareOut(const std::vector<Job>& jobs) {
  std::map<std::string, MachineShare> by_name;
  int32_t completed = 0;
  for (const Job& job : jobs) {
    for (const Attempt& attempt : job.attempts)
      AddAttempt(attempt, by_name[attempt.origin.machine]);
  }
  for (const auto& [name, share] : by_name) completed += share.completed;

  std::vector<MachineShare> shares;
  for (auto& [name, share] : by_name) {
    share.share = PartOf(share.completed, completed);
    shares.push_back(std::move(share));
  }
  return shares;
}

std::vector<AgentProcess> ProcessesOf(const std::vector<Job>& jobs) {
  struct Collector {
    MachineShare share;
    ParallelismCounter parallelism;
  };
  std::map<std::pair<std::string, std::string>, Collector> by_name;
  int32_t completed = 0;
  for (const Job& job : jobs) {
    for (const Attempt& attempt : job.attempts) {
      Collector& collector = by_name[{attempt.origin.machine, attempt.origin.process}];
      AddAttempt(attempt, collector.share);
      collector.parallelism.Add(attempt, job);
    }
  }
  for (const auto& [name, collector] : by_name) completed += collector.share.completed;

  std::vector<AgentProcess> processes;
  for (auto& [name, collector] : by_name) {
    collector.share.share = PartOf(collector.share.completed, completed);
    processes.push_back({name.second, std::move(collector.share), collector.parallelism.Max()});
  }
  return processes;
}

void Widen(const Job& job, EpochSummary& summary) {
  if (job.first_at && (!summary.first_at || *job.first_at < *summary.first_at)) {
    summary.first_at = job.first_at;
  }
  if (job.last_at && (!summary.last_at || *job.last_at > *summary.last_at)) {
    summary.last_at = job.last_at;
  }
}

std::vector<JobTypeSummary> InOrderOfAppearance(const std::map<std::string, TypeCollector>& types) {
  using Entry = std::pair<const std::string, TypeCollector>;
  std::vector<const Entry*> entries;
  for (const Entry& entry : types) entries.push_back(&entry);
  // Types that are known from snapshots only have no instant and come last.
  std::stable_sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) {
    const auto key = [](const Entry& e) {
      return std::make_tuple(!e.second.first_at, e.second.first_at.value_or(0));
    };
    return key(*a) < key(*b);
  });
  std::vector<JobTypeSummary> summaries;
  summaries.reserve(entries.size());
  for (const Entry* entry : entries) summaries.push_back(entry->second.Summary(entry->first));
  return summaries;
}

EpochTimes TimesOf(const std::vector<EpochSession>& sessions) {
  EpochTimes times;
  const EpochSession* best = BestSession(sessions);
  if (best == nullptr) return times;
  times.top_tree = best->top_tree_millis;
  if (!best->proof_ready_at) return times;
  if (best->started_at) times.proving = *best->proof_ready_at - *best->started_at;
  if (best->published_at) times.submission = *best->published_at - *best->proof_ready_at;
  return times;
}

void AddFeeds(std::vector<JobTypeSummary>& summaries) {
  std::set<std::string> types;
  for (const JobTypeSummary& summary : summaries) types.insert(summary.type);
  auto feeds = FeedsWithin(types);
  for (JobTypeSummary& summary : summaries) summary.feeds = std::move(feeds[summary.type]);
}

}  // namespace

EpochSummary SummarizeEpoch(int32_t epoch, std::vector<Job> jobs, EpochContext context) {
  const std::optional<UnixMillis> closed_at = ClosedAt(context);
  for (Job& job : jobs) {
    if (closed_at && job.exists) Abandon(*closed_at, job);
  }
  return SummarizeLoaded(epoch, jobs, std::move(context));
}

EpochSummary SummarizeLoaded(int32_t epoch, const std::vector<Job>& jobs, EpochContext context) {
  EpochSummary summary;
  summary.epoch = epoch;
  std::map<std::string, TypeCollector> types;
  ParallelismCounter parallelism;
  bool root_completed = false;
  for (const Job& job : jobs) {
    if (!job.exists) continue;
    Widen(job, summary);
    types[job.id.type].Add(job);
    CountJob(job, summary.totals);
    parallelism.Add(job);
    if (job.id.type == kRootRollup && job.state == JobState::kCompleted) root_completed = true;
  }
  summary.totals.max_parallel = parallelism.Max();
  summary.outcome = OutcomeOf(summary.totals, root_completed, context.sessions);
  summary.times = TimesOf(context.sessions);
  summary.sessions = std::move(context.sessions);
  summary.job_types = InOrderOfAppearance(types);
  AddFeeds(summary.job_types);
  summary.machines = ShareOut(jobs);
  summary.processes = ProcessesOf(jobs);
  return summary;
}

}  // namespace proverlog
