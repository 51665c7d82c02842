// The throughput of simulated provers, beside one that is counted millisecond by millisecond from
// the words in the lines.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "analysis/throughput.h"
#include "bench/generator/random.h"
#include "tests/testing_util/raw_jobs.h"

namespace proverlog {
namespace {

using generator::LogFormat;
using generator::Random;
using generator::Release;
using testing_util::Faulty;
using testing_util::RawAttempt;
using testing_util::RawJob;
using testing_util::SimulatedProver;

// One number for each millisecond of the time.
using Levels = std::vector<int32_t>;

struct Span {
  UnixMillis begin;
  UnixMillis end;
};

constexpr UnixMillis kNever = 1LL << 60;

// From each entry until somebody starts the job, or it ends, or it comes in again.
std::vector<Span> QueuedOf(const RawJob& job) {
  std::vector<Span> spans;
  for (const UnixMillis entry : job.entries) {
    UnixMillis end = kNever;
    for (const UnixMillis next : job.entries) end = next > entry ? std::min(end, next) : end;
    for (const UnixMillis next : job.ends) end = next >= entry ? std::min(end, next) : end;
    for (const RawAttempt& a : job.attempts) end = a.begin >= entry ? std::min(end, a.begin) : end;
    spans.push_back({entry, end});
  }
  return spans;
}

struct RanSpan {
  Span span;
  bool lost;
};
RanSpan RanOf(const RawAttempt& attempt, const RawJob& job) {
  if (attempt.end && !attempt.ambiguous) return {{attempt.begin, *attempt.end}, false};
  for (const UnixMillis at : job.takebacks) {
    if (at > attempt.begin) return {{attempt.begin, at}, true};
  }
  if (attempt.end) return {{attempt.begin, *attempt.end}, true};
  if (job.ended) return {{attempt.begin, std::max(*job.ended, attempt.begin)}, true};
  return {{attempt.begin, kNever}, false};
}

// Counts the slow way.
class Counted {
 public:
  Counted(const std::map<std::string, RawJob>& jobs, TimeGrid grid) : jobs_(jobs), grid_(grid) {
    for (const auto& [id, job] : jobs_) {
      for (const Span& span : QueuedOf(job)) {
        Fill(span, queued_[""]);
        Fill(span, queued_[job.type]);
      }
      for (const RawAttempt& attempt : job.attempts) {
        const RanSpan ran = RanOf(attempt, job);
        Fill(ran.span, running_[""]);
        Fill(ran.span, running_[job.type]);
        Fill(ran.span, running_[absl::StrCat("log ", attempt.log)]);
        Process& process = processes_[attempt.log];
        process.types.insert(job.type);
        if (!ran.lost) process.kept.push_back(ran.span);
        process.first = std::min(process.first, ran.span.begin);
        process.last = std::max(process.last, ran.lost                 ? ran.span.begin
                                              : ran.span.end == kNever ? grid_.end
                                                                       : ran.span.end);
      }
    }
  }

  LevelStats Running(const std::string& whose, size_t step) { return Stats(running_[whose], step); }
  LevelStats Queued(const std::string& whose, size_t step) { return Stats(queued_[whose], step); }

  int32_t Created(const std::string& type, UnixMillis begin, UnixMillis end) const {
    return Count(type, begin, end, [](const RawJob& job) { return job.created; });
  }
  int32_t Completed(const std::string& type, UnixMillis begin, UnixMillis end) const {
    return Count(type, begin, end, [](const RawJob& job) {
      return job.ended && job.state == "completed" ? *job.ended : -1;
    });
  }
  int32_t Ended(UnixMillis begin, UnixMillis end) const {
    return Count("", begin, end, [](const RawJob& job) { return job.ended.value_or(-1); });
  }
  int32_t InFlight(UnixMillis at) const {
    return static_cast<int32_t>(std::count_if(jobs_.begin(), jobs_.end(), [at](const auto& entry) {
      const RawJob& job = entry.second;
      return job.created < at && job.ended.value_or(kNever) >= at;
    }));
  }
  int32_t CompletedAttempts(size_t log, UnixMillis begin, UnixMillis end) const {
    int32_t count = 0;
    for (const auto& [id, job] : jobs_) {
      for (const RawAttempt& a : job.attempts) {
        // Where the broker took an ambiguous one back, its end is that.
        const UnixMillis at = RanOf(a, job).span.end;
        count += a.log == log && a.how == "completed" && at >= begin && at < end ? 1 : 0;
      }
    }
    return count;
  }

  int32_t AgentsOf(size_t log) {
    const std::vector<Span>& kept = processes_[log].kept;
    int32_t most = 1;
    for (const Span& a : kept) {
      most = std::max(
          most, static_cast<int32_t>(std::count_if(kept.begin(), kept.end(), [&](const Span& b) {
            return b.begin <= a.begin && a.begin < b.end;
          })));
    }
    return most;
  }

  // Of all processes: idle while queued, by log, and with key -1 the lost capacity.
  std::map<int64_t, Millis> Idle() {
    std::map<int64_t, Millis> idle;
    std::map<size_t, int32_t> agents;
    for (const auto& [log, process] : processes_) agents[log] = AgentsOf(log);
    for (UnixMillis at = grid_.begin; at < grid_.end; ++at) {
      const auto index = static_cast<size_t>(at - grid_.begin);
      std::map<std::string, int32_t> free_by_type;
      int64_t free = 0;
      for (auto& [log, process] : processes_) {
        if (at < process.first || at >= process.last) continue;
        const Levels& running = running_[absl::StrCat("log ", log)];
        const int32_t free_agents = std::max(agents[log] - running[index], 0);
        free += free_agents;
        bool has_work = false;
        for (const std::string& type : process.types) {
          free_by_type[type] += free_agents;
          const Levels& queued = queued_[type];
          has_work = has_work || (!queued.empty() && queued[index] > 0);
        }
        if (has_work) idle[static_cast<int64_t>(log)] += free_agents;
      }
      int64_t usable = 0;
      for (const auto& [type, free_agents] : free_by_type) {
        const Levels& queued = queued_[type];
        usable += std::min(free_agents, queued.empty() ? 0 : queued[index]);
      }
      idle[-1] += std::min(free, usable);
    }
    return idle;
  }

  Millis Busy(size_t log) {
    Millis busy = 0;
    for (const int32_t level : running_[absl::StrCat("log ", log)]) {
      busy += std::min(level, AgentsOfCached(log));
    }
    return busy;
  }

 private:
  struct Process {
    std::set<std::string> types;
    std::vector<Span> kept;
    UnixMillis first = kNever;
    UnixMillis last = -1;
  };

  int32_t AgentsOfCached(size_t log) {
    const auto [entry, is_new] = agents_.try_emplace(log, 0);
    if (is_new) entry->second = AgentsOf(log);
    return entry->second;
  }

  void Fill(const Span& span, Levels& levels) const {
    levels.resize(static_cast<size_t>(grid_.Length()));
    for (UnixMillis at = std::max(span.begin, grid_.begin); at < std::min(span.end, grid_.end);
         ++at) {
      ++levels[static_cast<size_t>(at - grid_.begin)];
    }
  }

  // Of the whole time where `step` is not one.
  LevelStats Stats(const Levels& levels, size_t step) const {
    LevelStats stats;
    const bool whole = step >= grid_.Steps();
    const UnixMillis begin = whole ? grid_.begin : grid_.BeginOf(step);
    const UnixMillis end = whole ? grid_.end : grid_.EndOf(step);
    double sum = 0;
    for (UnixMillis at = begin; at < end && !levels.empty(); ++at) {
      const int32_t level = levels[static_cast<size_t>(at - grid_.begin)];
      sum += level;
      if (level > stats.peak) {
        stats.peak = level;
        stats.peak_at = at;
      }
    }
    stats.mean = sum / static_cast<double>(end - begin);
    return stats;
  }

  template <typename InstantOf>
  int32_t Count(const std::string& type, UnixMillis begin, UnixMillis end,
                InstantOf instant_of) const {
    int32_t count = 0;
    for (const auto& [id, job] : jobs_) {
      const UnixMillis at = instant_of(job);
      count += (type.empty() || job.type == type) && at >= begin && at < end ? 1 : 0;
    }
    return count;
  }

  const std::map<std::string, RawJob>& jobs_;
  const TimeGrid grid_;
  std::map<std::string, Levels> running_;
  std::map<std::string, Levels> queued_;
  std::map<size_t, Process> processes_;
  std::map<size_t, int32_t> agents_;
};

void ExpectSame(const LevelStats& found, const LevelStats& counted) {
  EXPECT_NEAR(found.mean, counted.mean, 1e-6);
  EXPECT_EQ(found.peak, counted.peak);
  EXPECT_EQ(found.peak_at, counted.peak_at);
}

void ExpectSameRow(const ThroughputRow& row, const TimeGrid& grid, const std::string& type,
                   Counted& counted) {
  SCOPED_TRACE(type);
  EXPECT_EQ(row.created, counted.Created(type, grid.begin, grid.end));
  EXPECT_EQ(row.completed, counted.Completed(type, grid.begin, grid.end));
  ExpectSame(row.running, counted.Running(type, grid.Steps()));
  ExpectSame(row.queued, counted.Queued(type, grid.Steps()));
  ASSERT_EQ(row.steps.size(), grid.Steps());
  for (size_t i = 0; i < grid.Steps(); ++i) {
    EXPECT_EQ(row.steps[i].created, counted.Created(type, grid.BeginOf(i), grid.EndOf(i)));
    EXPECT_EQ(row.steps[i].completed, counted.Completed(type, grid.BeginOf(i), grid.EndOf(i)));
    ExpectSame(row.steps[i].running, counted.Running(type, i));
    ExpectSame(row.steps[i].queued, counted.Queued(type, i));
  }
}

void ExpectSameAgents(const AgentUse& use, const TimeGrid& grid, const SimulatedProver& prover,
                      Counted& counted) {
  std::map<int64_t, Millis> idle = counted.Idle();
  Millis idle_sum = 0;
  for (const ProcessUse& process : use.processes) {
    SCOPED_TRACE(process.machine);
    size_t log = 0;
    while (prover.logs[log].machine != process.machine || prover.logs[log].name != "agent.log")
      ++log;
    EXPECT_EQ(process.agents, counted.AgentsOf(log));
    EXPECT_EQ(process.busy, counted.Busy(log));
    EXPECT_EQ(process.completed, counted.CompletedAttempts(log, grid.begin, grid.end));
    EXPECT_EQ(process.idle_while_queued, idle[static_cast<int64_t>(log)]);
    EXPECT_LE(process.utilization, 1.0);
    idle_sum += process.idle_while_queued;
  }
  EXPECT_EQ(use.idle_while_queued, idle_sum);
  EXPECT_EQ(use.lost_capacity, idle[-1]);
}

class ThroughputPropertyTest : public testing::TestWithParam<std::tuple<Release, uint64_t>> {
 protected:
  void Check(const std::map<int32_t, std::vector<Job>>& epochs, const TimeGrid& grid) {
    std::vector<JobTimeline> timelines;
    std::map<std::string, RawJob> raw;
    for (const auto& [epoch, jobs] : epochs) {
      for (const Job& job : jobs) timelines.push_back(TimelineOf(job));
      for (const auto& [id, job] : raw_) {
        if (absl::StartsWith(id, absl::StrCat(epoch, ":"))) raw.emplace(id, job);
      }
    }
    ASSERT_EQ(timelines.size(), raw.size());
    const Throughput throughput = ComputeThroughput(timelines, grid);
    Counted counted(raw, grid);
    ExpectSameRow(throughput.total, grid, "", counted);
    int32_t created_by_type = 0;
    for (const ThroughputRow& row : throughput.job_types) {
      ExpectSameRow(row, grid, row.name, counted);
      created_by_type += row.created;
    }
    EXPECT_EQ(created_by_type, throughput.total.created);
    const JobFlow& flow = throughput.flow;
    EXPECT_EQ(flow.in_flight_before, counted.InFlight(grid.begin));
    EXPECT_EQ(flow.in_flight_after, counted.InFlight(grid.end));
    EXPECT_EQ(flow.completed + flow.failed + flow.aborted, counted.Ended(grid.begin, grid.end));
    EXPECT_EQ(flow.in_flight_after,
              flow.in_flight_before + flow.created - flow.completed - flow.failed - flow.aborted);
    ExpectSameAgents(throughput.agents, grid, prover_, counted);
  }

  const SimulatedProver prover_{
      Faulty(std::get<0>(GetParam()), LogFormat::kPretty, std::get<1>(GetParam()))};
  const std::map<std::string, RawJob> raw_ = testing_util::RawJobsOf(prover_);
  const std::map<int32_t, std::vector<Job>> epochs_ = testing_util::ReadJobs(prover_);
};

INSTANTIATE_TEST_SUITE_P(Provers, ThroughputPropertyTest,
                         testing::Combine(testing::Values(Release::k1_1, Release::k4_1,
                                                          Release::k5_2),
                                          testing::Range<uint64_t>(1, 3)));

TEST_P(ThroughputPropertyTest, AnEpochsFiguresAreThoseOfItsLines) {
  for (const auto& [epoch, jobs] : epochs_) {
    TimeGrid grid{kNever, 0, 1};
    for (const Job& job : jobs) {
      grid.begin = std::min(grid.begin, job.first_at.value_or(kNever));
      grid.end = std::max(grid.end, job.last_at.value_or(0) + 1);
    }
    grid.step = RoundStep(grid.Length());
    SCOPED_TRACE(epoch);
    Check({{epoch, jobs}}, grid);
  }
}

TEST_P(ThroughputPropertyTest, SoAreThoseOfAnyTime) {
  Random random(std::get<1>(GetParam()));
  const auto span = static_cast<int64_t>(500'000);
  for (int i = 0; i < 4; ++i) {
    TimeGrid grid;
    grid.begin = prover_.options.start + random.Below(span);
    grid.end = grid.begin + 1 + random.Below(100'000);
    grid.step = 1 + random.Below(grid.Length());
    SCOPED_TRACE(absl::StrCat(grid.begin, " to ", grid.end));
    Check(epochs_, grid);
  }
}

}  // namespace
}  // namespace proverlog
