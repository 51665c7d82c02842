#include "analysis/parallelism.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

namespace proverlog {
namespace {

Attempt From(std::optional<UnixMillis> start, std::optional<UnixMillis> end) {
  Attempt attempt;
  attempt.started_at = start;
  attempt.ended_at = end;
  return attempt;
}

Job With(std::vector<Attempt> attempts, std::optional<UnixMillis> ended_at = std::nullopt) {
  Job job;
  job.exists = true;
  job.attempts = std::move(attempts);
  job.ended_at = ended_at;
  return job;
}

int32_t MaxOf(const std::vector<Job>& jobs) {
  ParallelismCounter counter;
  for (const Job& job : jobs) counter.Add(job);
  return counter.Max();
}

TEST(ParallelismTest, NothingRan) {
  EXPECT_EQ(MaxOf({}), 0);
  EXPECT_EQ(MaxOf({With({})}), 0);
}

TEST(ParallelismTest, CountsWhatRanAtOneInstant) {
  EXPECT_EQ(MaxOf({With({From(0, 10)})}), 1);
  EXPECT_EQ(MaxOf({With({From(0, 10)}), With({From(20, 30)})}), 1);
  EXPECT_EQ(MaxOf({With({From(0, 10)}), With({From(9, 30)})}), 2);
  // Each overlaps the one before, and no three overlap.
  EXPECT_EQ(MaxOf({With({From(0, 10)}), With({From(5, 20)}), With({From(15, 30)})}), 2);
  EXPECT_EQ(MaxOf({With({From(0, 30)}), With({From(5, 20)}), With({From(15, 25)})}), 3);
}

TEST(ParallelismTest, TheOrderOfTheJobsDoesNotMatter) {
  EXPECT_EQ(MaxOf({With({From(15, 25)}), With({From(0, 30)}), With({From(5, 20)})}), 3);
}

TEST(ParallelismTest, TheAttemptsOfOneJobCountToo) {
  EXPECT_EQ(MaxOf({With({From(0, 10), From(5, 15)})}), 2);
  EXPECT_EQ(MaxOf({With({From(0, 10), From(10, 15)})}), 1);
}

TEST(ParallelismTest, InOneMillisecondEndsComeBeforeStarts) {
  EXPECT_EQ(MaxOf({With({From(0, 10)}), With({From(10, 20)})}), 1);
  EXPECT_EQ(MaxOf({With({From(10, 20)}), With({From(0, 10)})}), 1);
}

TEST(ParallelismTest, AnAttemptThatTookNoTimeIsNeverSeen) {
  EXPECT_EQ(MaxOf({With({From(5, 5)})}), 0);
  EXPECT_EQ(MaxOf({With({From(0, 10)}), With({From(5, 5)})}), 1);
}

TEST(ParallelismTest, AnAttemptWithoutAnEndLastsUntilItsJobsEnd) {
  EXPECT_EQ(MaxOf({With({From(0, std::nullopt)}, 50), With({From(50, 60)})}), 1);
  EXPECT_EQ(MaxOf({With({From(0, std::nullopt)}, 50), With({From(49, 60)})}), 2);
}

TEST(ParallelismTest, ItsOwnEndCountsMoreThanItsJobs) {
  EXPECT_EQ(MaxOf({With({From(0, 10)}, 50), With({From(20, 60)})}), 1);
}

TEST(ParallelismTest, InAnOpenJobItLasts) {
  EXPECT_EQ(MaxOf({With({From(0, std::nullopt)})}), 1);
  EXPECT_EQ(MaxOf({With({From(0, std::nullopt)}), With({From(90, 100)})}), 2);
}

TEST(ParallelismTest, AnAttemptThatBeganAfterItsJobsEndTakesNothingAway) {
  EXPECT_EQ(MaxOf({With({From(60, std::nullopt)}, 50), With({From(40, 80)})}), 1);
  EXPECT_EQ(MaxOf({With({From(60, std::nullopt)}, 50), With({From(40, 80)}), With({From(52, 58)})}),
            2);
}

TEST(ParallelismTest, AnEndWithoutAStartIsNotCounted) {
  EXPECT_EQ(MaxOf({With({From(std::nullopt, 5)}), With({From(0, 10)})}), 1);
}

TEST(ParallelismTest, MoreMayBeAddedAfterAnAnswer) {
  ParallelismCounter counter;
  counter.Add(With({From(0, 10)}));
  EXPECT_EQ(counter.Max(), 1);
  counter.Add(With({From(0, 10)}));
  EXPECT_EQ(counter.Max(), 2);
  EXPECT_EQ(counter.Max(), 2);
}

}  // namespace
}  // namespace proverlog
