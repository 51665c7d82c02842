#include "analysis/diagnosis.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using testing_util::At;
using K = FactKind;

Job JobOf(const std::string& name, std::vector<Fact> facts) {
  return DeriveJob({3054, "PUBLIC_VM", name}, std::move(facts));
}

// An agent fails at it for good, and the broker says so a little later.
Job FailedAt(const std::string& name, UnixMillis at, const std::string& error) {
  return JobOf(name, {At(0, K::kEnqueued).On("broker"), At(1, K::kStarted).On("agent"),
                      At(at, K::kAgentFailed).Detail(error).On("agent"),
                      At(at + 2, K::kFailed).Attempt(1).Detail("broker's word").On("broker")});
}

Job CancelledAt(const std::string& name, UnixMillis at) {
  return JobOf(name, {At(0, K::kEnqueued), At(at, K::kCancelled)});
}

TEST(DiagnosisTest, OfHealthyJobsThereIsNothingToSay) {
  const Diagnosis diagnosis =
      Diagnose({JobOf("a", {At(0, K::kEnqueued), At(1, K::kStarted), At(8, K::kAgentCompleted),
                            At(9, K::kCompleted).Attempt(1)}),
                CancelledAt("b", 5), JobOf("c", {At(0, K::kReused)})});
  EXPECT_FALSE(diagnosis.first_cause);
  EXPECT_EQ(diagnosis.failed, 0);
  EXPECT_EQ(diagnosis.aborted_after, 0);
  EXPECT_EQ(diagnosis.hidden_timeout_jobs, 0);
  EXPECT_FALSE(diagnosis.hidden_example);
  EXPECT_EQ(diagnosis.unlogged_attempts, 0);
}

TEST(DiagnosisTest, TheAgentsWordsTellTheCause) {
  const Diagnosis diagnosis = Diagnose({FailedAt("a", 50, "out of memory")});
  ASSERT_TRUE(diagnosis.first_cause);
  EXPECT_EQ(diagnosis.first_cause->job.hash, "a");
  EXPECT_EQ(diagnosis.first_cause->fact.kind, K::kAgentFailed);
  EXPECT_EQ(diagnosis.first_cause->fact.detail, "out of memory");
  EXPECT_EQ(diagnosis.first_cause->fact.at, 50);
  EXPECT_EQ(diagnosis.first_cause->fact.origin.machine, "agent");
  EXPECT_EQ(diagnosis.failed, 1);
}

TEST(DiagnosisTest, OfSeveralFailuresOfOneJobTheLastBeforeTheBrokersWord) {
  const Diagnosis diagnosis = Diagnose(
      {JobOf("a", {At(0, K::kEnqueued), At(1, K::kStarted), At(5, K::kAgentFailed).Detail("first"),
                   At(6, K::kRetried), At(7, K::kStarted), At(9, K::kAgentFailed).Detail("last"),
                   At(10, K::kFailed).Attempt(2), At(11, K::kStarted),
                   At(12, K::kAgentFailed).Detail("late")})});
  ASSERT_TRUE(diagnosis.first_cause);
  EXPECT_EQ(diagnosis.first_cause->fact.detail, "last");
}

TEST(DiagnosisTest, AnEarlierAttemptsFailureIsNotBlamedForATimeOut) {
  const Diagnosis diagnosis = Diagnose(
      {JobOf("a", {At(0, K::kEnqueued), At(1, K::kStarted), At(5, K::kAgentFailed).Detail("boom"),
                   At(6, K::kRetried), At(7, K::kStarted), At(40, K::kTimedOut).Retry(false),
                   At(40, K::kFailed).Detail("timed out").Attempt(2)})});
  ASSERT_TRUE(diagnosis.first_cause);
  EXPECT_EQ(diagnosis.first_cause->fact.detail, "timed out");
}

TEST(DiagnosisTest, WithoutAnAgentsLogTheBrokersWordDoes) {
  const Diagnosis diagnosis = Diagnose(
      {JobOf("a", {At(0, K::kEnqueued), At(9, K::kFailed).Attempt(1).Detail("broker's word")})});
  ASSERT_TRUE(diagnosis.first_cause);
  EXPECT_EQ(diagnosis.first_cause->fact.kind, K::kFailed);
  EXPECT_EQ(diagnosis.first_cause->fact.detail, "broker's word");
}

TEST(DiagnosisTest, WithoutABrokersLogTheAgentsWordDoes) {
  const Diagnosis diagnosis = Diagnose(
      {JobOf("a", {At(1, K::kStarted), At(9, K::kAgentFailed).Retry(false).Detail("boom")})});
  ASSERT_TRUE(diagnosis.first_cause);
  EXPECT_EQ(diagnosis.first_cause->fact.detail, "boom");
}

TEST(DiagnosisTest, TheJobThatFailedFirstGivesTheCause) {
  const Diagnosis diagnosis =
      Diagnose({FailedAt("a", 80, "second"), FailedAt("b", 50, "first"), FailedAt("c", 90, "x")});
  ASSERT_TRUE(diagnosis.first_cause);
  EXPECT_EQ(diagnosis.first_cause->job.hash, "b");
  EXPECT_EQ(diagnosis.first_cause->fact.detail, "first");
  EXPECT_EQ(diagnosis.failed, 3);
}

TEST(DiagnosisTest, AFailureThatWasRetriedWithSuccessIsNoCause) {
  const Diagnosis diagnosis = Diagnose(
      {JobOf("a", {At(0, K::kEnqueued), At(1, K::kStarted), At(5, K::kAgentFailed).Detail("once"),
                   At(6, K::kRetried), At(7, K::kStarted), At(8, K::kAgentCompleted),
                   At(9, K::kCompleted).Attempt(2)})});
  EXPECT_FALSE(diagnosis.first_cause);
  EXPECT_EQ(diagnosis.failed, 0);
}

TEST(DiagnosisTest, ASnapshotTellsThatAJobFailedAndNotWhy) {
  const Diagnosis diagnosis = Diagnose({JobOf("a", {At(9, K::kRestored).Detail("rejected")})});
  EXPECT_EQ(diagnosis.failed, 1);
  EXPECT_FALSE(diagnosis.first_cause);
}

TEST(DiagnosisTest, CountsTheJobsCancelledAfterTheFirstFailure) {
  const Diagnosis diagnosis = Diagnose(
      {CancelledAt("a", 49), CancelledAt("b", 53), CancelledAt("c", 1000), FailedAt("d", 50, "x"),
       FailedAt("e", 500, "y"), JobOf("f", {At(900, K::kRestored).Detail("aborted")})});
  EXPECT_EQ(diagnosis.aborted_after, 2);
}

TEST(DiagnosisTest, FindsTimeoutsThatTheBrokersCountHides) {
  const Job hidden = JobOf("a", {At(0, K::kEnqueued), At(5, K::kTimedOut).Retry(true),
                                 At(6, K::kTimedOut).Retry(true), At(9, K::kCompleted).Attempt(1)});
  const Job open_about_it =
      JobOf("b", {At(0, K::kEnqueued), At(5, K::kTimedOut).Attempt(1).Retry(true),
                  At(9, K::kCompleted).Attempt(2)});
  const Job not_yet_complete = JobOf("c", {At(0, K::kEnqueued), At(5, K::kTimedOut).Retry(true)});
  const Diagnosis diagnosis = Diagnose({open_about_it, not_yet_complete, hidden});
  EXPECT_EQ(diagnosis.hidden_timeout_jobs, 1);
  EXPECT_EQ(diagnosis.hidden_timeouts, 2);
  ASSERT_TRUE(diagnosis.hidden_example);
  EXPECT_EQ(diagnosis.hidden_example->hash, "a");
}

TEST(DiagnosisTest, CountsTheAttemptsThatNoAgentsLogShows) {
  // It timed out; the agent that lost it logged nothing, the one that proved it did.
  const Job lost =
      JobOf("a", {At(0, K::kEnqueued), At(5, K::kTimedOut).Retry(true), At(6, K::kStarted),
                  At(8, K::kAgentCompleted), At(9, K::kCompleted).Attempt(1)});
  const Job logged =
      JobOf("b", {At(0, K::kEnqueued), At(1, K::kStarted).On("x"), At(5, K::kTimedOut).Retry(true),
                  At(6, K::kStarted), At(8, K::kAgentCompleted), At(9, K::kCompleted).Attempt(1)});
  EXPECT_EQ(Diagnose({lost}).unlogged_attempts, 1);
  EXPECT_EQ(Diagnose({logged}).unlogged_attempts, 0);
  EXPECT_EQ(Diagnose({lost, logged, lost}).unlogged_attempts, 2);
}

}  // namespace
}  // namespace proverlog
