#include "analysis/progress.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace proverlog {
namespace {

constexpr UnixMillis kBegin = 1'000'000;

Job MakeJob(const std::string& type, int number, JobState state, UnixMillis first_at,
            UnixMillis ended_at = 0) {
  Job job;
  job.id = {7, type, std::to_string(number)};
  job.exists = true;
  job.state = state;
  job.first_at = first_at;
  if (state == JobState::kCompleted) job.ended_at = ended_at;
  return job;
}

// An epoch of `leaves` leaf jobs, one done each second from the second on, of one merge of each two
// ten seconds later, and of a root at the end; on L1 `submission` after it.
EpochShape Earlier(int32_t epoch, int leaves, Millis submission = 5000, Millis step = 1000) {
  std::vector<CompletedJob> jobs;
  const UnixMillis begin = epoch * UnixMillis{10'000'000};
  for (int i = 0; i < leaves; ++i) {
    jobs.push_back({"PUBLIC_VM", begin + i, begin + (i + 1) * step});
    if (i % 2 == 0) {
      jobs.push_back({"PUBLIC_TX_BASE_ROLLUP", begin + i, begin + (leaves + 10) * step});
    }
  }
  const UnixMillis root = begin + (leaves + 20) * step;
  jobs.push_back({"ROOT_ROLLUP", root - 5, root});
  EpochContext context;
  context.sessions.emplace_back();
  context.sessions[0].started_at = begin;
  context.sessions[0].published_at = root + submission;
  return *ShapeOf(epoch, jobs, context);
}

// The first jobs of the same: `leaves` are there, `done` are done.
EpochSoFar SoFar(int leaves, int done, UnixMillis as_of) {
  EpochSoFar epoch;
  for (int i = 0; i < leaves; ++i) {
    const JobState state = i < done ? JobState::kCompleted : JobState::kRunning;
    epoch.jobs.push_back(MakeJob("PUBLIC_VM", i, state, kBegin + i, kBegin + (i + 1) * 1000));
  }
  epoch.as_of = as_of;
  return epoch;
}

TEST(EpochShapeTest, HasNoneWithoutARoot) {
  EXPECT_FALSE(ShapeOf(1, {{"PUBLIC_VM", 1, 2}}, {}));
  EXPECT_FALSE(ShapeOf(1, {}, {}));
}

TEST(EpochShapeTest, KnowsItsLeavesAndTransactions) {
  const EpochShape shape = Earlier(1, 4);
  EXPECT_EQ(shape.leaf_types, std::set<std::string>{"PUBLIC_VM"});
  EXPECT_EQ(shape.leaves.size(), 4U);
  EXPECT_EQ(shape.done.size(), 6U);
  EXPECT_EQ(shape.transactions, 2);
  EXPECT_EQ(shape.begin, 10'000'000);
  EXPECT_EQ(shape.proven_at, 10'024'000);
  EXPECT_EQ(shape.published_at, 10'029'000);
  EXPECT_EQ(shape.counts.at("ROOT_ROLLUP"), 1);
}

TEST(EpochShapeTest, TypesThatNobodyKnowsAreAllLeaves) {
  const auto shape = ShapeOf(1, {{"NEW", 1, 2}, {"ROOT_ROLLUP", 3, 4}}, {});
  EXPECT_EQ(shape->leaf_types, std::set<std::string>{"NEW"});
}

TEST(EpochShapeTest, AnEpochWhoseBeginningNoLogShowsMeasuresNone) {
  const std::vector<CompletedJob> whole = {{"PUBLIC_VM", 1, 2},
                                           {"PUBLIC_TX_BASE_ROLLUP", 2, 3},
                                           {"TX_MERGE_ROLLUP", 3, 4},
                                           {"ROOT_ROLLUP", 5, 6}};
  EXPECT_TRUE(ShapeOf(1, whole, {}));
  // A log that begins when the transactions' bases are done.
  EXPECT_FALSE(ShapeOf(1, {whole.begin() + 2, whole.end()}, {}));
  EXPECT_FALSE(ShapeOf(1, {{"PARITY_BASE", 1, 2}, whole[2], whole[3]}, {}));
  EpochContext context;
  context.sessions.emplace_back();
  EXPECT_FALSE(ShapeOf(1, whole, context));
  context.sessions[0].started_at = 1;
  EXPECT_TRUE(ShapeOf(1, whole, context));
}

TEST(ProgressTest, CountsJobsByTypeInOrderOfAppearance) {
  const Progress progress = CountsOf(
      {MakeJob("B", 1, JobState::kQueued, 5), MakeJob("B", 2, JobState::kFailed, 6),
       MakeJob("A", 1, JobState::kCompleted, 7, 9), MakeJob("A", 2, JobState::kRunning, 8),
       MakeJob("A", 3, JobState::kAbandoned, 8), MakeJob("A", 4, JobState::kAborted, 8), Job()});
  ASSERT_EQ(progress.types.size(), 2U);
  EXPECT_EQ(progress.types[0].type, "B");
  EXPECT_EQ(progress.types[0].queued, 1);
  EXPECT_EQ(progress.types[0].given_up, 1);
  EXPECT_EQ(progress.types[1].done, 1);
  EXPECT_EQ(progress.types[1].running, 1);
  EXPECT_EQ(progress.types[1].given_up, 2);
  EXPECT_EQ(progress.total.done, 1);
  EXPECT_EQ(progress.total.given_up, 3);
  EXPECT_FALSE(progress.total.expected);
  EXPECT_EQ(progress.last_completed_at, 9);
}

TEST(ProgressTest, NothingIsExpectedWithoutEarlierEpochsOfItsKind) {
  for (const auto& earlier : std::vector<std::vector<EpochShape>>{
           {}, {*ShapeOf(1, {{"OTHER", 1, 2}, {"ROOT_ROLLUP", 3, 4}}, {})}}) {
    const Progress progress = ProgressOf(SoFar(4, 2, kBegin + 2000), earlier);
    EXPECT_EQ(progress.basis, ExpectedBasis::kNone);
    EXPECT_FALSE(progress.estimate);
    EXPECT_FALSE(progress.types[0].expected);
    EXPECT_TRUE(progress.earlier_epochs.empty());
  }
}

TEST(ProgressTest, AnEpochOfTheSameSizeGoesOnAsTheEarlierOneDid) {
  const UnixMillis as_of = kBegin + 10'000;
  const Progress progress = ProgressOf(SoFar(40, 10, as_of), {Earlier(1, 40)});
  EXPECT_EQ(progress.basis, ExpectedBasis::kLeafJobs);
  EXPECT_EQ(*progress.types[0].expected, 40);
  ASSERT_EQ(progress.types.size(), 3U);
  EXPECT_EQ(progress.types[1].type, "PUBLIC_TX_BASE_ROLLUP");
  EXPECT_EQ(*progress.types[1].expected, 20);
  EXPECT_EQ(*progress.types[2].expected, 1);
  EXPECT_EQ(*progress.total.expected, 61);
  // From its tenth job on that one took 50 s to the root, and 5 s to L1.
  EXPECT_EQ(progress.estimate->at, as_of + 55'000);
  EXPECT_TRUE(progress.estimate->to_l1);
  EXPECT_EQ(progress.estimate->share, 0);  // one epoch gives no interval
}

TEST(ProgressTest, AnEpochTwiceAsLargeTakesTwiceAsLongForItsJobs) {
  EpochSoFar epoch = SoFar(80, 20, kBegin + 10'000);
  const Progress by_leaves = ProgressOf(epoch, {Earlier(1, 40)});
  EXPECT_EQ(*by_leaves.types[0].expected, 80);
  EXPECT_EQ(by_leaves.estimate->at, epoch.as_of + 2 * 40'000 + 15'000);
  EXPECT_EQ(*by_leaves.types.back().expected, 1);  // there is one root
  // The log's word for it stands before that: 40 transactions, where the other had 20.
  epoch = SoFar(40, 20, kBegin + 10'000);
  epoch.transactions = 40;
  const Progress by_transactions = ProgressOf(epoch, {Earlier(1, 40)});
  EXPECT_EQ(by_transactions.basis, ExpectedBasis::kTransactions);
  EXPECT_EQ(by_transactions.transactions, 40);
  EXPECT_EQ(*by_transactions.types[0].expected, 80);
  EXPECT_EQ(by_transactions.estimate->at, epoch.as_of + 2 * 40'000 + 15'000);
}

TEST(ProgressTest, FewJobsDoNotTellHowLargeAnEpochIs) {
  EpochShape earlier = Earlier(1, 40);
  for (int i = 1; i < 40; ++i) earlier.leaves[static_cast<size_t>(i)] = earlier.begin + 60'000;
  const Progress progress = ProgressOf(SoFar(30, 0, kBegin + 1000), {earlier});
  EXPECT_EQ(progress.basis, ExpectedBasis::kEarlierEpochs);
  EXPECT_EQ(*progress.types[0].expected, 40);
  const Progress more = ProgressOf(SoFar(50, 0, kBegin + 1000), {earlier});
  EXPECT_EQ(*more.types[0].expected, 50);  // at least those that are known
}

TEST(ProgressTest, TheIntervalIsThatOfTheEarlierEpochs) {
  const UnixMillis as_of = kBegin + 10'000;
  const Progress progress = ProgressOf(
      SoFar(40, 10, as_of), {Earlier(3, 40, 20'000), Earlier(2, 40, 5000), Earlier(1, 40, 9000)});
  EXPECT_EQ(progress.earlier_epochs, (std::vector<int32_t>{3, 2, 1}));
  EXPECT_EQ(progress.estimate->at, as_of + 59'000);
  EXPECT_EQ(progress.estimate->earliest, as_of + 55'000);
  EXPECT_EQ(progress.estimate->latest, as_of + 70'000);
  EXPECT_DOUBLE_EQ(progress.estimate->share, 0.5);
}

TEST(ProgressTest, WhereOneIsNotKnownToBeOnL1TheEndIsTheRoot) {
  EpochShape not_published = Earlier(2, 40);
  not_published.published_at.reset();
  const Progress progress =
      ProgressOf(SoFar(40, 10, kBegin + 10'000), {not_published, Earlier(1, 40)});
  EXPECT_FALSE(progress.estimate->to_l1);
  EXPECT_EQ(progress.estimate->latest, kBegin + 60'000);
}

TEST(ProgressTest, WithTheRootDoneOnlyTheSubmissionIsLeft) {
  EpochSoFar epoch = SoFar(40, 40, kBegin + 52'000);
  epoch.jobs.push_back(
      MakeJob("ROOT_ROLLUP", 1, JobState::kCompleted, kBegin + 45'000, kBegin + 50'000));
  EXPECT_EQ(ProgressOf(epoch, {Earlier(1, 40)}).estimate->at, kBegin + 55'000);
  epoch.as_of = kBegin + 90'000;  // it takes longer than it did
  EXPECT_EQ(ProgressOf(epoch, {Earlier(1, 40)}).estimate->at, epoch.as_of);
}

TEST(ProgressTest, AnEarlierEpochIsSeenByTheOthersAsThisOneIsByAll) {
  // Each has ten leaf jobs; one had far more jobs than they told, and seemed to be done long
  // before.
  EpochShape deeper = Earlier(2, 10);
  for (int i = 1; i <= 15; ++i) deeper.done.push_back(deeper.done.back() + 1000);
  deeper.proven_at += 15'000;
  *deeper.published_at += 15'000;
  const EpochSoFar epoch = SoFar(10, 10, kBegin + 10'000);
  const Progress progress = ProgressOf(epoch, {deeper, Earlier(1, 10)});
  // By the median of 15 and 30 jobs two thirds and a third are done, a half. Of the smaller one a
  // half of 30 jobs was done at its end, of the deeper one a half of 15 with its eighth job.
  EXPECT_EQ(progress.estimate->earliest, epoch.as_of + 15'000);
  EXPECT_EQ(progress.estimate->latest, epoch.as_of + 42'000);
}

}  // namespace
}  // namespace proverlog
