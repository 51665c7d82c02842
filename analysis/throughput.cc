#include "analysis/throughput.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "model/time.h"

namespace proverlog {
namespace {

// Collects what one row is made of.
class RowCollector {
 public:
  explicit RowCollector(const TimeGrid& grid) : grid_(grid) { row_.steps.resize(grid.Steps()); }

  void AddJob(const JobTimeline& job) {
    first_at_ = first_at_ ? std::min(*first_at_, job.created_at) : job.created_at;
    Count(job.created_at, &ThroughputRow::created, &ThroughputStep::created);
    const bool completed = job.state == JobState::kCompleted && !job.end_unseen;
    if (completed) Count(*job.ended_at, &ThroughputRow::completed, &ThroughputStep::completed);
    for (const OpenSpan& span : job.queued) queued_.Add(span);
    for (const AttemptSpan& attempt : job.attempts) running_.Add(attempt.span);
  }

  void AddAttempt(const AttemptSpan& attempt) {
    if (attempt.completed)
      Count(*attempt.span.end, &ThroughputRow::completed, &ThroughputStep::completed);
    running_.Add(attempt.span);
  }

  ThroughputRow Row(std::string name) const {
    ThroughputRow row = row_;
    row.name = std::move(name);
    const LevelSeries running = running_.Over(grid_);
    const LevelSeries queued = queued_.Over(grid_);
    row.running = running.whole;
    row.queued = queued.whole;
    for (size_t i = 0; i < row.steps.size(); ++i) {
      row.steps[i].running = running.steps[i];
      row.steps[i].queued = queued.steps[i];
    }
    return row;
  }

  std::optional<UnixMillis> first_at() const { return first_at_; }

 private:
  void Count(UnixMillis at, int32_t ThroughputRow::*of_row, int32_t ThroughputStep::*of_step) {
    if (!grid_.Contains(at)) return;
    ++(row_.*of_row);
    ++(row_.steps[grid_.StepOf(at)].*of_step);
  }

  TimeGrid grid_;
  ThroughputRow row_;
  std::optional<UnixMillis> first_at_;
  LevelOverTime running_;
  LevelOverTime queued_;
};

using Collectors = std::map<std::string, RowCollector>;

bool IsEmpty(const ThroughputRow& row) {
  return row.created == 0 && row.completed == 0 && row.running.peak == 0 && row.queued.peak == 0;
}

std::vector<ThroughputRow> RowsOf(const Collectors& collectors) {
  std::vector<std::pair<UnixMillis, ThroughputRow>> rows;
  for (const auto& [name, collector] : collectors) {
    ThroughputRow row = collector.Row(name);
    if (!IsEmpty(row)) rows.emplace_back(collector.first_at().value_or(0), std::move(row));
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<ThroughputRow> sorted;
  for (auto& [first_at, row] : rows) sorted.push_back(std::move(row));
  return sorted;
}

}  // namespace

Throughput ComputeThroughput(const std::vector<JobTimeline>& jobs, const TimeGrid& grid) {
  Throughput throughput;
  throughput.grid = grid;
  RowCollector total(grid);
  Collectors types;
  Collectors machines;
  for (const JobTimeline& job : jobs) {
    CountFlow(job, grid.begin, grid.end, throughput.flow);
    total.AddJob(job);
    types.try_emplace(job.type, grid).first->second.AddJob(job);
    for (const AttemptSpan& attempt : job.attempts) {
      machines.try_emplace(attempt.machine, grid).first->second.AddAttempt(attempt);
    }
  }
  throughput.total = total.Row("");
  throughput.job_types = RowsOf(types);
  throughput.machines = RowsOf(machines);
  throughput.agents = UseOfAgents(jobs, {grid.begin, grid.end});
  return throughput;
}

Millis RoundStep(Millis length) {
  constexpr Millis kMaxSteps = 60;
  constexpr std::array<Millis, 17> kRound = {
      kSecond, 2 * kSecond, 5 * kSecond, 10 * kSecond, 15 * kSecond, 30 * kSecond,
      kMinute, 2 * kMinute, 5 * kMinute, 10 * kMinute, 15 * kMinute, 30 * kMinute,
      kHour,   2 * kHour,   6 * kHour,   12 * kHour,   kDay};
  const Millis least = (length + kMaxSteps - 1) / kMaxSteps;
  const auto round = std::lower_bound(kRound.begin(), kRound.end(), least);
  return round == kRound.end() ? (least + kDay - 1) / kDay * kDay : *round;
}

}  // namespace proverlog
