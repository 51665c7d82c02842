// A prover that is well: the rules have nothing to say but for information.

#include <gtest/gtest.h>

#include "server/alerts/replay_view.h"
#include "tests/alert_scenario.h"

namespace proverlog {
namespace {

using testing_util::SimulatedProver;
using testing_util::StagedLog;
using testing_util::StagedLogsOf;

class AlertHealthTest : public AlertScenario {};

TEST_F(AlertHealthTest, TenEpochsAndTheTimeAfterThem) {
  auto options = Healthy();
  options.epochs = 10;
  const auto logs = StagedLogsOf(SimulatedProver(options));
  size_t most_earlier = 0;
  look = [&](const ProverView& view) {
    most_earlier = std::max(most_earlier, view.earlier.size());
  };
  Run(logs, options.start, EndOf(logs) + 10 * 60'000);
  EXPECT_EQ(Rules(Severity::kWarning), (std::set<std::string>{})) << AllText();
  // An hour later they are earlier epochs, one more a round.
  const UnixMillis later = EndOf(logs) + 80 * 60'000;
  for (int round = 0; round < 12; ++round) Look(later);
  EXPECT_EQ(most_earlier, 10);
}

TEST_F(AlertHealthTest, ARollingRestart) {
  auto options = Healthy();
  options.restart_rate = 1;
  const auto logs = StagedLogsOf(SimulatedProver(options));
  Run(logs, options.start, EndOf(logs) + 60'000);
  EXPECT_EQ(Rules(Severity::kWarning), (std::set<std::string>{})) << AllText();
  EXPECT_EQ(Rules(Severity::kInfo), (std::set<std::string>{"broker_restarted", "job_retries"}))
      << AllText();
}

class AlertReleaseTest : public AlertScenario,
                         public testing::WithParamInterface<generator::Release> {};

TEST_P(AlertReleaseTest, IsWell) {
  auto options = Healthy();
  options.release = GetParam();
  const auto logs = StagedLogsOf(SimulatedProver(options));
  Run(logs, options.start, EndOf(logs) + 5 * 60'000);
  EXPECT_EQ(Rules(Severity::kInfo), (std::set<std::string>{})) << AllText();
}

INSTANTIATE_TEST_SUITE_P(Older, AlertReleaseTest,
                         testing::Values(generator::Release::k1_1, generator::Release::k4_1));

// What is loaded piece by piece is what is stored, and what an earlier time is replayed to be.
class AlertViewsTest : public AlertScenario {};

void ExpectSame(const EpochView& view, const EpochState& stored, UnixMillis at) {
  std::map<JobId, const Job*> jobs;
  for (const Job& job : view.jobs) jobs[job.id] = &job;
  size_t existing = 0;
  for (const Job& job : stored.jobs) {
    if (!job.exists) continue;
    ++existing;
    const auto found = jobs.find(job.id);
    ASSERT_NE(found, jobs.end()) << job.id.ToString() << " at " << at;
    EXPECT_EQ(*found->second, job) << job.id.ToString() << " at " << at;
  }
  EXPECT_EQ(existing, jobs.size()) << at;
  EXPECT_EQ(view.context, stored.context);
}

TEST_F(AlertViewsTest, AreWhatIsStored) {
  auto options = Healthy();
  options.epochs = 2;
  options.retry_rate = options.timeout_rate = options.abort_rate = 0.1;
  options.restart_rate = 0.5;
  const auto logs = StagedLogsOf(SimulatedProver(options));
  int compared = 0;
  look = [&](const ProverView& view) {
    for (const EpochView& epoch : view.epochs) {
      const auto stored = store_.LoadEpoch({prover_id_, 1, "demo"}, epoch.epoch, 10'000);
      ASSERT_TRUE(stored.ok());
      ExpectSame(epoch, *stored, view.now);
      ++compared;
    }
  };
  // The second machine's lines come five minutes late: they are of what is long known.
  auto late = logs;
  for (StagedLog& log : late) {
    if (log.machine != "prover-2") continue;
    for (StagedLog::Line& line : log.lines) line.at += 5 * 60'000;
  }
  Run(late, options.start, EndOf(late) + kStep);
  EXPECT_GT(compared, 40);
}

TEST_F(AlertViewsTest, AreReplayedAsTheyWere) {
  auto options = Healthy();
  options.epochs = 2;
  options.retry_rate = options.timeout_rate = options.abort_rate = 0.1;
  options.failure_rate = 0.002;
  options.seed = 3;
  const auto logs = StagedLogsOf(SimulatedProver(options));
  std::map<UnixMillis, std::vector<EpochView>> views;
  look = [&](const ProverView& view) { views[view.now] = view.epochs; };
  const UnixMillis end = EndOf(logs) + kStep;
  Run(logs, options.start, end);
  EpochCache cache(size_t{64} << 20);
  auto replay =
      ReplayView::Create(&store_, &cache, {prover_id_, 1, "demo"}, options.start, end + 1);
  ASSERT_TRUE(replay.ok()) << replay.status();
  int compared = 0;
  for (auto& [at, epochs] : views) {
    // Lines come until just before an instant.
    const auto view = replay->At(at - 1);
    ASSERT_TRUE(view.ok()) << view.status();
    ASSERT_EQ((*view)->epochs.size(), epochs.size()) << at;
    for (size_t i = 0; i < epochs.size(); ++i) {
      const EpochView& replayed = (*view)->epochs[i];
      ExpectSame(replayed, EpochState{epochs[i].jobs, false, epochs[i].context}, at);
      EXPECT_EQ(replayed.outcome, epochs[i].outcome) << at;
      EXPECT_EQ(replayed.over, epochs[i].over) << at;
      EXPECT_EQ(replayed.begin, epochs[i].begin) << at;
      EXPECT_EQ(replayed.submission.tries, epochs[i].submission.tries) << at;
      ++compared;
    }
  }
  EXPECT_GT(compared, 30);
}

}  // namespace
}  // namespace proverlog
