#include "storage/postgres/epoch_list.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/postgres/query_store_fixture.h"
#include "tests/testing_util/facts.h"

namespace proverlog::postgres {
namespace {

using testing_util::At;
using K = FactKind;

using EpochListTest = QueryStoreTest;

TEST_F(EpochListTest, AddsUpTheEpochsFromTheLatest) {
  Save({11, "ROOT_ROLLUP", Hash(1)}, {At(5, K::kEnqueued), At(9, K::kCompleted).Attempt(1)});
  Save({11, "PUBLIC_VM", Hash(2)},
       {At(3, K::kEnqueued), At(4, K::kStarted), At(6, K::kRetried).Attempt(1),
        At(7, K::kTimedOut).Retry(true)});
  Save({12, "PUBLIC_VM", Hash(3)}, {At(20, K::kEnqueued), At(25, K::kFailed).Attempt(1)});
  Save({12, "PUBLIC_VM", Hash(4)}, {At(21, K::kSubmitted), At(26, K::kCancelled)});
  Save({10, "PUBLIC_VM", Hash(5)}, {At(1, K::kReused)});  // no job, so no epoch

  const auto epochs = queries_.ListEpochs(prover_, std::nullopt, 10);
  ASSERT_TRUE(epochs.ok()) << epochs.status();
  ASSERT_EQ(epochs->size(), 2U);
  const EpochRow& latest = (*epochs)[0];
  EXPECT_EQ(latest.epoch, 12);
  EXPECT_EQ(latest.totals.jobs, 2);
  EXPECT_EQ(latest.totals.failed, 1);
  EXPECT_EQ(latest.totals.aborted, 1);
  EXPECT_EQ(latest.totals.enqueued, 2);
  EXPECT_FALSE(latest.root_completed);
  const EpochRow& first = (*epochs)[1];
  EXPECT_EQ(first.epoch, 11);
  EXPECT_EQ(first.first_at, 3);
  EXPECT_EQ(first.last_at, 9);
  EXPECT_EQ(first.totals.completed, 1);
  EXPECT_EQ(first.totals.in_flight, 1);
  EXPECT_EQ(first.totals.started, 1);
  EXPECT_EQ(first.totals.retries, 1);
  EXPECT_EQ(first.totals.timeouts, 1);
  EXPECT_TRUE(first.root_completed);
}

// What the store says of an epoch in every answer.
TEST_F(EpochListTest, AnOpenJobIsAbandonedWhenTheEpochsLastSessionHasEnded) {
  const JobId open{7, "PUBLIC_VM", Hash(1)};
  const JobId late{7, "PUBLIC_VM", Hash(2)};
  Save(open, {At(10, K::kEnqueued)});
  Save(late, {At(10, K::kEnqueued), At(60, K::kSubmitted)});
  SaveEvents({{"session.created", 5, {{"session", "a"}, {"epochNumber", "7"}}, {}},
              {"session.created", 20, {{"session", "b"}, {"epochNumber", "7"}}, {}},
              {"session.exited", 30, {{"session", "a"}, {"state", "failed"}}, {}}});
  EXPECT_EQ(queries_.LoadJob(prover_, open)->state, JobState::kQueued);
  EXPECT_EQ(queries_.ListEpochs(prover_, std::nullopt, 1)->front().totals.in_flight, 2);

  SaveEvents({{"session.exited", 50, {{"session", "b"}, {"state", "timed-out"}}, {}},
              {"session.exited", 99, {{"session", "of another epoch"}, {"state", "failed"}}, {}}});
  EXPECT_EQ(queries_.LoadJob(prover_, open)->state, JobState::kAbandoned);
  EXPECT_EQ(queries_.LoadJob(prover_, open)->ended_at, 50);
  EXPECT_EQ(queries_.LoadJob(prover_, late)->state, JobState::kQueued);
  const EpochRow row = queries_.ListEpochs(prover_, std::nullopt, 1)->front();
  EXPECT_EQ(row.totals.abandoned, 1);
  EXPECT_EQ(row.totals.in_flight, 1);
  ASSERT_EQ(row.context.sessions.size(), 2U);
  EXPECT_EQ(row.context.sessions[1].state, SessionState::kTimedOut);
  const auto state = queries_.LoadEpochState(prover_, 7, 10);
  EXPECT_EQ(state->jobs[0].state, JobState::kAbandoned);
  EXPECT_EQ(state->context.sessions, row.context.sessions);
  const auto list = [&](JobState wanted) {
    const auto jobs = queries_.ListJobs(prover_, {7, {}, {wanted}, std::nullopt}, 10);
    EXPECT_EQ(jobs->size(), 1U);
    return jobs->front();
  };
  EXPECT_EQ(list(JobState::kAbandoned).id, open);
  EXPECT_EQ(list(JobState::kAbandoned).state, JobState::kAbandoned);
  EXPECT_EQ(list(JobState::kQueued).id, late);
}

TEST_F(EpochListTest, OrWhenTheBrokerTakesJobsBeyondTheEpochsThatItKeeps) {
  Save({7, "A", Hash(1)}, {At(10, K::kEnqueued)});
  Save({8, "A", Hash(1)}, {At(20, K::kEnqueued)});
  Save({9, "A", Hash(1)}, {At(30, K::kSubmitted)});  // the broker has not said that it took it
  EXPECT_EQ(queries_.LoadJob(prover_, {7, "A", Hash(1)})->state, JobState::kQueued);
  Save({9, "A", Hash(2)}, {At(40, K::kEnqueued)});
  EXPECT_EQ(queries_.LoadJob(prover_, {7, "A", Hash(1)})->state, JobState::kAbandoned);
  EXPECT_EQ(queries_.LoadJob(prover_, {7, "A", Hash(1)})->ended_at, 40);
  EXPECT_EQ(queries_.LoadJob(prover_, {8, "A", Hash(1)})->state, JobState::kQueued);
  Save({9, "A", Hash(3)}, {At(35, K::kEnqueued)});  // an earlier one becomes known
  EXPECT_EQ(queries_.LoadJob(prover_, {7, "A", Hash(1)})->ended_at, 35);
}

TEST_F(EpochListTest, AnEpochIsListedWhereOnlyItsSessionsAreKnown) {
  SaveEvents({{"epoch.submitted", 5, {{"epoch", "7"}, {"uuid", "a"}}, {}},
              {"epoch.ready", 6, {{"epoch", "8"}}, {}}});  // no session
  const auto epochs = queries_.ListEpochs(prover_, std::nullopt, 5);
  ASSERT_EQ(epochs->size(), 1U);
  EXPECT_EQ(epochs->front().epoch, 7);
  EXPECT_EQ(epochs->front().totals.jobs, 0);
  EXPECT_FALSE(epochs->front().first_at);
  EXPECT_EQ(epochs->front().context.sessions.front().state, SessionState::kPublished);
  const auto state = queries_.LoadEpochState(prover_, 7, 10);
  ASSERT_EQ(state->streams.size(), 1U);
  EXPECT_EQ(state->streams.front().key, stream_);
}

TEST_F(EpochListTest, PagesThroughTheEpochs) {
  for (int epoch = 0; epoch < 5; ++epoch) Save({epoch, "A", Hash(1)}, {At(1, K::kEnqueued)});
  EXPECT_EQ(queries_.ListEpochs(prover_, std::nullopt, 2)->size(), 2U);
  const auto page = queries_.ListEpochs(prover_, 3, 2);
  ASSERT_EQ(page->size(), 2U);
  EXPECT_EQ((*page)[0].epoch, 2);
  EXPECT_EQ((*page)[1].epoch, 1);
  EXPECT_TRUE(queries_.ListEpochs(prover_, 0, 2)->empty());
  EXPECT_TRUE(queries_.ListEpochs(prover_, INT32_MIN, 2)->empty());
}

TEST_F(EpochListTest, FindsTheEpochsOfATime) {
  Save({3, "A", Hash(1)}, {At(100, K::kEnqueued), At(200, K::kCompleted)});
  Save({3, "A", Hash(2)}, {At(50, K::kEnqueued), At(150, K::kCompleted)});
  Save({4, "A", Hash(3)}, {At(180, K::kEnqueued)});
  Save({5, "A", Hash(4)}, {At(190, K::kReused)});  // no job
  SaveEvents({{"session.created", 400, {{"session", "s"}, {"epochNumber", "6"}}, {}}});
  const auto find = [&](const EpochWindow& window, int limit = 9) {
    std::vector<int32_t> numbers;
    const auto epochs = queries_.FindEpochs(prover_, window, limit);
    EXPECT_TRUE(epochs.ok()) << epochs.status();
    for (const EpochRevision& epoch : *epochs) numbers.push_back(epoch.epoch);
    return numbers;
  };
  using Numbers = std::vector<int32_t>;
  EXPECT_EQ(find({}), (Numbers{6, 4, 3}));
  EXPECT_EQ(find({}, 2), (Numbers{6, 4}));
  EXPECT_EQ(find({std::nullopt, 50}), Numbers{});  // before the end
  EXPECT_EQ(find({std::nullopt, 51}), (Numbers{3}));
  EXPECT_EQ(find({200, 300}), (Numbers{3}));
  EXPECT_EQ(find({201, std::nullopt}), (Numbers{6}));
  EXPECT_EQ(queries_.FindEpochs(prover_, {200, 300}, 1)->front().first_at, 50);
}

}  // namespace
}  // namespace proverlog::postgres
