#include "alerts/machine_rules.h"

#include <gtest/gtest.h>

#include "tests/testing_util/prover_views.h"

namespace proverlog {
namespace {

using testing_util::ByAgent;
using testing_util::ByBroker;
using testing_util::Completed;
using testing_util::EarlierEpoch;
using testing_util::EndedView;
using testing_util::EventOf;
using testing_util::Find;
using testing_util::JobOf;
using testing_util::kNoon;
using testing_util::LogOf;
using testing_util::OpenView;

TEST(MachineSilentTest, WhileAnEpochGoesOn) {
  ProverView view = OpenView();
  view.logs[0].seen_at = view.logs[0].received_at = view.logs[0].last_at = kNoon - 2 * kMinute;
  EXPECT_TRUE(Find("machine_silent", view).empty());
  view.now += 1;
  auto findings = Find("machine_silent", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "m1 has not been heard of for 2 min while an epoch goes on: 1 log stands still.");
  EXPECT_EQ(findings[0].severity, Severity::kWarning);
  EXPECT_EQ(findings[0].labels, (Labels{{"machine", "m1"}}));
  EXPECT_EQ(findings[0].since, kNoon - 2 * kMinute);
  EXPECT_EQ(findings[0].detail, "agent.log: last record 2026-11-21 11:58:00 UTC\n");
  // Another log of the machine still comes.
  view.logs.push_back(LogOf(3, "m1", "node.log", kNoon));
  EXPECT_TRUE(Find("machine_silent", view).empty());
  view.logs.pop_back();
  view.epochs[0].over = true;
  EXPECT_TRUE(Find("machine_silent", view).empty());
}

// Nobody was heard while the service was away: what fires goes on, and nothing begins.
TEST(MachineSilentTest, StartsNothingWhereTheServiceWasAway) {
  ProverView view = OpenView();
  view.now = kNoon + 5 * kMinute;
  view.listens_since = view.now - 2 * kMinute;
  auto findings = Find("machine_silent", view);
  ASSERT_EQ(findings.size(), 3);
  for (const Finding& finding : findings) EXPECT_FALSE(finding.starts);
  view.now += 1;
  for (const Finding& finding : Find("machine_silent", view)) EXPECT_TRUE(finding.starts);
}

TEST(MachineSilentTest, TheBrokersIsCritical) {
  ProverView view = OpenView();
  view.logs[2].seen_at = view.logs[2].received_at = kNoon - 4 * kMinute;
  const auto findings = Find("machine_silent", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].severity, Severity::kCritical);
  EXPECT_EQ(findings[0].summary,
            "b has not been heard of for 4 min while an epoch goes on: 1 log stands still, the "
            "broker's among them.");
  view.logs[2].ended = true;
  EXPECT_TRUE(Find("machine_silent", view).empty());
}

TEST(BrokerSilentTest, WhileAgentsCompleteJobs) {
  ProverView view = OpenView();
  view.logs[2].last_at = kNoon - 5 * kMinute;
  view.logs[2].first_at = kNoon - 65 * kMinute;
  view.logs[2].counts.records = 3600;
  view.epochs[0].jobs = {Completed(3054, "PUBLIC_VM", 1, kNoon - kMinute, kSecond)};
  EXPECT_TRUE(Find("broker_silent", view).empty());
  view.logs[2].last_at = kNoon - 5 * kMinute - 1;
  auto findings = Find("broker_silent", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "The broker's log on b has had no line for 5 min (usually one every 999 ms), while "
            "agents completed jobs.");
  // It is not read to its end.
  view.logs[2].unread_bytes = 1;
  EXPECT_TRUE(Find("broker_silent", view).empty());
  view.logs[2].unread_bytes = 0;
  // Its own rhythm is slower.
  view.logs[2].counts.records = 100;
  EXPECT_TRUE(Find("broker_silent", view).empty());
  view.logs[2].counts.records = 3600;
  view.epochs[0].jobs = {Completed(3054, "PUBLIC_VM", 1, kNoon - 4 * kMinute, kSecond)};
  EXPECT_TRUE(Find("broker_silent", view).empty());
}

TEST(BrokerSilentTest, ForThirtyTimesItsRhythm) {
  ProverView view = OpenView();
  const auto silent_for = [&](Millis silent) {
    view.logs[2].last_at = kNoon - silent;
    view.logs[2].first_at = *view.logs[2].last_at - 60 * kMinute;
    view.logs[2].counts.records = 180;  // one in 20 s
  };
  view.epochs[0].jobs = {Completed(3054, "PUBLIC_VM", 1, kNoon - kMinute, kSecond)};
  silent_for(10 * kMinute);
  EXPECT_TRUE(Find("broker_silent", view).empty());
  silent_for(10 * kMinute + 1);
  EXPECT_EQ(Find("broker_silent", view).size(), 1);
}

TEST(MachineIdleTest, WhileOthersWork) {
  ProverView view = OpenView();
  for (int i = 0; i < 2; ++i) {
    view.epochs[0].jobs.push_back(
        Completed(3054, "PUBLIC_VM", i, kNoon - kMinute, (20 + i) * kSecond, 1));
    view.epochs[0].jobs.push_back(Completed(3054, "PUBLIC_VM", 10 + i, kNoon - i, 9 * kMinute, 2));
  }
  view.epochs[0].jobs.push_back(
      JobOf(3054, "PUBLIC_VM", 20, {ByBroker(kNoon - kMinute, FactKind::kEnqueued)}));
  const auto findings = Find("machine_idle", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(
      findings[0].summary,
      "2 of 2 agents on m1 did nothing for 1 min while 1 job that they could take was queued.");
  EXPECT_EQ(findings[0].labels, (Labels{{"machine", "m1"}}));
  EXPECT_EQ(findings[0].since, kNoon - kMinute);
  // The job was queued later.
  view.epochs[0].jobs.back() =
      JobOf(3054, "PUBLIC_VM", 20, {ByBroker(kNoon - kMinute + 1, FactKind::kEnqueued)});
  EXPECT_TRUE(Find("machine_idle", view).empty());
}

// That is told of the jobs, not of each machine.
TEST(MachineIdleTest, NotWhereNobodyWorks) {
  ProverView view = OpenView();
  view.epochs[0].jobs = {
      Completed(3054, "PUBLIC_VM", 1, kNoon - 2 * kMinute, kSecond, 1),
      Completed(3054, "PUBLIC_VM", 2, kNoon - 2 * kMinute, kSecond, 2),
      JobOf(3054, "PUBLIC_VM", 20, {ByBroker(kNoon - 2 * kMinute, FactKind::kEnqueued)})};
  EXPECT_TRUE(Find("machine_idle", view).empty());
}

TEST(MachineIdleTest, NotOfAProcessThatStartsAgain) {
  ProverView view = OpenView();
  view.epochs[0].jobs = {
      Completed(3054, "PUBLIC_VM", 1, kNoon - 2 * kMinute, kSecond, 1),
      Completed(3054, "PUBLIC_VM", 2, kNoon - 1, 9 * kMinute, 2),
      JobOf(3054, "PUBLIC_VM", 20, {ByBroker(kNoon - 2 * kMinute, FactKind::kEnqueued)})};
  EXPECT_EQ(Find("machine_idle", view).size(), 1);
  view.events = {EventOf("bb.configured", kNoon - 90 * kSecond, "m1", 1)};
  EXPECT_TRUE(Find("machine_idle", view).empty());
}

Job Killed(int number, UnixMillis at) {
  return JobOf(3054, "PUBLIC_VM", number,
               {ByBroker(at - 9 * kSecond, FactKind::kEnqueued),
                ByAgent(at - 8 * kSecond, FactKind::kStarted),
                ByAgent(at, FactKind::kAgentFailed)
                    .Retry(true)
                    .Detail("Failed to generate proof. Exit code null. Signal SIGKILL."),
                ByBroker(at + 5, FactKind::kRetried).Attempt(1)});
}

TEST(MachineOutOfMemoryTest, FromTheSecondTimeOn) {
  ProverView view = OpenView();
  view.epochs[0].jobs = {Killed(1, kNoon - 10 * kMinute)};
  EXPECT_TRUE(Find("machine_out_of_memory", view).empty());
  view.epochs[0].jobs.push_back(Killed(2, kNoon - 3 * kMinute));
  const auto findings = Find("machine_out_of_memory", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "m1 ran out of memory 2 times within 7 min, the last time at a PUBLIC_VM of epoch 3054 "
            "(killed: Failed to generate proof. Exit code null. Signal SIGKILL.).");
  EXPECT_EQ(findings[0].next_step.substr(0, 48),
            "Run fewer agents on it (PROVER_AGENT_COUNT), or ");
  view.epochs[0].jobs[0] = Killed(1, kNoon - 60 * kMinute);
  EXPECT_TRUE(Find("machine_out_of_memory", view).empty());
  // The window ends with the last one where other logs are behind.
  view.complete_until = kNoon - 2 * kHour;
  EXPECT_EQ(Find("machine_out_of_memory", view).size(), 1);
  view.epochs[0].jobs[0] = Killed(1, kNoon - 63 * kMinute);
  EXPECT_TRUE(Find("machine_out_of_memory", view).empty());
}

TEST(ClockSkewTest, WhereLinesTellItForSure) {
  // The agent completes a job 2 s and some after the broker has the result.
  const auto job = [](int number, Millis ahead) {
    const UnixMillis at = kNoon - 5 * kMinute + number * kSecond;
    return JobOf(3054, "PUBLIC_VM", number,
                 {ByBroker(at, FactKind::kEnqueued), ByAgent(at + ahead + 100, FactKind::kStarted),
                  ByAgent(at + ahead + 500, FactKind::kAgentCompleted),
                  ByBroker(at + 501, FactKind::kCompleted).Attempt(1)});
  };
  ProverView view = OpenView();
  view.epochs[0].jobs = {job(1, 2002), job(2, 2002)};
  EXPECT_TRUE(Find("clock_skew", view).empty());  // at least 2000 ms
  view.epochs[0].jobs = {job(1, 2003)};
  EXPECT_TRUE(Find("clock_skew", view).empty());  // two pairs
  view.epochs[0].jobs = {job(1, 2003), job(2, 2003)};
  const auto findings = Find("clock_skew", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "The clock of m1 is at least 2 s ahead of that of b, as 4 pairs of lines of epoch 3054 "
            "tell.");
  view.epochs[0].jobs = {job(1, -2400), job(2, -2400)};
  ASSERT_EQ(Find("clock_skew", view).size(), 1);
  EXPECT_EQ(Find("clock_skew", view)[0].summary,
            "The clock of m1 is at least 2.2 s behind that of b, as 4 pairs of lines of epoch 3054 "
            "tell.");
}

TEST(MachineSlowTest, AgainstEachOfItsEarlierEpochs) {
  ProverView view = EndedView(EpochOutcome::kPublished);
  view.epochs[0].figures = EarlierEpoch(3054, "PUBLIC_VM", 20, 13 * kSecond);
  view.earlier = {EarlierEpoch(3053, "PUBLIC_VM", 20, 10 * kSecond),
                  EarlierEpoch(3052, "PUBLIC_VM", 20, 9 * kSecond)};
  EXPECT_TRUE(Find("machine_slow", view).empty());
  view.earlier.push_back(EarlierEpoch(3051, "PUBLIC_VM", 20, 8 * kSecond));
  auto findings = Find("machine_slow", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "In epoch 3054, PUBLIC_VM jobs on m1 took 1.3 times as long as in each of 3 earlier "
            "epochs (median 13 s).");
  EXPECT_EQ(findings[0].labels, (Labels{{"machine", "m1"}}));
  // By a quarter, surely, and not by less: half the jobs took a little longer.
  view.epochs[0].figures = EarlierEpoch(3054, "PUBLIC_VM", 20, 12 * kSecond + 450);
  EXPECT_TRUE(Find("machine_slow", view).empty());
  view.epochs[0].figures = EarlierEpoch(3054, "PUBLIC_VM", 20, 12 * kSecond + 550);
  EXPECT_EQ(Find("machine_slow", view).size(), 1);
  // One of them was as slow.
  view.earlier.push_back(EarlierEpoch(3050, "PUBLIC_VM", 20, 12 * kSecond));
  EXPECT_TRUE(Find("machine_slow", view).empty());
}

}  // namespace
}  // namespace proverlog
