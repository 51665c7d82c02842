#include "analysis/job_selection.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using K = FactKind;
using testing_util::At;

// Enqueued at 100, ran on m1 from 200 to 250 and was killed, then on m2 from 300 to 400.
Job Tried() {
  return DeriveJob(
      {7, "A", "aa"},
      {At(100, K::kEnqueued).On("broker"), At(200, K::kStarted).On("m1", "p1"),
       At(250, K::kAgentFailed).On("m1", "p1").Detail("Signal SIGKILL").Retry(true),
       At(251, K::kRetried).On("broker").Attempt(1), At(300, K::kStarted).On("m2", "p2"),
       At(400, K::kAgentCompleted).On("m2", "p2"), At(401, K::kCompleted).On("broker").Attempt(2)});
}

TEST(JobSelectionTest, WithoutAnythingGivenEveryJobIsTaken) {
  EXPECT_TRUE(JobSelection().TakesAll());
  EXPECT_TRUE(JobSelection().Takes(Tried()));
  EXPECT_TRUE(JobSelection().Takes(Job()));
}

TEST(JobSelectionTest, AMachineAndAProcessAreOfOneAttempt) {
  JobSelection selection;
  selection.machine = "m1";
  EXPECT_FALSE(selection.TakesAll());
  EXPECT_TRUE(selection.Takes(Tried()));
  selection.process = "p2";
  EXPECT_FALSE(selection.Takes(Tried()));
  selection.machine = "m2";
  EXPECT_TRUE(selection.Takes(Tried()));
  selection.machine = "broker";  // it took the job, it did not run it
  selection.process = "";
  EXPECT_FALSE(selection.Takes(Tried()));
}

TEST(JobSelectionTest, AWindowTakesWhatWasEnqueuedOrRanInIt) {
  const auto taken = [](UnixMillis begin, UnixMillis end, const std::string& machine = "") {
    JobSelection selection;
    selection.begin = begin;
    selection.end = end;
    selection.machine = machine;
    return selection.Takes(Tried());
  };
  EXPECT_FALSE(taken(0, 100));
  EXPECT_TRUE(taken(100, 101));
  EXPECT_FALSE(taken(101, 200));
  EXPECT_TRUE(taken(101, 201));
  EXPECT_TRUE(taken(249, 250));
  EXPECT_FALSE(taken(250, 251));
  EXPECT_FALSE(taken(251, 300));
  EXPECT_TRUE(taken(350, 360));
  EXPECT_FALSE(taken(401, 500));
  EXPECT_FALSE(taken(100, 101, "m1"));  // it was not there then
  EXPECT_FALSE(taken(350, 360, "m1"));
  EXPECT_TRUE(taken(350, 360, "m2"));
}

TEST(JobSelectionTest, OfAnAttemptWhoseStartNoLogHasTheEndCounts) {
  JobSelection selection;
  selection.machine = "m";
  selection.begin = 300;
  selection.end = 301;
  const Job job = DeriveJob({7, "A", "aa"}, {At(300, K::kAgentCompleted)});
  EXPECT_TRUE(selection.Takes(job));
  selection.begin = 301;
  selection.end = 400;
  EXPECT_FALSE(selection.Takes(job));
}

TEST(JobSelectionTest, AnAttemptWithoutAnEndRunsUntilTheJobWasTakenBackOrEnded) {
  JobSelection selection;
  selection.begin = 1000;
  std::vector<Fact> facts = {At(10, K::kStarted)};
  EXPECT_TRUE(selection.Takes(DeriveJob({7, "A", "aa"}, facts)));
  facts.push_back(At(900, K::kTimedOut).On("broker").Retry(true));
  EXPECT_FALSE(selection.Takes(DeriveJob({7, "A", "aa"}, facts)));
  facts.push_back(At(1100, K::kStarted).On("m2"));
  selection.machine = "m";
  EXPECT_FALSE(selection.Takes(DeriveJob({7, "A", "aa"}, facts)));
  selection.machine = "m2";
  EXPECT_TRUE(selection.Takes(DeriveJob({7, "A", "aa"}, facts)));
  selection.begin = 2000;
  facts.push_back(At(1900, K::kFailed).On("broker"));
  EXPECT_FALSE(selection.Takes(DeriveJob({7, "A", "aa"}, facts)));
}

TEST(JobSelectionTest, DurationsAttemptsAndCauses) {
  JobSelection selection;
  selection.min_duration = 100;
  selection.max_duration = 100;
  selection.min_attempts = 2;
  selection.causes = {CauseKind::kKilled, CauseKind::kNoSpace};
  EXPECT_TRUE(selection.Takes(Tried()));
  selection.min_attempts = 3;
  EXPECT_FALSE(selection.Takes(Tried()));
  selection.min_attempts = 0;
  selection.min_duration = 101;
  EXPECT_FALSE(selection.Takes(Tried()));
  selection.min_duration = 0;
  selection.max_duration = 99;
  EXPECT_FALSE(selection.Takes(Tried()));
  EXPECT_FALSE(selection.Takes(Job()));  // it has no duration
  selection = {};
  selection.causes = {CauseKind::kNoSpace};
  EXPECT_FALSE(selection.Takes(Tried()));
}

TEST(JobSelectionTest, FailuresForGoodAndCancellingsAreCausesToo) {
  JobSelection selection;
  selection.causes = {CauseKind::kConstraint};
  EXPECT_TRUE(selection.Takes(
      DeriveJob({7, "A", "aa"},
                {At(1, K::kEnqueued), At(2, K::kFailed).Detail("Cannot satisfy constraint")})));
  selection.causes = {CauseKind::kNeverAgain};
  const Job cancelled =
      DeriveJob({7, "A", "aa"}, {At(1, K::kEnqueued), At(2, K::kAborted), At(3, K::kReused)});
  EXPECT_TRUE(selection.Takes(cancelled));
  selection = {};
  selection.never_again = true;
  EXPECT_TRUE(selection.Takes(cancelled));
  EXPECT_FALSE(selection.Takes(Tried()));
}

TEST(JobSelectionTest, WhatJobsFailOfIsNotOfEpochs) {
  EXPECT_TRUE(IsCauseOfJobs(CauseKind::kKilled));
  EXPECT_TRUE(IsCauseOfJobs(CauseKind::kAgentLost));
  EXPECT_TRUE(IsCauseOfJobs(CauseKind::kCancelled));
  EXPECT_FALSE(IsCauseOfJobs(CauseKind::kReorg));
}

TEST(JobSelectionTest, OfEqualJobsTheIdDecidesAndThoseWithoutAValueAreLast) {
  const JobPosition small{1, {7, "A", "b"}};
  const JobPosition large{2, {7, "A", "a"}};
  const JobPosition also_large{2, {7, "A", "c"}};
  const JobPosition none{std::nullopt, {7, "A", "a"}};
  const auto order = [](std::vector<JobPosition> given, bool descending) {
    std::string matrix;
    for (const JobPosition& a : given) {
      for (const JobPosition& b : given) matrix += ComesBefore(a, b, descending) ? '1' : '0';
    }
    return matrix;
  };
  EXPECT_EQ(order({small, large, also_large, none}, false), "0111001100010000");
  EXPECT_EQ(order({also_large, large, small, none}, true), "0111001100010000");
}

TEST(JobSelectionTest, EveryOrderHasItsValue) {
  const Job job = Tried();
  EXPECT_EQ(PositionOf(job, JobOrder::kId).value, std::nullopt);
  EXPECT_EQ(PositionOf(job, JobOrder::kEnqueueTime).value, 100);
  EXPECT_EQ(PositionOf(job, JobOrder::kStartTime).value, 200);
  EXPECT_EQ(PositionOf(job, JobOrder::kEndTime).value, 401);
  EXPECT_EQ(PositionOf(job, JobOrder::kDuration).value, 100);
  EXPECT_EQ(PositionOf(job, JobOrder::kAttempts).value, 2);
  EXPECT_EQ(PositionOf(job, JobOrder::kId).id, job.id);
}

}  // namespace
}  // namespace proverlog
