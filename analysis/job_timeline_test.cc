#include "analysis/job_timeline.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using testing_util::At;
using testing_util::SomeJob;
using Spans = std::vector<OpenSpan>;

JobTimeline Of(std::vector<Fact> facts) {
  return TimelineOf(DeriveJob(SomeJob(), std::move(facts)));
}

TEST(JobTimelineTest, AHealthyJobWaitsThenRuns) {
  const JobTimeline job =
      Of({At(10, FactKind::kSubmitted), At(12, FactKind::kEnqueued),
          At(20, FactKind::kStarted).On("a", "agent"),
          At(50, FactKind::kAgentCompleted).On("a", "agent"), At(51, FactKind::kCompleted)});
  EXPECT_EQ(job.created_at, 12);
  EXPECT_EQ(job.ended_at, 51);
  EXPECT_FALSE(job.end_unseen);
  EXPECT_EQ(job.queued, (Spans{{12, 20}}));
  EXPECT_EQ(job.attempts, (std::vector<AttemptSpan>{{"a", "agent", {20, 50}, false, true}}));
}

TEST(JobTimelineTest, WithoutABrokersLogTheProverNodesEnqueueCounts) {
  const JobTimeline job = Of({At(10, FactKind::kSubmitted), At(11, FactKind::kSubmitted),
                              At(20, FactKind::kStarted), At(50, FactKind::kAgentCompleted)});
  EXPECT_EQ(job.created_at, 10);
  EXPECT_EQ(job.ended_at, 50);
  EXPECT_EQ(job.queued, (Spans{{10, 20}}));
}

TEST(JobTimelineTest, WithoutAnEnqueueItIsCreatedByItsFirstFactAndNeverQueued) {
  const JobTimeline job = Of({At(20, FactKind::kStarted)});
  EXPECT_EQ(job.created_at, 20);
  EXPECT_EQ(job.ended_at, std::nullopt);
  EXPECT_TRUE(job.queued.empty());
  EXPECT_EQ(job.attempts.front().span, (OpenSpan{20, std::nullopt}));
  EXPECT_FALSE(job.attempts.front().lost);
}

TEST(JobTimelineTest, ARetryAndATimeOutPutItBackIntoTheQueue) {
  const JobTimeline job = Of({At(0, FactKind::kEnqueued), At(10, FactKind::kStarted),
                              At(20, FactKind::kAgentFailed).Retry(true),
                              At(21, FactKind::kRetried), At(30, FactKind::kStarted),
                              At(40, FactKind::kTimedOut).Retry(true), At(60, FactKind::kFailed)});
  EXPECT_EQ(job.queued, (Spans{{0, 10}, {21, 30}, {40, 60}}));
  ASSERT_EQ(job.attempts.size(), 2U);
  EXPECT_EQ(job.attempts[0].span, (OpenSpan{10, 20}));
  EXPECT_FALSE(job.attempts[0].lost);
  EXPECT_EQ(job.attempts[1].span, (OpenSpan{30, 40}));
  EXPECT_TRUE(job.attempts[1].lost);
}

TEST(JobTimelineTest, ATimeOutForGoodIsNoEntry) {
  const JobTimeline job = Of({At(0, FactKind::kEnqueued), At(10, FactKind::kStarted),
                              At(40, FactKind::kTimedOut).Retry(false), At(40, FactKind::kFailed)});
  EXPECT_EQ(job.queued, (Spans{{0, 10}}));
  EXPECT_EQ(job.attempts[0].span, (OpenSpan{10, 40}));
}

TEST(JobTimelineTest, ACancelledJobLeavesTheQueueAndARevivedOneComesBack) {
  const JobTimeline job = Of({At(0, FactKind::kEnqueued), At(10, FactKind::kCancelled),
                              At(20, FactKind::kRevived), At(25, FactKind::kStarted),
                              At(30, FactKind::kAgentCompleted), At(30, FactKind::kCompleted)});
  EXPECT_EQ(job.queued, (Spans{{0, 10}, {20, 25}}));
  EXPECT_EQ(job.ended_at, 30);
}

TEST(JobTimelineTest, AnOpenJobStaysInTheQueue) {
  EXPECT_EQ(Of({At(5, FactKind::kEnqueued)}).queued, (Spans{{5, std::nullopt}}));
  Job job = DeriveJob(SomeJob(), {At(5, FactKind::kEnqueued)});
  Abandon(90, job);
  EXPECT_EQ(TimelineOf(job).queued, (Spans{{5, 90}}));
}

TEST(JobTimelineTest, AStartThatAnotherClockPutsBeforeItsEnqueueAnswersIt) {
  const JobTimeline job =
      Of({At(100, FactKind::kEnqueued), At(98, FactKind::kStarted).On("b"),
          At(150, FactKind::kAgentCompleted).On("b"), At(152, FactKind::kCompleted)});
  EXPECT_TRUE(job.queued.empty());
}

// Which of two attempts in one process ended is not known: the one that the broker took back is
// taken to have ended then.
TEST(JobTimelineTest, AnAmbiguousAttemptEndsWhereTheBrokerTookTheJobBack) {
  const JobTimeline job = Of({At(0, FactKind::kEnqueued), At(10, FactKind::kStarted),
                              At(40, FactKind::kTimedOut).Retry(true), At(45, FactKind::kStarted),
                              At(70, FactKind::kAgentCompleted), At(70, FactKind::kCompleted)});
  ASSERT_EQ(job.attempts.size(), 2U);
  EXPECT_EQ(job.attempts[0].span, (OpenSpan{10, 40}));
  EXPECT_TRUE(job.attempts[0].lost);
  EXPECT_EQ(job.attempts[1].span, (OpenSpan{45, 70}));
}

TEST(JobTimelineTest, AnEndThatOnlyASnapshotTellsIsUnseen) {
  const JobTimeline job =
      Of({At(5, FactKind::kEnqueued), At(80, FactKind::kRestored).Detail("pending"),
          At(90, FactKind::kRestored).Detail("fulfilled"),
          At(99, FactKind::kRestored).Detail("fulfilled")});
  EXPECT_EQ(job.ended_at, 90);
  EXPECT_TRUE(job.end_unseen);
  EXPECT_EQ(job.state, JobState::kCompleted);
  EXPECT_EQ(job.queued, (Spans{{5, 90}}));
}

TEST(JobTimelineTest, ItDoesNotEndBeforeItBegan) {
  const JobTimeline job =
      Of({At(100, FactKind::kSubmitted).On("node"), At(90, FactKind::kStarted).On("b"),
          At(95, FactKind::kAgentCompleted).On("b")});
  EXPECT_EQ(job.created_at, 100);
  EXPECT_EQ(job.ended_at, 100);
}

}  // namespace
}  // namespace proverlog
