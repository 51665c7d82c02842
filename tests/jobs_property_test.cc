// Jobs, transactions and clocks of simulated provers: what the product makes of the logs is what
// plain searches of their lines give.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "analysis/clock_skew.h"
#include "analysis/job_selection.h"
#include "analysis/transactions.h"
#include "bench/generator/generator.h"
#include "model/time.h"
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

// What the product reads.
struct Told : NormalizerSink {
  std::map<JobId, std::vector<Fact>> facts;
  std::vector<CircuitRun> proofs;  // of transactions

  void OnFact(const JobIdView& job, Fact fact) override {
    UniteFacts({std::move(fact)}, facts[JobId::From(job)]);
  }
  void OnEvent(const Event& /*event*/) override {}
  void OnCircuitRun(const CircuitRun& run) override {
    if (!run.tx.empty()) proofs.push_back(run);
  }
  void OnUnknown(const Record& /*record*/, std::optional<UnixMillis> /*at*/,
                 const Origin& /*origin*/) override {}
};

Told Normalize(const SimulatedProver& simulated) {
  static const MessageIndex index;
  Told told;
  for (size_t log = 0; log < simulated.logs.size(); ++log) {
    StreamLabels labels{static_cast<int64_t>(log) + 1,
                        simulated.logs[log].machine,
                        simulated.logs[log].name,
                        {Anchor{0, simulated.options.start, "UTC"}}};
    auto normalizer = StreamNormalizer::Create(std::move(labels), {}, &index);
    EXPECT_TRUE(normalizer.ok()) << normalizer.status();
    normalizer->Feed(simulated.texts[log], told);
    normalizer->Seal(told);
  }
  return told;
}

std::vector<Job> JobsOf(const Told& told) {
  std::vector<Job> jobs;
  for (const auto& [id, facts] : told.facts) jobs.push_back(DeriveJob(id, facts));
  return jobs;
}

// The word behind `words`, up to a blank; empty where they are not in the line.
std::string WordBehind(const std::string& line, const std::string& words) {
  const size_t at = line.find(words);
  if (at == std::string::npos) return "";
  const size_t begin = at + words.size();
  return line.substr(begin, line.find_first_of(" .,\"", begin) - begin);
}

// The job that the line says to be started, if it does.
std::string StartedJob(const std::string& line) {
  const std::string started = WordBehind(line, "Starting job id=");
  return started.empty() ? WordBehind(line, "to start new job id=") : started;
}

// What the lines say of one job.
struct RawJob {
  std::vector<UnixMillis> enqueued;
  std::map<std::string, UnixMillis> first_starts;  // by machine
  int starts = 0;
  std::vector<UnixMillis> completed_by_agent;
  std::string agent;  // that completed it last
  std::vector<UnixMillis> completed;
  std::string attempts;  // as the completion prints them
  bool restored = false;
  bool revived = false;
  bool retried = false;
  bool killed = false;  // and tried again, or at its last attempt
  bool timed_out = false;
};

std::map<std::string, RawJob> ReadJobs(const SimulatedProver& simulated) {
  std::map<std::string, RawJob> jobs;
  for (const RawLine& line : RawLines(simulated)) {
    const std::string& machine = simulated.logs[line.log].machine;
    const bool is_broker = simulated.logs[line.log].name == "broker.log";
    const auto named = [&](const std::string& words) { return WordBehind(line.text, words); };
    std::string id = named("New proving job id=");
    if (!id.empty()) jobs[id].enqueued.push_back(line.at);
    id = named("Restoring proving job id=");
    if (!id.empty()) jobs[id].restored = true;
    id = named("Reviving aborted proving job id=");
    if (!id.empty()) jobs[id].revived = true;
    id = named("Retrying proving job id=");
    if (!id.empty()) jobs[id].retried = true;
    const std::string given_up = named("Marking proving job as failed id=");
    for (const std::string& killed : {id, given_up}) {
      if (!killed.empty() && absl::StrContains(line.text, "SIGKILL")) jobs[killed].killed = true;
    }
    id = named("Proving job id=");
    if (!id.empty() && absl::StrContains(line.text, "timed out")) jobs[id].timed_out = true;
    id = named("Proving job complete id=");
    if (!id.empty()) {
      jobs[id].completed.push_back(line.at);
      jobs[id].attempts = named("totalAttempts=");
    }
    if (is_broker) continue;
    id = StartedJob(line.text);
    if (!id.empty()) {
      RawJob& job = jobs[id];
      ++job.starts;
      const auto [first, is_new] = job.first_starts.try_emplace(machine, line.at);
      first->second = std::min(first->second, line.at);
    }
    id = named("Job id=");
    if (!id.empty() && absl::StrContains(line.text, " completed outputUri=")) {
      jobs[id].completed_by_agent.push_back(line.at);
      jobs[id].agent = machine;
    }
  }
  return jobs;
}

class JobsPropertyTest : public testing::TestWithParam<std::tuple<Release, uint64_t>> {
 protected:
  SimulatedProver simulated_{
      Faulty(std::get<0>(GetParam()), LogFormat::kPretty, std::get<1>(GetParam()))};
};

INSTANTIATE_TEST_SUITE_P(Provers, JobsPropertyTest,
                         testing::Combine(testing::Values(Release::k1_1, Release::k4_1,
                                                          Release::k5_2),
                                          testing::Range<uint64_t>(1, 7)));

std::set<std::string> Taken(const std::vector<Job>& jobs, const JobSelection& selection) {
  std::set<std::string> ids;
  for (const Job& job : jobs) {
    if (job.exists && selection.Takes(job)) ids.insert(job.id.ToString());
  }
  return ids;
}

template <typename Predicate>
std::set<std::string> Those(const std::map<std::string, RawJob>& jobs, Predicate predicate) {
  std::set<std::string> ids;
  for (const auto& [id, job] : jobs) {
    if (predicate(job)) ids.insert(id);
  }
  return ids;
}

TEST_P(JobsPropertyTest, AMachinesJobsAreThoseThatItsLogSaysToStart) {
  const std::vector<Job> jobs = JobsOf(Normalize(simulated_));
  const std::map<std::string, RawJob> raw = ReadJobs(simulated_);
  for (const char* machine : {"prover-1", "prover-2", "prover-3"}) {
    JobSelection selection;
    selection.machine = machine;
    const std::set<std::string> taken = Taken(jobs, selection);
    EXPECT_FALSE(taken.empty());
    EXPECT_EQ(taken,
              Those(raw, [&](const RawJob& job) { return job.first_starts.contains(machine); }));
  }
}

TEST_P(JobsPropertyTest, WhatWasKilledIsWhatTheBrokerSays) {
  JobSelection selection;
  selection.causes = {CauseKind::kKilled};
  const std::set<std::string> taken = Taken(JobsOf(Normalize(simulated_)), selection);
  EXPECT_FALSE(taken.empty());
  EXPECT_EQ(taken, Those(ReadJobs(simulated_), [](const RawJob& job) { return job.killed; }));
}

// A second in which jobs were enqueued: before their first start nothing else makes them of it.
TEST_P(JobsPropertyTest, AWindowsJobsWereEnqueuedOrRanInIt) {
  const std::vector<Job> jobs = JobsOf(Normalize(simulated_));
  const std::map<std::string, RawJob> raw = ReadJobs(simulated_);
  for (const auto& [id, told] : raw) {
    if (told.enqueued.empty()) continue;
    JobSelection selection;
    selection.begin = told.enqueued.front();
    selection.end = told.enqueued.front() + 1;
    const std::set<std::string> taken = Taken(jobs, selection);
    EXPECT_TRUE(taken.contains(id));
    for (const std::string& other : taken) {
      const RawJob& job = raw.at(other);
      const bool is_started =
          std::any_of(job.first_starts.begin(), job.first_starts.end(),
                      [&](const auto& start) { return start.second < *selection.end; });
      const bool is_enqueued = !job.enqueued.empty() && job.enqueued.front() == *selection.begin;
      EXPECT_TRUE(is_started || is_enqueued) << other;
    }
  }
}

TEST_P(JobsPropertyTest, TheOrderOfEnqueuesIsTheBrokersLogs) {
  std::vector<JobPosition> positions;
  for (const Job& job : JobsOf(Normalize(simulated_))) {
    if (job.exists) positions.push_back(PositionOf(job, JobOrder::kEnqueueTime));
  }
  std::sort(positions.begin(), positions.end(), [](const JobPosition& a, const JobPosition& b) {
    return ComesBefore(a, b, /*descending=*/false);
  });
  std::vector<std::pair<UnixMillis, std::string>> raw;
  for (const auto& [id, job] : ReadJobs(simulated_)) {
    if (!job.enqueued.empty()) {
      raw.emplace_back(*std::min_element(job.enqueued.begin(), job.enqueued.end()), id);
    }
  }
  std::sort(raw.begin(), raw.end());
  ASSERT_GE(positions.size(), raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    EXPECT_EQ(positions[i].value, raw[i].first);
    EXPECT_EQ(positions[i].id.ToString(), raw[i].second);
  }
}

// The AVM proofs: (transaction, beginning, end) in microseconds.
std::vector<std::tuple<std::string, int64_t, int64_t>> ReadProofs(
    const SimulatedProver& simulated) {
  std::vector<std::tuple<std::string, int64_t, int64_t>> proofs;
  for (const RawLine& line : RawLines(simulated)) {
    const std::string tx = WordBehind(line.text, "Generated proof for avm-circuit(");
    if (tx.empty()) continue;
    int64_t millis = 0;
    EXPECT_TRUE(absl::SimpleAtoi(WordBehind(line.text, tx + " in "), &millis));
    const int64_t micros = millis * 1000;
    proofs.emplace_back(tx.substr(0, tx.find(')')), line.at * 1000 - micros, line.at * 1000);
  }
  return proofs;
}

TEST_P(JobsPropertyTest, TransactionsAreThoseOfTheProofsInTheLines) {
  const TransactionSummary summary = SummarizeTransactions(Normalize(simulated_).proofs);
  const auto raw = ReadProofs(simulated_);
  std::set<std::string> hashes;
  int64_t first = std::get<1>(raw.front());
  int64_t last = 0;
  int32_t most = 0;
  for (const auto& [tx, begin, end] : raw) {
    hashes.insert(tx);
    first = std::min(first, begin);
    last = std::max(last, end);
    int32_t at_once = 0;
    for (const auto& [other, other_begin, other_end] : raw) {
      if (other_begin <= begin && begin < other_end) ++at_once;
    }
    most = std::max(most, at_once);
  }
  std::set<std::string> found;
  for (const Transaction& transaction : summary.transactions) found.insert(transaction.hash);
  EXPECT_EQ(found, hashes);
  EXPECT_EQ(summary.proofs, static_cast<int32_t>(raw.size()));
  EXPECT_EQ(absl::ToUnixMicros(*summary.first), first);
  EXPECT_EQ(absl::ToUnixMicros(*summary.last), last);
  EXPECT_EQ(summary.max_parallel, most);
  EXPECT_NEAR(*summary.per_second,
              static_cast<double>(hashes.size()) / (static_cast<double>(last - first) / 1e6), 1e-9);
}

// Sets a log's clock: every line that begins with a time.
void SetClock(Millis ahead, std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (std::string& line : lines) {
    int hours = 0, minutes = 0, seconds = 0, millis = 0;
    if (line.size() < 14 || line[0] != '[' || line[13] != ']' ||
        !absl::SimpleAtoi(line.substr(1, 2), &hours) ||
        !absl::SimpleAtoi(line.substr(4, 2), &minutes) ||
        !absl::SimpleAtoi(line.substr(7, 2), &seconds) ||
        !absl::SimpleAtoi(line.substr(10, 3), &millis)) {
      continue;
    }
    const Millis at =
        (((hours * 60 + minutes) * 60 + seconds) * Millis{1000} + millis + ahead + kDay) % kDay;
    line.replace(0, 14,
                 absl::StrFormat("[%02d:%02d:%02d.%03d]", at / 3'600'000, at / 60'000 % 60,
                                 at / 1000 % 60, at % 1000));
  }
  text = absl::StrJoin(lines, "\n");
}

// The bounds of the agents on the machine against the broker, from the lines.
ClockOffset BoundsOf(const std::map<std::string, RawJob>& jobs, const std::string& machine) {
  ClockOffset bounds;
  for (const auto& [id, job] : jobs) {
    if (job.restored) continue;
    if (job.enqueued.size() == 1 && !job.revived && job.first_starts.contains(machine)) {
      const Millis bound = job.first_starts.at(machine) - job.enqueued[0] + 1;
      bounds.at_most = std::min(bound, bounds.at_most.value_or(bound));
      ++bounds.pairs;
    }
    const bool is_first_attempt =
        job.starts <= 1 && !job.retried && !job.timed_out && job.attempts == "1";
    if (is_first_attempt && job.completed.size() == 1 && job.completed_by_agent.size() == 1 &&
        job.agent == machine) {
      const Millis bound = job.completed_by_agent[0] - job.completed[0] - 1;
      bounds.at_least = std::max(bound, bounds.at_least.value_or(bound));
      ++bounds.pairs;
    }
  }
  return bounds;
}

TEST_P(JobsPropertyTest, TheOffsetOfAClockLiesWithinItsBounds) {
  for (const Millis ahead : {Millis{0}, Millis{1700}, Millis{-4321}}) {
    SimulatedProver simulated = simulated_;
    for (size_t log = 0; log < simulated.logs.size(); ++log) {
      if (simulated.logs[log].machine == "prover-2") SetClock(ahead, simulated.texts[log]);
    }
    const ClockOffsets offsets = EstimateClockOffsets(JobsOf(Normalize(simulated)));
    const std::map<std::string, RawJob> raw = ReadJobs(simulated);
    ASSERT_EQ(offsets.size(), 2U);
    for (const auto& [machine, truth] :
         std::map<std::string, Millis>{{"prover-2", ahead}, {"prover-3", 0}}) {
      const ClockOffset& offset = offsets.at({"prover-1", machine});
      EXPECT_EQ(offset, BoundsOf(raw, machine)) << machine << " " << ahead;
      EXPECT_LE(*offset.at_least, truth);
      EXPECT_GE(*offset.at_most, truth);
      EXPECT_FALSE(offset.Moved());
    }
  }
}

}  // namespace
}  // namespace proverlog
