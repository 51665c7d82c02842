#include "alerts/stuck_rules.h"

#include <gtest/gtest.h>

#include "alerts/view_reading.h"
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
using testing_util::OpenView;

Job Running(const std::string& type, int number, UnixMillis since, int machine = 1) {
  return JobOf(3054, type, number,
               {ByBroker(since - kSecond, FactKind::kEnqueued),
                ByAgent(since, FactKind::kStarted, machine)});
}

Job Queued(const std::string& type, int number, UnixMillis since) {
  return JobOf(3054, type, number, {ByBroker(since, FactKind::kEnqueued)});
}

TEST(JobRunningLongTest, AgainstTheFloorWhereLittleIsKnown) {
  ProverView view = OpenView();
  view.earlier = {EarlierEpoch(3053, "PUBLIC_VM", 19, 2 * kSecond)};
  view.epochs[0].jobs = {Running("PUBLIC_VM", 1, kNoon - 5 * kMinute)};
  EXPECT_TRUE(Find("job_running_long", view).empty());
  view.epochs[0].jobs = {Running("PUBLIC_VM", 1, kNoon - 5 * kMinute - 1)};
  const auto findings = Find("job_running_long", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(
      findings[0].summary,
      "Epoch 3054: 1 PUBLIC_VM job on m1 has been running for 5 min, more than 5 min, against "
      "the floor of 5 min, for only 19 earlier ones are known.");
  EXPECT_EQ(findings[0].severity, Severity::kWarning);
  EXPECT_EQ(findings[0].labels, (Labels{{"epoch", "3054"}, {"machine", "m1"}}));
  EXPECT_EQ(findings[0].since, kNoon - 1);
}

TEST(JobRunningLongTest, AgainstHistory) {
  ProverView view = OpenView();
  view.earlier = {EarlierEpoch(3053, "PUBLIC_VM", 10, 30 * kSecond),
                  EarlierEpoch(3052, "PUBLIC_VM", 10, 40 * kSecond)};
  // The longest p99 is 40 s and some milliseconds.
  view.epochs[0].jobs = {Running("PUBLIC_VM", 1, kNoon - 120 * kSecond)};
  EXPECT_TRUE(Find("job_running_long", view).empty());
  view.epochs[0].jobs = {Running("PUBLIC_VM", 1, kNoon - 121 * kSecond)};
  const auto findings = Find("job_running_long", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "Epoch 3054: 1 PUBLIC_VM job on m1 has been running for 2 min 1 s, more than 2 min, "
            "against a p99 of 40 s of 20 earlier ones.");
}

// An epoch has one root rollup.
TEST(JobRunningLongTest, AgainstTheLongestOfFiveEpochsWhereEachHasFew) {
  ProverView view = OpenView();
  for (int32_t epoch = 3050; epoch <= 3053; ++epoch) {
    view.earlier.push_back(EarlierEpoch(epoch, "ROOT_ROLLUP", 1, (epoch - 3049) * 30 * kSecond));
  }
  view.epochs[0].jobs = {Running("ROOT_ROLLUP", 1, kNoon - 6 * kMinute - 1)};
  EXPECT_TRUE(Find("job_running_long", view).empty());
  view.earlier.push_back(EarlierEpoch(3049, "ROOT_ROLLUP", 1, kSecond));
  const auto findings = Find("job_running_long", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "Epoch 3054: 1 ROOT_ROLLUP job on m1 has been running for 6 min, more than 6 min, "
            "against at most 2 min of 5 earlier ones.");
  view.epochs[0].jobs = {Running("ROOT_ROLLUP", 1, kNoon - 6 * kMinute)};
  EXPECT_TRUE(Find("job_running_long", view).empty());
  // One that usually takes long.
  for (auto& earlier : view.earlier) earlier = EarlierEpoch(3050, "ROOT_ROLLUP", 1, 16 * kMinute);
  view.epochs[0].jobs = {Running("ROOT_ROLLUP", 1, kNoon - 20 * kMinute)};
  EXPECT_TRUE(Find("job_running_long", view).empty());
}

TEST(JobRunningLongTest, ShortJobsHaveAMinuteAndRootsLonger) {
  ProverView view = OpenView();
  view.earlier = {EarlierEpoch(3053, "PUBLIC_VM", 20, kSecond)};
  view.epochs[0].jobs = {Running("PUBLIC_VM", 1, kNoon - 60 * kSecond),
                         Running("ROOT_ROLLUP", 2, kNoon - 15 * kMinute),
                         Running("PARITY_ROOT", 3, kNoon - 5 * kMinute)};
  EXPECT_TRUE(Find("job_running_long", view).empty());
  view.epochs[0].jobs = {Running("CHECKPOINT_ROOT_ROLLUP", 2, kNoon - 15 * kMinute - 1)};
  EXPECT_EQ(Find("job_running_long", view).size(), 1);
}

TEST(JobRunningLongTest, AreOneFindingAMachine) {
  ProverView view = OpenView();
  for (int i = 0; i < 5; ++i) {
    view.epochs[0].jobs.push_back(
        Running(i == 0 ? "TX_MERGE_ROLLUP" : "PUBLIC_VM", i, kNoon - (6 + i) * kMinute));
  }
  view.epochs[0].jobs.push_back(Running("PUBLIC_VM", 9, kNoon - 6 * kMinute, 2));
  const auto findings = Find("job_running_long", view);
  ASSERT_EQ(findings.size(), 2);
  EXPECT_EQ(findings[0].summary, "Epoch 3054: 5 jobs on m1 have been running for up to 10 min.");
  const std::string zeros(63, '0');
  EXPECT_EQ(findings[0].detail,
            "3054:PUBLIC_VM:" + zeros + "4: 10 min\n3054:PUBLIC_VM:" + zeros +
                "3: 9 min\n3054:PUBLIC_VM:" + zeros +
                "2: 8 min\nand 2 more\n"
                "PUBLIC_VM: more than 5 min, against the floor of 5 min, for only 0 earlier ones "
                "are known\n"
                "TX_MERGE_ROLLUP: more than 5 min, against the floor of 5 min, for only 0 earlier "
                "ones are known\n");
}

TEST(JobRunningLongTest, OnlyWhereTheEpochGoesOnAndTheLogsAreThatFar) {
  ProverView view = EndedView(EpochOutcome::kFailed);
  view.epochs[0].jobs = {Running("PUBLIC_VM", 1, kNoon - 10 * kMinute)};
  EXPECT_TRUE(Find("job_running_long", view).empty());
  view = OpenView();
  view.epochs[0].jobs = {Running("PUBLIC_VM", 1, kNoon - 10 * kMinute)};
  view.complete_until = kNoon - 6 * kMinute;
  EXPECT_TRUE(Find("job_running_long", view).empty());
}

// A machine whose two agents were busy until a minute and a half ago.
void AddWork(int machine, UnixMillis until, ProverView& view) {
  view.epochs[0].jobs.push_back(
      Completed(3054, "PUBLIC_VM", 100 + machine, until, 30 * kSecond, machine));
  view.epochs[0].jobs.push_back(
      Completed(3054, "PUBLIC_VM", 200 + machine, until, 20 * kSecond, machine));
}

TEST(JobQueuedLongTest, WhereAllAgentsAreIdle) {
  ProverView view = OpenView();
  AddWork(1, kNoon - 90 * kSecond, view);
  AddWork(2, kNoon - 60 * kSecond, view);
  view.epochs[0].jobs.push_back(Queued("PUBLIC_VM", 1, kNoon - 5 * kMinute));
  EXPECT_TRUE(Find("job_queued_long", view).empty());
  view.epochs[0].jobs.back() = Queued("PUBLIC_VM", 1, kNoon - 5 * kMinute - 1);
  const auto findings = Find("job_queued_long", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "Epoch 3054: 1 PUBLIC_VM job waited in the queue for up to 5 min, more than 5 min, "
            "against the floor of 5 min, for only 0 earlier ones are known, while all 2 agent "
            "processes that could take it had agents free.");
  EXPECT_EQ(findings[0].labels, (Labels{{"epoch", "3054"}, {"type", "PUBLIC_VM"}}));
}

TEST(JobQueuedLongTest, BusyAgentsAreCapacity) {
  ProverView view = OpenView();
  AddWork(1, kNoon - 30 * kSecond, view);  // busy within the last minute
  view.epochs[0].jobs.push_back(Queued("PUBLIC_VM", 1, kNoon - 20 * kMinute));
  EXPECT_TRUE(Find("job_queued_long", view).empty());
  // Nobody was seen to take the type.
  view = OpenView();
  AddWork(1, kNoon - 90 * kSecond, view);
  view.epochs[0].jobs.push_back(Queued("TX_MERGE_ROLLUP", 1, kNoon - 20 * kMinute));
  EXPECT_TRUE(Find("job_queued_long", view).empty());
}

TEST(JobQueuedLongTest, SaysNothingWhereTheBrokerIsNotHeard) {
  ProverView view = OpenView();
  AddWork(1, kNoon - 90 * kSecond, view);
  view.epochs[0].jobs.push_back(Queued("PUBLIC_VM", 1, kNoon - 20 * kMinute));
  EXPECT_EQ(Find("job_queued_long", view).size(), 1);
  view.logs[2].seen_at = view.logs[2].received_at = kNoon - kHeardWithin - 1;
  EXPECT_TRUE(Find("job_queued_long", view).empty());
}

Job BrokersOnly(int number, UnixMillis enqueued, std::optional<UnixMillis> completed) {
  std::vector<Fact> facts = {ByBroker(enqueued, FactKind::kEnqueued)};
  if (completed) facts.push_back(ByBroker(*completed, FactKind::kCompleted).Attempt(1));
  return JobOf(3054, "PUBLIC_VM", number, std::move(facts));
}

TEST(JobOpenLongTest, OfABrokersLogAloneSaysWhatItCannotSee) {
  ProverView view = OpenView();
  view.epochs[0].jobs = {BrokersOnly(1, kNoon - 9 * kMinute, kNoon - 5 * kMinute),
                         BrokersOnly(2, kNoon - 8 * kMinute, std::nullopt)};
  EXPECT_TRUE(Find("job_open_long", view).empty());
  view.epochs[0].jobs[0] = BrokersOnly(1, kNoon - 9 * kMinute, kNoon - 5 * kMinute - 1);
  const auto findings = Find("job_open_long", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "Epoch 3054: 1 PUBLIC_VM job open for up to 8 min, and none was completed for 5 min. "
            "Only the broker's log tells of this epoch: whether they run cannot be seen.");
  // The floor, since it was asked for.
  view.epochs[0].jobs[1] = BrokersOnly(2, kNoon - 5 * kMinute, std::nullopt);
  EXPECT_TRUE(Find("job_open_long", view).empty());
  view.epochs[0].jobs[1] = BrokersOnly(2, kNoon - 5 * kMinute - 1, std::nullopt);
  EXPECT_EQ(Find("job_open_long", view).size(), 1);
  // Long ago, and by an agent whose log is there.
  view.epochs[0].jobs.push_back(Running("PUBLIC_VM", 3, kNoon - 6 * kMinute));
  EXPECT_TRUE(Find("job_open_long", view).empty());
}

TEST(NoJobStartedTest, WhereJobsWaitAndNobodyWorks) {
  ProverView view = OpenView();
  view.epochs[0].jobs = {Queued("PUBLIC_VM", 1, kNoon - 2 * kMinute)};
  EXPECT_TRUE(Find("no_job_started", view).empty());
  view.epochs[0].jobs = {Queued("PUBLIC_VM", 1, kNoon - 2 * kMinute - 1),
                         Queued("PUBLIC_VM", 2, kNoon - kMinute)};
  // That there are agents is known of their logs alone, and here also of an earlier time.
  const Rule& rule = *FindRule("no_job_started");
  EXPECT_EQ(rule.find(view, testing_util::BuiltInThresholds(rule)).size(), 1);
  view.events = {EventOf("bb.configured", kNoon - 30 * kMinute, "m1", 1)};
  auto findings = Find("no_job_started", view);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].summary,
            "Epoch 3054: 2 jobs are queued, and no agent started one for 2 min.");
  EXPECT_EQ(findings[0].severity, Severity::kCritical);
  // Since somebody started one.
  view.epochs[0].jobs.push_back(
      Completed(3054, "PUBLIC_VM", 3, kNoon - 115 * kSecond, 4 * kSecond));
  EXPECT_TRUE(Find("no_job_started", view).empty());
  // Somebody works.
  view.epochs[0].jobs.back() = Running("ROOT_ROLLUP", 3, kNoon - 9 * kMinute);
  EXPECT_TRUE(Find("no_job_started", view).empty());
}

TEST(NoJobStartedTest, SaysNothingWithoutAgentsLogs) {
  ProverView view = OpenView();
  view.logs = {view.logs[2]};
  view.epochs[0].jobs = {Queued("PUBLIC_VM", 1, kNoon - 20 * kMinute)};
  EXPECT_TRUE(Find("no_job_started", view).empty());
  view.events = {EventOf("bb.configured", kNoon - 30 * kMinute, "m1", 1)};
  EXPECT_EQ(Find("no_job_started", view).size(), 1);
}

}  // namespace
}  // namespace proverlog
