#include "analysis/epoch_summary.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using testing_util::At;
using K = FactKind;

constexpr int32_t kEpoch = 3054;

// A job of the epoch; `name` tells it from others of its type.
Job JobOf(const std::string& type, const std::string& name, std::vector<Fact> facts) {
  return DeriveJob({kEpoch, type, name}, std::move(facts));
}

// Enqueued at `at`, proven on `machine` from 10 ms later on for 100 ms.
Job Proven(const std::string& type, const std::string& name, UnixMillis at,
           const std::string& machine = "agent") {
  return JobOf(type, name,
               {At(at, K::kEnqueued).On("broker"), At(at + 10, K::kStarted).On(machine),
                At(at + 110, K::kAgentCompleted).On(machine),
                At(at + 112, K::kCompleted).Attempt(1).On("broker")});
}

Job Open(const std::string& name) { return JobOf("PUBLIC_VM", name, {At(0, K::kEnqueued)}); }
Job Failed(const std::string& name) {
  return JobOf("PUBLIC_VM", name, {At(0, K::kEnqueued), At(9, K::kFailed).Attempt(1)});
}
Job Aborted(const std::string& name) {
  return JobOf("PUBLIC_VM", name, {At(0, K::kEnqueued), At(9, K::kCancelled)});
}
Job OnlyReused(const std::string& type, const std::string& name) {
  return JobOf(type, name, {At(-500, K::kReused)});
}

EpochOutcome OutcomeOfJobs(const std::vector<Job>& jobs) {
  return SummarizeEpoch(kEpoch, jobs).outcome;
}

std::vector<std::string> TypesOf(const EpochSummary& summary) {
  std::vector<std::string> types;
  for (const JobTypeSummary& type : summary.job_types) types.push_back(type.type);
  return types;
}

TEST(EpochOutcomeTest, ARootRollupProvesTheEpochWhateverElseHappened) {
  EXPECT_EQ(OutcomeOfJobs({Proven("ROOT_ROLLUP", "r", 5), Failed("f"), Open("o"), Aborted("a")}),
            EpochOutcome::kProven);
}

TEST(EpochOutcomeTest, OtherRollupsDoNot) {
  EXPECT_EQ(OutcomeOfJobs({Proven("CHECKPOINT_ROOT_ROLLUP", "r", 5)}), EpochOutcome::kIncomplete);
}

TEST(EpochOutcomeTest, ARootRollupThatDidNotCompleteDoesNot) {
  EXPECT_EQ(OutcomeOfJobs({JobOf("ROOT_ROLLUP", "r", {At(0, K::kEnqueued)})}),
            EpochOutcome::kInProgress);
}

TEST(EpochOutcomeTest, AFailureCountsMoreThanOpenAndAbortedJobs) {
  EXPECT_EQ(OutcomeOfJobs({Open("o"), Aborted("a"), Failed("f"), Proven("A", "p", 0)}),
            EpochOutcome::kFailed);
}

TEST(EpochOutcomeTest, AnOpenJobCountsMoreThanAnAbortedOne) {
  EXPECT_EQ(OutcomeOfJobs({Aborted("a"), Open("o"), Proven("A", "p", 0)}),
            EpochOutcome::kInProgress);
}

TEST(EpochOutcomeTest, AnAbortedJobCountsMoreThanACompletedOne) {
  EXPECT_EQ(OutcomeOfJobs({Aborted("a"), Proven("A", "p", 0)}), EpochOutcome::kAborted);
}

TEST(EpochOutcomeTest, OnlyCompletedJobsWithoutARootRollupAreIncomplete) {
  EXPECT_EQ(OutcomeOfJobs({Proven("A", "p", 0)}), EpochOutcome::kIncomplete);
  EXPECT_EQ(OutcomeOfJobs({}), EpochOutcome::kIncomplete);
}

TEST(EpochSummaryTest, CountsJobsByWhatBecameOfThem) {
  const Job retried =
      JobOf("PUBLIC_VM", "r",
            {At(0, K::kEnqueued), At(1, K::kStarted), At(5, K::kTimedOut).Retry(true),
             At(6, K::kStarted), At(7, K::kAgentFailed), At(8, K::kRetried), At(9, K::kStarted)});
  const Job without_enqueue =
      JobOf("PUBLIC_VM", "w", {At(2, K::kStarted), At(3, K::kAgentCompleted)});
  const EpochSummary summary =
      SummarizeEpoch(kEpoch, {retried, without_enqueue, Failed("f"), Aborted("a"), Open("o")});
  EXPECT_EQ(summary.epoch, kEpoch);
  EXPECT_EQ(summary.totals.jobs, 5);
  EXPECT_EQ(summary.totals.enqueued, 4);
  EXPECT_EQ(summary.totals.started, 2);
  EXPECT_EQ(summary.totals.completed, 1);
  EXPECT_EQ(summary.totals.failed, 1);
  EXPECT_EQ(summary.totals.aborted, 1);
  EXPECT_EQ(summary.totals.in_flight, 2);
  EXPECT_EQ(summary.totals.retries, 1);
  EXPECT_EQ(summary.totals.timeouts, 1);
  EXPECT_EQ(summary.totals.max_parallel, 2);
}

TEST(EpochSummaryTest, EachTypeHasItsOwnFigures) {
  const EpochSummary summary = SummarizeEpoch(
      kEpoch, {Proven("A", "1", 0), Proven("A", "2", 50), Proven("B", "1", 50), Open("o")});
  ASSERT_EQ(summary.job_types.size(), 3U);
  const JobTypeSummary& a = summary.job_types[0];
  EXPECT_EQ(a.type, "A");
  EXPECT_EQ(a.counts.jobs, 2);
  EXPECT_EQ(a.counts.max_parallel, 2);
  EXPECT_EQ(a.duration.count, 2);
  EXPECT_DOUBLE_EQ(a.duration.mean, 100);
  EXPECT_DOUBLE_EQ(a.queue_wait.mean, 10);
  EXPECT_EQ(a.queue_wait.across_machines, 2);
  EXPECT_DOUBLE_EQ(a.turnaround.mean, 112);
  EXPECT_EQ(a.turnaround.across_machines, 0);
  EXPECT_EQ(summary.job_types[2].type, "B");
  EXPECT_EQ(summary.job_types[2].counts.jobs, 1);
  EXPECT_EQ(summary.job_types[2].counts.max_parallel, 1);
  EXPECT_EQ(summary.totals.max_parallel, 3);
}

TEST(EpochSummaryTest, AnAmbiguousDurationIsCountedAndLeftOut) {
  const EpochSummary summary = SummarizeEpoch(
      kEpoch, {JobOf("A", "1", {At(1, K::kStarted), At(2, K::kStarted), At(9, K::kAgentCompleted)}),
               Proven("A", "2", 0)});
  ASSERT_EQ(summary.job_types.size(), 1U);
  EXPECT_EQ(summary.job_types[0].duration.count, 1);
  EXPECT_EQ(summary.job_types[0].duration.ambiguous, 1);
}

TEST(EpochSummaryTest, TypesComeInTheOrderInWhichTheyAppear) {
  const EpochSummary summary = SummarizeEpoch(
      kEpoch, {Proven("A", "1", 300), Proven("B", "1", 200), Proven("C", "1", 100),
               Proven("A", "2", 150), JobOf("D", "1", {At(1, K::kRestored).Detail("fulfilled")})});
  EXPECT_EQ(TypesOf(summary), (std::vector<std::string>{"C", "A", "B", "D"}));
}

TEST(EpochSummaryTest, TypesThatAppearTogetherComeByName) {
  const EpochSummary summary =
      SummarizeEpoch(kEpoch, {Proven("B", "1", 5), Proven("C", "1", 5), Proven("A", "1", 5)});
  EXPECT_EQ(TypesOf(summary), (std::vector<std::string>{"A", "B", "C"}));
}

TEST(EpochSummaryTest, BeginsAndEndsWithItsFacts) {
  const EpochSummary summary =
      SummarizeEpoch(kEpoch, {Proven("A", "1", 500), Proven("A", "2", 100),
                              JobOf("A", "3",
                                    {At(1, K::kRestored).Detail("fulfilled"),
                                     At(700, K::kCancelled), At(9999, K::kReused)})});
  EXPECT_EQ(summary.first_at, 100);
  EXPECT_EQ(summary.last_at, 700);
}

TEST(EpochSummaryTest, ASnapshotAloneHasNoInstants) {
  const EpochSummary summary = SummarizeEpoch(
      kEpoch, {JobOf("ROOT_ROLLUP", "1", {At(1, K::kRestored).Detail("fulfilled")})});
  EXPECT_FALSE(summary.first_at);
  EXPECT_FALSE(summary.last_at);
  EXPECT_EQ(summary.totals.jobs, 1);
  EXPECT_EQ(summary.outcome, EpochOutcome::kProven);
}

TEST(EpochSummaryTest, AnOpenAttemptLastsUntilTheEpochsLastInstant) {
  const Job open = JobOf("A", "1", {At(0, K::kStarted)});
  const EpochSummary summary = SummarizeEpoch(kEpoch, {open, Proven("B", "1", 1000)});
  EXPECT_EQ(summary.totals.max_parallel, 2);
}

TEST(EpochSummaryTest, JobsThatDoNotExistAreSkipped) {
  const EpochSummary summary =
      SummarizeEpoch(kEpoch, {OnlyReused("ROOT_ROLLUP", "r"), Proven("A", "1", 0)});
  EXPECT_EQ(summary.totals.jobs, 1);
  EXPECT_EQ(TypesOf(summary), std::vector<std::string>{"A"});
  EXPECT_EQ(summary.first_at, 0);
  EXPECT_EQ(summary.outcome, EpochOutcome::kIncomplete);

  Job with_instants = OnlyReused("A", "2");
  with_instants.first_at = -500;
  with_instants.last_at = 9999;
  const EpochSummary narrow = SummarizeEpoch(kEpoch, {with_instants, Proven("A", "1", 0)});
  EXPECT_EQ(narrow.first_at, 0);
  EXPECT_EQ(narrow.last_at, 112);

  const EpochSummary nothing = SummarizeEpoch(kEpoch, {OnlyReused("A", "1")});
  EXPECT_EQ(nothing.totals.jobs, 0);
  EXPECT_TRUE(nothing.job_types.empty());
  EXPECT_FALSE(nothing.first_at);
}

TEST(EpochSummaryTest, MachinesShareTheCompletedAttempts) {
  const Job failed_first = JobOf("A", "4",
                                 {At(0, K::kStarted).On("b"), At(30, K::kAgentFailed).On("b"),
                                  At(40, K::kStarted).On("c"), At(45, K::kAgentAborted).On("c")});
  const EpochSummary summary = SummarizeEpoch(
      kEpoch,
      {Proven("A", "1", 0, "b"), Proven("A", "2", 0, "a"), Proven("B", "3", 0, "a"), failed_first});
  ASSERT_EQ(summary.machines.size(), 3U);
  const MachineShare& a = summary.machines[0];
  EXPECT_EQ(a.machine, "a");
  EXPECT_EQ(a.started, 2);
  EXPECT_EQ(a.completed, 2);
  EXPECT_EQ(a.failed, 0);
  EXPECT_EQ(a.busy, 200);
  EXPECT_DOUBLE_EQ(a.share, 2.0 / 3);
  const MachineShare& b = summary.machines[1];
  EXPECT_EQ(b.machine, "b");
  EXPECT_EQ(b.started, 2);
  EXPECT_EQ(b.completed, 1);
  EXPECT_EQ(b.failed, 1);
  EXPECT_EQ(b.busy, 130);
  EXPECT_DOUBLE_EQ(b.share, 1.0 / 3);
  const MachineShare& c = summary.machines[2];
  EXPECT_EQ(c.machine, "c");
  EXPECT_EQ(c.started, 1);
  EXPECT_EQ(c.completed, 0);
  EXPECT_EQ(c.failed, 0);
  EXPECT_EQ(c.busy, 5);
  EXPECT_DOUBLE_EQ(c.share, 0);
}

TEST(EpochSummaryTest, ATypeFeedsThoseOfTheEpochThatTakeItsProofs) {
  const EpochSummary summary = SummarizeEpoch(
      kEpoch, {Proven("PUBLIC_VM", "1", 0), Proven("TYPE_OF_2031", "1", 1),
               Proven("PUBLIC_TX_BASE_ROLLUP", "1", 2), OnlyReused("TX_MERGE_ROLLUP", "1")});
  ASSERT_EQ(summary.job_types.size(), 3U);
  EXPECT_EQ(summary.job_types[0].feeds, std::vector<std::string>{"PUBLIC_TX_BASE_ROLLUP"});
  EXPECT_TRUE(summary.job_types[1].feeds.empty());
  EXPECT_TRUE(summary.job_types[2].feeds.empty());  // no merge is counted as a job of the epoch
}

TEST(EpochSummaryTest, WithoutCompletionsNobodyHasAShare) {
  const EpochSummary summary =
      SummarizeEpoch(kEpoch, {JobOf("A", "1", {At(0, K::kStarted).On("a")}),
                              JobOf("A", "2", {At(9, K::kAgentFailed).On("b")})});
  ASSERT_EQ(summary.machines.size(), 2U);
  EXPECT_DOUBLE_EQ(summary.machines[0].share, 0);
  EXPECT_EQ(summary.machines[0].busy, 0);
  EXPECT_DOUBLE_EQ(summary.machines[1].share, 0);
  EXPECT_EQ(summary.machines[1].started, 0);
  EXPECT_EQ(summary.machines[1].failed, 1);
}

TEST(EpochSummaryTest, WithoutAnAgentsLogThereAreNoMachines) {
  EXPECT_TRUE(SummarizeEpoch(kEpoch, {Open("o"), Failed("f")}).machines.empty());
}

TEST(EpochSummaryTest, WhatIsOpenWhenTheEpochIsClosedIsAbandoned) {
  Job late = JobOf("PUBLIC_VM", "late", {At(800, K::kEnqueued)});
  const EpochSummary summary =
      SummarizeEpoch(kEpoch, {Open("o"), Proven("A", "1", 5), late}, {{}, 700});
  EXPECT_EQ(summary.totals.abandoned, 1);
  EXPECT_EQ(summary.totals.in_flight, 1);
  EXPECT_EQ(summary.totals.completed, 1);
}

// The three figures of the best session, not of the first.
TEST(EpochSummaryTest, TheTimesOfTheBestSession) {
  EpochSession failed;
  failed.state = SessionState::kFailed;
  failed.started_at = 10;
  failed.proof_ready_at = 11;
  EpochSession published;
  published.state = SessionState::kPublished;
  published.started_at = 1000;
  published.proof_ready_at = 5000;
  published.published_at = 5700;
  published.top_tree_millis = 1234.5;
  const EpochSummary summary =
      SummarizeEpoch(kEpoch, {Failed("f")}, {{failed, published}, std::nullopt});
  EXPECT_EQ(summary.outcome, EpochOutcome::kPublished);
  EXPECT_EQ(summary.times.proving, 4000);
  EXPECT_EQ(summary.times.top_tree, 1234.5);
  EXPECT_EQ(summary.times.submission, 700);
  EXPECT_EQ(summary.sessions.size(), 2U);
}

TEST(EpochSummaryTest, AnAgentProcessHasTheConcurrencyThatWasSeen) {
  const auto on = [](const std::string& name, UnixMillis start, UnixMillis end,
                     const std::string& process) {
    return JobOf(
        "PUBLIC_VM", name,
        {At(start, K::kStarted).On("m", process), At(end, K::kAgentCompleted).On("m", process)});
  };
  const EpochSummary summary = SummarizeEpoch(
      kEpoch, {on("1", 0, 100, "h/1"), on("2", 50, 150, "h/1"), on("3", 0, 10, "h/2")});
  ASSERT_EQ(summary.processes.size(), 2U);
  EXPECT_EQ(summary.processes[0].process, "h/1");
  EXPECT_EQ(summary.processes[0].share.machine, "m");
  EXPECT_EQ(summary.processes[0].share.completed, 2);
  EXPECT_EQ(summary.processes[0].share.busy, 200);
  EXPECT_NEAR(summary.processes[0].share.share, 2.0 / 3, 1e-9);
  EXPECT_EQ(summary.processes[0].max_parallel, 2);
  EXPECT_EQ(summary.processes[1].max_parallel, 1);
}

}  // namespace
}  // namespace proverlog
