#include "model/job.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using testing_util::At;
using testing_util::SomeJob;
using K = FactKind;

Job Derive(std::vector<Fact> facts) { return DeriveJob(SomeJob(), std::move(facts)); }

std::vector<Fact> Healthy() {
  return {At(100, K::kEnqueued).On("broker"), At(150, K::kStarted).On("agent"),
          At(151, K::kControllerStarted).On("agent"), At(400, K::kAgentCompleted).On("agent"),
          At(402, K::kCompleted).Attempt(1).On("broker")};
}

TEST(JobTest, AHealthyJob) {
  const Job job = Derive(Healthy());
  EXPECT_TRUE(job.exists);
  EXPECT_EQ(job.state, JobState::kCompleted);
  EXPECT_EQ(job.attempt_count, 1);
  EXPECT_EQ(job.first_at, 100);
  EXPECT_EQ(job.last_at, 402);
  EXPECT_EQ(job.started_at, 150);
  EXPECT_EQ(job.ended_at, 402);
  ASSERT_TRUE(job.duration);
  EXPECT_EQ(job.duration->length, 250);
  EXPECT_FALSE(job.duration->across_machines);
  EXPECT_EQ(job.queue_wait->length, 50);
  EXPECT_TRUE(job.queue_wait->across_machines);
  EXPECT_EQ(job.turnaround->length, 302);
  EXPECT_FALSE(job.turnaround->across_machines);
}

TEST(JobTest, QueuedThenRunning) {
  EXPECT_EQ(Derive({At(1, K::kEnqueued)}).state, JobState::kQueued);
  EXPECT_EQ(Derive({At(1, K::kEnqueued), At(2, K::kStarted)}).state, JobState::kRunning);
  EXPECT_EQ(Derive({At(1, K::kSubmitted)}).state, JobState::kQueued);
}

TEST(JobTest, ATimeOutPutsAJobBackIntoTheQueueUntilItStartsAgain) {
  const std::vector<Fact> timed_out = {At(1, K::kEnqueued), At(2, K::kStarted),
                                       At(9, K::kTimedOut).Retry(true)};
  EXPECT_EQ(Derive(timed_out).state, JobState::kQueued);
  std::vector<Fact> again = timed_out;
  again.push_back(At(10, K::kStarted));
  EXPECT_EQ(Derive(again).state, JobState::kRunning);
}

TEST(JobTest, OnlyTheBrokerEndsAJobThatItKnows) {
  EXPECT_EQ(Derive({At(1, K::kEnqueued), At(2, K::kStarted), At(3, K::kAgentCompleted)}).state,
            JobState::kQueued);
  EXPECT_EQ(
      Derive({At(1, K::kEnqueued), At(2, K::kStarted), At(3, K::kAgentFailed).Retry(false)}).state,
      JobState::kQueued);
}

TEST(JobTest, WithoutABrokersLogTheAgentEndsIt) {
  const Job completed = Derive({At(2, K::kStarted), At(3, K::kAgentCompleted)});
  EXPECT_EQ(completed.state, JobState::kCompleted);
  EXPECT_EQ(completed.ended_at, 3);
  EXPECT_EQ(Derive({At(1, K::kSubmitted), At(2, K::kStarted), At(3, K::kAgentCompleted)}).state,
            JobState::kCompleted);
  const Job failed =
      Derive({At(2, K::kStarted), At(3, K::kAgentFailed).Retry(false).Detail("boom")});
  EXPECT_EQ(failed.state, JobState::kFailed);
  EXPECT_EQ(failed.failure, "boom");
  EXPECT_EQ(Derive({At(2, K::kStarted), At(3, K::kAgentFailed).Retry(true)}).state,
            JobState::kQueued);
  // The log's first line did not say whether it will be tried again.
  EXPECT_EQ(Derive({At(2, K::kStarted), At(3, K::kAgentFailed)}).state, JobState::kQueued);
}

TEST(JobTest, AgentsAbortsAndFacadesSubmissionsDecideNoState) {
  EXPECT_EQ(Derive({At(1, K::kEnqueued), At(2, K::kStarted), At(3, K::kAgentAborted)}).state,
            JobState::kQueued);
  EXPECT_EQ(Derive({At(2, K::kStarted), At(3, K::kAgentAborted)}).state, JobState::kQueued);
}

TEST(JobTest, ACancelledJobIsAbortedAndNotFailed) {
  // Up to 4.1.2: Cancelling, then "Marking ... as failed err=Aborted".
  const Job old_version = Derive(
      {At(1, K::kEnqueued), At(5, K::kCancelled), At(5, K::kAborted).Attempt(1).Detail("Aborted")});
  EXPECT_EQ(old_version.state, JobState::kAborted);
  EXPECT_EQ(old_version.failure, "");
  // 5.2.0: only Cancelling.
  EXPECT_EQ(Derive({At(1, K::kEnqueued), At(5, K::kCancelled)}).state, JobState::kAborted);
}

TEST(JobTest, TheFirstEndStands) {
  EXPECT_EQ(
      Derive({At(1, K::kEnqueued), At(5, K::kCompleted).Attempt(1), At(6, K::kCancelled)}).state,
      JobState::kCompleted);
  const Job job =
      Derive({At(1, K::kEnqueued), At(5, K::kFailed).Attempt(1), At(9, K::kCompleted).Attempt(2)});
  EXPECT_EQ(job.state, JobState::kFailed);
  EXPECT_EQ(job.ended_at, 5);
}

TEST(JobTest, ARevivalClearsAnAbortAlsoWithinOneMillisecond) {
  const Job job =
      Derive({At(1, K::kEnqueued), At(2, K::kCancelled), At(2, K::kRevived), At(2, K::kEnqueued),
              At(7, K::kStarted), At(9, K::kAgentCompleted), At(9, K::kCompleted).Attempt(1)});
  EXPECT_EQ(job.state, JobState::kCompleted);
  EXPECT_EQ(job.ended_at, 9);
}

TEST(JobTest, ANewEnqueueOpensAnEndedJob) {
  EXPECT_EQ(Derive({At(1, K::kEnqueued), At(2, K::kFailed).Attempt(1), At(8, K::kEnqueued)}).state,
            JobState::kQueued);
}

TEST(JobTest, ASnapshotSetsAStateOnlyWhereNothingMoreSpecificIsKnown) {
  const Job only_snapshot = Derive({At(50, K::kRestored).Detail("fulfilled")});
  EXPECT_TRUE(only_snapshot.exists);
  EXPECT_EQ(only_snapshot.state, JobState::kCompleted);
  EXPECT_FALSE(only_snapshot.ended_at);
  EXPECT_FALSE(only_snapshot.first_at);
  EXPECT_EQ(Derive({At(50, K::kRestored).Detail("rejected")}).state, JobState::kFailed);
  EXPECT_EQ(Derive({At(50, K::kRestored).Detail("aborted")}).state, JobState::kAborted);
  EXPECT_EQ(Derive({At(50, K::kRestored).Detail("pending")}).state, JobState::kQueued);
  EXPECT_EQ(Derive({At(50, K::kRestored).Detail("settled")}).state, JobState::kQueued);

  // Up to 4.1.2 an aborted job is restored as rejected.
  EXPECT_EQ(
      Derive({At(1, K::kEnqueued), At(2, K::kCancelled), At(50, K::kRestored).Detail("rejected")})
          .state,
      JobState::kAborted);
  const Job later = Derive({At(1, K::kEnqueued), At(50, K::kRestored).Detail("fulfilled"),
                            At(60, K::kCompleted).Attempt(1)});
  EXPECT_EQ(later.ended_at, 60);
}

TEST(JobTest, AnIdThatOnlyACacheHitNamesIsNoJob) {
  EXPECT_FALSE(Derive({At(1, K::kReused)}).exists);
  EXPECT_TRUE(Derive({At(1, K::kReused), At(2, K::kTimedOut).Retry(true)}).exists);
}

TEST(JobTest, AttemptsAreTheLargestOfTheThreeCounts) {
  // Up to 4.1.2 a time-out does not raise totalAttempts.
  EXPECT_EQ(Derive({At(1, K::kEnqueued), At(5, K::kTimedOut).Retry(true),
                    At(9, K::kCompleted).Attempt(1)})
                .attempt_count,
            2);
  EXPECT_EQ(Derive({At(1, K::kEnqueued), At(9, K::kCompleted).Attempt(3)}).attempt_count, 3);
  EXPECT_EQ(Derive({At(2, K::kStarted), At(3, K::kStarted).On("b"), At(4, K::kStarted).On("c")})
                .attempt_count,
            3);
  // The last time-out gives up: it is no fifth attempt.
  EXPECT_EQ(Derive({At(1, K::kEnqueued), At(2, K::kTimedOut).Attempt(1).Retry(true),
                    At(3, K::kTimedOut).Attempt(2).Retry(true),
                    At(4, K::kTimedOut).Attempt(3).Retry(true),
                    At(5, K::kTimedOut).Attempt(4).Retry(false), At(5, K::kFailed).Attempt(4)})
                .attempt_count,
            4);
  EXPECT_EQ(Derive({At(1, K::kEnqueued)}).attempt_count, 0);
}

TEST(JobTest, AnAmbiguousCompletionGivesNoDurationAndIsToldSo) {
  const Job job = Derive({At(10, K::kStarted), At(20, K::kStarted), At(30, K::kAgentCompleted)});
  EXPECT_FALSE(job.duration);
  EXPECT_TRUE(job.duration_ambiguous);
}

TEST(JobTest, TheFirstCompletionWhoseStartIsCertainGivesTheDuration) {
  const Job job = Derive({At(10, K::kStarted), At(20, K::kStarted), At(30, K::kAgentCompleted),
                          At(15, K::kStarted).On("b"), At(99, K::kAgentCompleted).On("b")});
  ASSERT_TRUE(job.duration);
  EXPECT_EQ(job.duration->length, 84);
  EXPECT_FALSE(job.duration_ambiguous);
}

TEST(JobTest, WithoutAStartThereIsATurnaroundAndNoDuration) {
  const Job job =
      Derive({At(1, K::kEnqueued), At(8, K::kAgentCompleted), At(9, K::kCompleted).Attempt(1)});
  EXPECT_FALSE(job.duration);
  EXPECT_FALSE(job.duration_ambiguous);
  EXPECT_FALSE(job.queue_wait);
  EXPECT_EQ(job.turnaround->length, 8);
}

// Histories whose facts meet in as many ways as the rules tell apart.
std::vector<std::vector<Fact>> ShortHistories() {
  return {
      Healthy(),
      {At(1, K::kEnqueued), At(2, K::kStarted), At(5, K::kTimedOut).Retry(true), At(6, K::kStarted),
       At(7, K::kAgentCompleted), At(8, K::kCompleted).Attempt(1)},
      {At(1, K::kEnqueued), At(1, K::kCancelled), At(1, K::kRevived), At(2, K::kEnqueued),
       At(2, K::kStarted), At(2, K::kAgentCompleted), At(2, K::kCompleted).Attempt(1)},
      {At(1, K::kEnqueued).On("a"), At(1, K::kEnqueued).On("b"), At(3, K::kStarted).On("c"),
       At(3, K::kStarted).On("d"), At(4, K::kAgentFailed).Retry(true).Detail("x").On("c"),
       At(4, K::kAgentFailed).Detail("longer").On("d"), At(5, K::kRetried).Attempt(1)},
      {At(1, K::kSubmitted), At(3, K::kStarted), At(5, K::kAgentAborted), At(5, K::kSuperseded),
       At(9, K::kRestored).Detail("rejected"), At(9, K::kReused)},
  };
}

TEST(JobTest, EveryOrderOfAShortHistoryGivesOneJob) {
  for (const std::vector<Fact>& history : ShortHistories()) {
    const Job expected = Derive(history);
    std::vector<size_t> order(history.size());
    std::iota(order.begin(), order.end(), size_t{0});
    do {
      std::vector<Fact> facts;
      for (const size_t i : order) UniteFacts({history[i]}, facts);
      facts.push_back(history[order[0]]);  // a repetition
      ASSERT_TRUE(Derive(facts) == expected);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(JobTest, AnOpenJobIsAbandonedWhenItsEpochIsClosed) {
  const auto abandoned_at = [](UnixMillis closed_at, std::vector<Fact> facts) {
    Job job = Derive(std::move(facts));
    Abandon(closed_at, job);
    return job;
  };
  const Job queued = abandoned_at(50, {At(1, K::kEnqueued)});
  EXPECT_EQ(queued.state, JobState::kAbandoned);
  EXPECT_EQ(queued.ended_at, 50);
  // Handed out after the epoch was closed: nobody waits for it all the same.
  EXPECT_EQ(abandoned_at(50, {At(1, K::kEnqueued), At(60, K::kStarted)}).state,
            JobState::kAbandoned);
  EXPECT_EQ(abandoned_at(50, {At(1, K::kStarted)}).state, JobState::kAbandoned);
  EXPECT_EQ(abandoned_at(50, {At(1, K::kRestored).Detail("in-queue")}).state, JobState::kAbandoned);
  // Somebody asked for it later: another session that is not known yet.
  EXPECT_EQ(abandoned_at(50, {At(1, K::kEnqueued), At(60, K::kSubmitted)}).state,
            JobState::kQueued);
  const Job completed = abandoned_at(50, Healthy());
  EXPECT_EQ(completed.state, JobState::kCompleted);
  EXPECT_EQ(completed.ended_at, 402);
}

TEST(JobTest, CachedAfterAbortedIsNeverProvenAgain) {
  const auto never_again = [](std::vector<Fact> facts) {
    return Derive(std::move(facts)).never_again;
  };
  EXPECT_TRUE(never_again({At(1, K::kEnqueued), At(5, K::kAborted), At(9, K::kReused)}));
  EXPECT_FALSE(never_again({At(1, K::kEnqueued), At(5, K::kAborted)}));
  EXPECT_FALSE(never_again({At(1, K::kEnqueued), At(3, K::kReused), At(5, K::kAborted)}));
  // From 5.x: cancelled jobs are revived.
  EXPECT_FALSE(never_again({At(1, K::kEnqueued), At(5, K::kCancelled), At(9, K::kReused)}));
  EXPECT_FALSE(never_again(
      {At(1, K::kEnqueued), At(5, K::kAborted), At(9, K::kReused), At(10, K::kRevived)}));
  // A healthy job's result from the cache.
  EXPECT_FALSE(never_again({At(1, K::kEnqueued), At(5, K::kCompleted), At(9, K::kReused)}));
}

}  // namespace
}  // namespace proverlog
