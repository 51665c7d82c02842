#include "analysis/explanation.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using testing_util::At;
using F = FactKind;
using K = CauseKind;
using Missing = std::vector<MissingLog>;

Job JobOf(const std::string& name, std::vector<Fact> facts, const std::string& type = "PUBLIC_VM") {
  return DeriveJob({7, type, name}, std::move(facts));
}

Job FailedAt(const std::string& name, UnixMillis at, const std::string& error,
             const std::string& machine = "x") {
  return JobOf(name, {At(0, F::kEnqueued).On("b"), At(1, F::kStarted).On(machine),
                      At(at, F::kAgentFailed).Detail(error).Retry(false).On(machine),
                      At(at + 1, F::kFailed).Attempt(1).Detail(error).On("b")});
}

Job CancelledAt(const std::string& name, UnixMillis at) {
  return JobOf(name, {At(0, F::kEnqueued), At(at, F::kCancelled)});
}

Job CompletedIn(const std::string& name, Millis duration, const std::string& type = "PUBLIC_VM") {
  return JobOf(name,
               {At(0, F::kEnqueued), At(10, F::kStarted), At(10 + duration, F::kAgentCompleted),
                At(10 + duration, F::kCompleted).Attempt(1)},
               type);
}

Event SessionEvent(UnixMillis at, const std::string& kind,
                   std::map<std::string, std::string> fields = {}) {
  fields["session"] = "s";
  return {kind, at, std::move(fields), {"n", "node.log", 9, at}};
}

Explanation Explain(const std::vector<Job>& jobs, const std::vector<Event>& events = {},
                    std::optional<UnixMillis> moved_on_at = std::nullopt) {
  const EpochContext context = ContextOf(events, moved_on_at);
  std::vector<Job> closed = jobs;
  if (const auto closed_at = ClosedAt(context)) {
    for (Job& job : closed) Abandon(*closed_at, job);
  }
  return ExplainEpoch(SummarizeEpoch(7, closed, context), closed, context);
}

TEST(ExplanationTest, OfAHealthyEpochThereIsNothingToSay) {
  const Explanation explanation = Explain({CompletedIn("root", 5, "ROOT_ROLLUP")});
  EXPECT_FALSE(explanation.cause);
  EXPECT_TRUE(explanation.failures.empty());
  EXPECT_TRUE(explanation.setbacks.empty());
  EXPECT_TRUE(explanation.missing.empty());
  EXPECT_FALSE(explanation.slowest);
}

TEST(ExplanationTest, TheEarliestCauseWinsAcrossMachinesAndTheRestIsCounted) {
  const Explanation explanation =
      Explain({FailedAt("late", 9000, "Too many open files", "y"),
               FailedAt("first", 5000, "Signal SIGKILL.", "x"), CancelledAt("before", 4999),
               CancelledAt("after", 5000), CancelledAt("later", 9999), CompletedIn("done", 10),
               CompletedIn("slow", 6000)});
  ASSERT_TRUE(explanation.cause);
  EXPECT_EQ(explanation.cause->job->hash, "first");
  EXPECT_EQ(explanation.cause->kind, K::kKilled);
  EXPECT_FALSE(explanation.order_uncertain);
  EXPECT_EQ(explanation.failures, (std::map<K, int32_t>{{K::kKilled, 1}, {K::kTooManyFiles, 1}}));
  EXPECT_EQ(explanation.cancelled_before, 1);
  EXPECT_EQ(explanation.cancelled_after, 2);
  EXPECT_EQ(explanation.unfinished, 5);  // the two failures, two cancelled ones and the slow one
  EXPECT_EQ(explanation.missing, (Missing{MissingLog::kProverNode}));
}

TEST(ExplanationTest, OnTwoMachinesWithinASecondTheOrderIsNotCertain) {
  EXPECT_TRUE(
      Explain({FailedAt("a", 5000, "x", "x"), FailedAt("b", 6000, "x", "y")}).order_uncertain);
  EXPECT_FALSE(
      Explain({FailedAt("a", 5000, "x", "x"), FailedAt("b", 6001, "x", "y")}).order_uncertain);
  EXPECT_FALSE(
      Explain({FailedAt("a", 5000, "x", "x"), FailedAt("b", 5001, "x", "x")}).order_uncertain);
}

TEST(ExplanationTest, AJobsFailureIsTheCauseWhereItCameBeforeTheDeadline) {
  const std::vector<Event> events = {
      SessionEvent(1, "session.created", {{"kind", "full"}}), SessionEvent(500, "session.deadline"),
      SessionEvent(501, "session.cancelled", {{"reason", "deadline"}})};
  const Explanation failed = Explain({FailedAt("a", 400, "Too many open files")}, events);
  EXPECT_EQ(failed.cause->kind, K::kTooManyFiles);
  EXPECT_TRUE(failed.missing.empty());
  const Explanation late =
      Explain({FailedAt("a", 600, "Too many open files"), CancelledAt("c", 502)}, events);
  EXPECT_EQ(late.cause->kind, K::kDeadline);
  EXPECT_FALSE(late.cause->job);
  EXPECT_EQ(late.unfinished, 2);
  EXPECT_EQ(late.cancelled_after, 1);
}

TEST(ExplanationTest, AnEpochThatWasPublishedStillShowsWhatFailedInIt) {
  const Explanation explanation = Explain(
      {FailedAt("a", 400, "x")},
      {SessionEvent(1, "session.created"), SessionEvent(600, "epoch.submitted", {{"epoch", "7"}})});
  EXPECT_EQ(explanation.cause->job->hash, "a");
  EXPECT_TRUE(explanation.missing.empty());
}

TEST(ExplanationTest, AProofThatCannotBePublishedHasACause) {
  const Explanation explanation =
      Explain({CompletedIn("root", 5, "ROOT_ROLLUP")},
              {SessionEvent(1, "session.created"), SessionEvent(20, "session.proof_ready"),
               SessionEvent(30, "candidate.failed", {{"error", "fetch failed"}})});
  ASSERT_TRUE(explanation.cause);
  EXPECT_EQ(explanation.cause->kind, K::kPublishingFailed);
  EXPECT_EQ(explanation.cause->words, "fetch failed");
}

TEST(ExplanationTest, CancelledJobsWithoutACauseSayWhichLogHasIt) {
  const Explanation explanation = Explain({CancelledAt("b", 60), CancelledAt("a", 50)});
  ASSERT_TRUE(explanation.cause);
  EXPECT_EQ(explanation.cause->kind, K::kCancelled);
  EXPECT_EQ(explanation.cause->job->hash, "a");
  EXPECT_EQ(explanation.cancelled_after, 2);
  EXPECT_EQ(explanation.missing, (Missing{MissingLog::kProverNode}));
}

TEST(ExplanationTest, NeverAgainOutranksOtherCancelledJobs) {
  const Explanation explanation =
      Explain({CancelledAt("a", 50),
               JobOf("b", {At(0, F::kEnqueued), At(60, F::kAborted), At(70, F::kReused)})});
  EXPECT_EQ(explanation.cause->kind, K::kNeverAgain);
}

TEST(ExplanationTest, AnEpochThatTheBrokerForgotMovedOn) {
  const Explanation explanation = Explain({JobOf("a", {At(0, F::kEnqueued)})}, {}, 900);
  ASSERT_TRUE(explanation.cause);
  EXPECT_EQ(explanation.cause->kind, K::kMovedOn);
  EXPECT_EQ(explanation.cause->at, 900);
}

TEST(ExplanationTest, AnEpochInProgressHasNoCauseOfItsCancelledJobs) {
  const Explanation explanation =
      Explain({CancelledAt("a", 50), JobOf("b", {At(0, F::kEnqueued)})});
  EXPECT_FALSE(explanation.cause);
  EXPECT_EQ(explanation.cancelled_before, 1);
}

TEST(ExplanationTest, WhatIsMissingFollowsFromWhatIsThere) {
  // Only an agent's log.
  EXPECT_EQ(
      Explain({JobOf("a", {At(1, F::kStarted), At(9, F::kAgentFailed).Retry(false)})}).missing,
      (Missing{MissingLog::kProverNode, MissingLog::kBroker}));
  // Only a broker's log.
  EXPECT_EQ(Explain({JobOf("a", {At(0, F::kEnqueued), At(9, F::kFailed).Detail("x")})}).missing,
            (Missing{MissingLog::kProverNode, MissingLog::kAgent}));
  // Only what a broker restored.
  const Explanation restored = Explain({JobOf("a", {At(9, F::kRestored).Detail("rejected")})});
  EXPECT_FALSE(restored.cause);
  EXPECT_EQ(restored.restored, 1);
  EXPECT_EQ(restored.restored_at, 9);
  EXPECT_EQ(restored.missing, (Missing{MissingLog::kProverNode, MissingLog::kBrokerBeforeRestart}));
}

TEST(ExplanationTest, CountsWhatWasTriedAgainAndFindsTheSlowest) {
  std::vector<Job> jobs = {CompletedIn("root", 5, "ROOT_ROLLUP")};
  for (const char* name : {"a", "b", "c", "d"}) jobs.push_back(CompletedIn(name, 100));
  jobs.push_back(CompletedIn("slow", 250));
  jobs.push_back(CompletedIn("slower", 300));
  jobs.push_back(JobOf("retried", {At(0, F::kEnqueued), At(5, F::kRetried).Detail("ENOSPC"),
                                   At(6, F::kCompleted).Attempt(2)}));
  const Explanation explanation = Explain(jobs);
  EXPECT_EQ(explanation.setbacks, (std::map<K, int32_t>{{K::kNoSpace, 1}}));
  ASSERT_TRUE(explanation.slowest);
  EXPECT_EQ(explanation.slowest->job.hash, "slower");
  EXPECT_EQ(explanation.slowest->duration, 300);
  EXPECT_EQ(explanation.slowest->median, 100);
}

TEST(ExplanationTest, AJobFailedByItselfOrFollowed) {
  const Job failed = FailedAt("first", 500, "Signal SIGKILL.");
  const Job after = CancelledAt("after", 501);
  const Job before = CancelledAt("before", 499);
  const Job done = CompletedIn("done", 5);
  const Explanation epoch = Explain({failed, after, before, done});

  EXPECT_EQ(ExplainJob(failed, epoch).cause->kind, K::kKilled);
  EXPECT_FALSE(ExplainJob(failed, epoch).followed);
  const JobExplanation followed = ExplainJob(after, epoch);
  EXPECT_TRUE(followed.followed);
  EXPECT_EQ(followed.cause->job->hash, "first");
  EXPECT_TRUE(followed.missing.empty());
  const JobExplanation unexplained = ExplainJob(before, epoch);
  EXPECT_FALSE(unexplained.followed);
  EXPECT_EQ(unexplained.cause->kind, K::kCancelled);
  EXPECT_EQ(unexplained.missing, (Missing{MissingLog::kProverNode}));
  EXPECT_FALSE(ExplainJob(done, epoch).cause);
}

TEST(ExplanationTest, AnAbandonedJobFollowedWhatClosedItsEpoch) {
  Job open = JobOf("open", {At(0, F::kEnqueued)});
  const Explanation epoch = Explain({open}, {}, 900);
  Abandon(900, open);
  const JobExplanation explanation = ExplainJob(open, epoch);
  EXPECT_TRUE(explanation.followed);
  EXPECT_EQ(explanation.cause->kind, K::kMovedOn);
}

}  // namespace
}  // namespace proverlog
