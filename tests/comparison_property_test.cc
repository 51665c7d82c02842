// Comparison and trends on the logs of simulated provers with faults: the figures are those that
// plain searches in the lines give.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "analysis/figure.h"
#include "analysis/job_set.h"
#include "analysis/subject.h"
#include "normalizer/stream_normalizer.h"
#include "tests/testing_util/simulated_prover.h"

namespace proverlog {
namespace {

using generator::LogFormat;
using generator::Release;
using testing_util::Faulty;
using testing_util::RawLine;
using testing_util::RawLines;
using testing_util::SimulatedProver;

// What stands behind `key` up to a space or comma; empty where it is not there.
std::string After(const std::string& text, const std::string& key) {
  const size_t at = text.find(key);
  if (at == std::string::npos) return "";
  const size_t begin = at + key.size();
  return text.substr(begin, text.find_first_of(" ,\"", begin) - begin);
}

// A run of a job as one agent's log shows it.
struct RawRun {
  std::string job;
  std::string machine;
  UnixMillis start = 0;
  std::optional<UnixMillis> end;
  bool completed = false;
  bool failed = false;
};

// What the lines say, searched one after the other.
struct RawFacts {
  std::vector<RawRun> runs;
  std::set<std::string> jobs;     // by the broker
  std::set<std::string> unclear;  // two runs were open in one log
  std::set<std::pair<std::string, UnixMillis>> retries, timeouts;

  RawRun* Open(const std::string& job, const std::string& machine) {
    for (RawRun& run : runs) {
      if (run.job == job && run.machine == machine && !run.end) return &run;
    }
    return nullptr;
  }
  void Start(const std::string& job, const std::string& machine, UnixMillis at) {
    if (Open(job, machine) != nullptr) unclear.insert(job);
    runs.push_back({job, machine, at, std::nullopt});
  }
  RawRun* End(const std::string& job, const std::string& machine, UnixMillis at) {
    RawRun* const run = Open(job, machine);
    if (run != nullptr) run->end = at;
    return run;
  }
};

void ReadAgentLine(const RawLine& line, const std::string& machine, RawFacts& raw) {
  const std::string& text = line.text;
  if (absl::StrContains(text, "to start new job id=")) {
    raw.End(After(text, "Aborting job id="), machine, line.at);
    raw.Start(After(text, "to start new job id="), machine, line.at);
  } else if (absl::StrContains(text, "proving-agent Starting job id=")) {
    raw.Start(After(text, "Starting job id="), machine, line.at);
  } else if (absl::StrContains(text, "completed outputUri=")) {
    if (RawRun* run = raw.End(After(text, "Job id="), machine, line.at)) run->completed = true;
  } else if (absl::StrContains(text, "proving-agent Job id=") &&
             absl::StrContains(text, " failed err=")) {
    if (RawRun* run = raw.End(After(text, "Job id="), machine, line.at)) run->failed = true;
  } else if (absl::StrContains(text, "Aborted job controller for jobId=")) {
    raw.End(After(text, "jobId="), machine, line.at);
  }
}

void ReadBrokerLine(const RawLine& line, RawFacts& raw) {
  const std::string& text = line.text;
  const std::string job = After(text, "job id=");
  if (absl::StrContains(text, "New proving job id=")) raw.jobs.insert(job);
  if (absl::StrContains(text, "Retrying proving job id=")) raw.retries.emplace(job, line.at);
  if (absl::StrContains(text, "Proving job id=") && absl::StrContains(text, "timed out")) {
    raw.timeouts.emplace(job, line.at);
  }
}

RawFacts ReadRaw(const SimulatedProver& prover) {
  RawFacts raw;
  for (const RawLine& line : RawLines(prover)) {
    const generator::GeneratedLog& log = prover.logs[line.log];
    if (log.name == "agent.log") ReadAgentLine(line, log.machine, raw);
    if (log.name == "broker.log") ReadBrokerLine(line, raw);
  }
  return raw;
}

std::vector<Job> ReadByTheProduct(const SimulatedProver& simulated) {
  static const MessageIndex index;
  JobSet set;
  for (size_t log = 0; log < simulated.logs.size(); ++log) {
    StreamLabels labels{static_cast<int64_t>(log) + 1,
                        simulated.logs[log].machine,
                        simulated.logs[log].name,
                        {Anchor{0, simulated.options.start, "UTC"}}};
    auto normalizer = StreamNormalizer::Create(std::move(labels), {}, &index);
    EXPECT_TRUE(normalizer.ok()) << normalizer.status();
    normalizer->Feed(simulated.texts[log], set);
    normalizer->Seal(set);
  }
  std::vector<Job> jobs;
  for (const auto& [id, facts] : set.facts()) jobs.push_back(DeriveJob(id, facts));
  return jobs;
}

std::string TypeOf(const std::string& job) {
  return std::vector<std::string>(absl::StrSplit(job, ':'))[1];
}

// The middle of two, or what lies that far between two neighbours.
double SlowPercentile(std::vector<UnixMillis> values, double fraction) {
  std::sort(values.begin(), values.end());
  const double place = fraction * static_cast<double>(values.size() - 1);
  const auto low = static_cast<size_t>(place);
  const double next = low + 1 < values.size() ? static_cast<double>(values[low + 1]) : 0;
  const double part = place - static_cast<double>(low);
  return static_cast<double>(values[low]) * (1 - part) + next * part;
}

class ComparisonPropertyTest : public testing::TestWithParam<std::tuple<Release, uint64_t>> {
 protected:
  ComparisonPropertyTest() {
    std::erase_if(jobs_, [&](const Job& job) { return raw_.unclear.count(job.id.ToString()) > 0; });
    std::erase_if(raw_.runs, [&](const RawRun& run) { return raw_.unclear.count(run.job) > 0; });
    for (auto* ends : {&raw_.retries, &raw_.timeouts}) {
      std::erase_if(*ends, [&](const auto& end) { return raw_.unclear.count(end.first) > 0; });
    }
    EXPECT_LT(raw_.unclear.size(), jobs_.size() / 5);
    EXPECT_GT(raw_.retries.size(), 10U);
    EXPECT_GT(raw_.timeouts.size(), 10U);
  }

  bool Holds(const SubjectFilter& filter, UnixMillis at) const {
    return at >= filter.begin.value_or(at) && (!filter.end || at < *filter.end);
  }
  bool Holds(const SubjectFilter& filter, const RawRun& run) const {
    return (filter.machine.empty() || filter.machine == run.machine) &&
           Holds(filter, run.end.value_or(run.start));
  }

  void Check(const SubjectFilter& filter) {
    SubjectCollector collector(filter);
    for (const Job& job : jobs_) collector.Add(job);
    const SubjectFigures figures = collector.Figures();
    CheckDurations(filter, figures);
    const auto count = [&](const auto& ends) {
      return std::count_if(ends.begin(), ends.end(),
                           [&](const auto& end) { return Holds(filter, end.second); });
    };
    if (filter.PicksAgents()) {
      EXPECT_FALSE(figures.total.retries);
    } else {
      EXPECT_EQ(figures.total.retries, count(raw_.retries));
      EXPECT_EQ(figures.total.timeouts, count(raw_.timeouts));
    }
    EXPECT_EQ(figures.total.failed_attempts,
              std::count_if(raw_.runs.begin(), raw_.runs.end(),
                            [&](const RawRun& run) { return run.failed && Holds(filter, run); }));
  }

  void CheckDurations(const SubjectFilter& filter, const SubjectFigures& figures) {
    std::map<std::string, RawRun> first;  // of each job, the first that completed
    for (const RawRun& run : raw_.runs) {
      if (!run.completed || !Holds(filter, run)) continue;
      const auto [found, is_new] = first.emplace(run.job, run);
      if (!is_new && *run.end < *found->second.end) found->second = run;
    }
    std::map<std::string, std::vector<UnixMillis>> durations;
    for (const auto& [job, run] : first) durations[TypeOf(job)].push_back(*run.end - run.start);
    size_t with_durations = 0;
    for (const SubjectOnType& row : figures.job_types) {
      const auto& expected = durations[row.type];
      ASSERT_EQ(row.duration.count, expected.size()) << row.type;
      if (expected.empty()) continue;
      ++with_durations;
      EXPECT_NEAR(row.duration.p50, SlowPercentile(expected, 0.5), 1e-6) << row.type;
      EXPECT_NEAR(row.duration.p95, SlowPercentile(expected, 0.95), 1e-6) << row.type;
      EXPECT_EQ(row.median->median, row.duration.p50);
    }
    EXPECT_GT(with_durations, 0U);
    std::erase_if(durations, [](const auto& entry) { return entry.second.empty(); });
    EXPECT_EQ(with_durations, durations.size());
  }

  const SimulatedProver simulated_{
      Faulty(std::get<0>(GetParam()), LogFormat::kPretty, std::get<1>(GetParam()))};
  RawFacts raw_ = ReadRaw(simulated_);
  std::vector<Job> jobs_ = ReadByTheProduct(simulated_);
};

INSTANTIATE_TEST_SUITE_P(Provers, ComparisonPropertyTest,
                         testing::Combine(testing::Values(Release::k1_1, Release::k4_1,
                                                          Release::k5_2),
                                          testing::Range<uint64_t>(1, 7)));

TEST_P(ComparisonPropertyTest, EverySubjectHasTheFiguresOfItsLines) {
  const UnixMillis start = simulated_.options.start;
  for (const std::string machine : {"", "prover-1", "prover-2", "prover-3"}) {
    SCOPED_TRACE(machine);
    Check({machine, {}, {}, {}});
    Check({machine, {}, start + 120'000, start + 400'000});
    Check({machine, {}, start + 300'000, {}});
  }
}

// Every millisecond in which a job runs, counted one by one.
TEST_P(ComparisonPropertyTest, ThroughputIsOverTheMillisecondsInWhichJobsRan) {
  std::set<std::string> open;
  for (const RawRun& run : raw_.runs) {
    if (!run.end) open.insert(run.job);
  }
  for (const std::string machine : {"", "prover-2"}) {
    std::map<std::string, std::set<std::string>> completed;
    std::map<std::string, std::vector<bool>> ran;
    for (const RawRun& run : raw_.runs) {
      if (open.count(run.job) > 0 || !(machine.empty() || run.machine == machine)) continue;
      const std::string type = TypeOf(run.job);
      std::vector<bool>& millis = ran[type];
      const auto begin = static_cast<size_t>(run.start - simulated_.options.start);
      const auto end = static_cast<size_t>(*run.end - simulated_.options.start);
      millis.resize(std::max(millis.size(), end));
      for (size_t at = begin; at < end; ++at) millis[at] = true;
      if (run.completed) completed[type].insert(run.job);
    }
    SubjectCollector collector({machine, {}, {}, {}});
    for (const Job& job : jobs_) {
      if (open.count(job.id.ToString()) == 0) collector.Add(job);
    }
    int checked = 0;
    for (const SubjectOnType& row : collector.Figures().job_types) {
      const auto millis = std::count(ran[row.type].begin(), ran[row.type].end(), true);
      EXPECT_EQ(row.work.running, millis) << row.type;
      if (millis == 0) continue;
      EXPECT_NEAR(
          *row.work.per_second,
          1000.0 * static_cast<double>(completed[row.type].size()) / static_cast<double>(millis),
          1e-9)
          << row.type;
      ++checked;
    }
    EXPECT_GT(checked, 5);
  }
}

TEST_P(ComparisonPropertyTest, AnEpochsFiguresByNameAreThoseOfItsLines) {
  std::map<int32_t, std::vector<Job>> epochs;
  for (const Job& job : jobs_) epochs[job.id.epoch].push_back(job);
  ASSERT_EQ(epochs.size(), 3U);
  for (const auto& [epoch, jobs] : epochs) {
    const std::string prefix = std::to_string(epoch) + ":";
    const EpochFigures figures = ComputeFigures(epoch, jobs, {});
    const auto value = [&](const char* name, const FigureOf& of = {}) {
      return FindFigure(name)->value(figures, of);
    };
    const auto in_epoch = [&](const std::string& job) { return absl::StartsWith(job, prefix); };
    EXPECT_EQ(value("retries"),
              std::count_if(raw_.retries.begin(), raw_.retries.end(),
                            [&](const auto& end) { return in_epoch(end.first); }));
    EXPECT_EQ(value("jobs"),
              std::count_if(raw_.jobs.begin(), raw_.jobs.end(), [&](const std::string& job) {
                return in_epoch(job) && raw_.unclear.count(job) == 0;
              }));
    EXPECT_EQ(value("failed_attempts", {"", "prover-2"}),
              std::count_if(raw_.runs.begin(), raw_.runs.end(), [&](const RawRun& run) {
                return in_epoch(run.job) && run.failed && run.machine == "prover-2";
              }));
  }
}

}  // namespace
}  // namespace proverlog
