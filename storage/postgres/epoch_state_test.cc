// What tells whether figures that were computed of an epoch still hold.

#include "storage/postgres/epoch_state.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "codec/zstd_frame.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/maintenance_store.h"
#include "storage/postgres/projection_store.h"
#include "storage/postgres/query_store.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/facts.h"
#include "tests/testing_util/projection.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog::postgres {
namespace {

using testing_util::At;
using K = FactKind;

class EpochStateTest : public testing::Test {
 protected:
  EpochStateTest() {
    ArchiveStore archive(&database_.pool());
    stream_ = *testing_util::CreateStream(
        archive, {*archive.ReserveStreamId(), "mine", "m", "a.log", {}, "hi", {}},
        Block{0, 2, CompressFrame("hi")}, "hi");
    prover_ = queries_.ListProvers(1)->front();
  }

  void Save(const JobId& id, std::vector<Fact> facts) {
    for (Fact& fact : facts) fact.origin = {"m", "p", stream_.stream_id, fact.at};
    const auto saved = ProjectionStore(&database_.pool())
                           .Project({stream_.prover_id}, [&](ProjectionTransaction& tx) {
                             return testing_util::SaveJob(tx, DeriveJob(id, std::move(facts)));
                           });
    EXPECT_TRUE(saved.ok()) << saved.status();
  }

  void SaveEvent(Event event) {
    event.origin = {"m", "p", stream_.stream_id, event.at};
    const auto saved = ProjectionStore(&database_.pool())
                           .Project({stream_.prover_id}, [&](ProjectionTransaction& tx) {
                             return tx.SaveEvents({event});
                           });
    EXPECT_TRUE(saved.ok()) << saved.status();
  }

  KnownEpoch Known(int32_t epoch) {
    const auto state = queries_.LoadEpochState(prover_, epoch, 100);
    return {{epoch, state->revision, state->context}, StreamsOf(state->jobs, state->context)};
  }
  EpochState Changes(const KnownEpoch& known) {
    const auto state = queries_.LoadEpochChanges(prover_, known, 100);
    EXPECT_TRUE(state.ok()) << state.status();
    return *state;
  }

  // Then none, of whatever database of the cluster, is older than what was written here.
  void WaitForWriters() {
    testing_util::WaitUntil(
        [&] {
          return database_.Sql(
                     "SELECT pg_snapshot_xmin(s) = pg_snapshot_xmax(s)"
                     " FROM pg_current_snapshot() AS s") == "t";
        },
        "all writers have ended");
  }
  EpochDelta Delta(int64_t position) {
    const auto delta = queries_.LoadEpochDelta(prover_, {3, kNoRevision, {}}, position, 100);
    EXPECT_TRUE(delta.ok()) << delta.status();
    return *delta;
  }

  testing_util::TestDatabase database_;
  QueryStore queries_{&database_.pool()};
  StreamKey stream_;
  ProverRef prover_;
};

TEST_F(EpochStateTest, WhatIsKnownIsNotLoadedAgainUntilItChanges) {
  Save({3, "A", "a"}, {At(100, K::kEnqueued)});
  const KnownEpoch known = Known(3);
  const EpochState same = Changes(known);
  EXPECT_TRUE(same.as_known);
  EXPECT_TRUE(same.jobs.empty());
  ASSERT_EQ(same.streams.size(), 1U);
  EXPECT_EQ(same.streams[0].key.stream_id, stream_.stream_id);
  EXPECT_EQ(same.revision, known.version.revision);

  Save({3, "A", "a"}, {At(100, K::kEnqueued), At(200, K::kCompleted)});
  const EpochState changed = Changes(known);
  EXPECT_FALSE(changed.as_known);
  ASSERT_EQ(changed.jobs.size(), 1U);
  EXPECT_EQ(changed.jobs[0].state, JobState::kCompleted);
  EXPECT_GT(changed.revision, known.version.revision);
  EXPECT_EQ(changed.streams.size(), 1U);
}

TEST_F(EpochStateTest, AnEventOfItsSessionThatNamesNoEpochChangesIt) {
  SaveEvent({"session.created", 100, {{"session", "s"}, {"epochNumber", "3"}}, {}});
  Save({3, "A", "a"}, {At(100, K::kEnqueued)});
  const KnownEpoch known = Known(3);
  EXPECT_TRUE(Changes(known).as_known);
  SaveEvent({"session.exited", 200, {{"session", "s"}, {"state", "failed"}}, {}});
  const EpochState changed = Changes(known);
  EXPECT_FALSE(changed.as_known);
  EXPECT_EQ(changed.revision, known.version.revision);
}

TEST_F(EpochStateTest, AnEpochThatALaterOneClosesIsNoLongerAsKnown) {
  Save({3, "A", "a"}, {At(100, K::kEnqueued)});
  const KnownEpoch known = Known(3);
  Save({5, "A", "b"}, {At(300, K::kEnqueued)});
  EXPECT_FALSE(Changes(known).as_known);
}

TEST_F(EpochStateTest, AnEpochThatIsNotKnownIsNeverAsKnown) {
  const KnownEpoch known = Known(9);
  EXPECT_EQ(known.version.revision, kNoRevision);
  EXPECT_FALSE(Changes(known).as_known);
}

TEST_F(EpochStateTest, ADeletedEpochsRevisionNeverComesBack) {
  Save({3, "A", "a"}, {At(100, K::kEnqueued)});
  const int64_t first = Known(3).version.revision;
  database_.Sql("DELETE FROM job");
  database_.Sql("DELETE FROM epoch");
  Save({3, "A", "b"}, {At(100, K::kEnqueued)});
  EXPECT_GT(Known(3).version.revision, first);
}

// Retention deletes an epoch in steps: what was computed before the first does not hold after it.
TEST_F(EpochStateTest, AnEpochOfWhichJobsAreDeletedIsNoLongerAsKnown) {
  Save({3, "A", "a"}, {At(100, K::kEnqueued)});
  database_.Sql(
      "INSERT INTO job (prover_id, projection_id, epoch, type, hash, counted, state, enqueued,"
      " started, attempts, retries, timeouts, fact_rows, last_at)"
      " SELECT 1, 1, 3, 'A', sha256(i::text::bytea), true, 'queued', true, false, 0, 0, 0, false, 1"
      " FROM generate_series(1, 2500) AS i");
  const auto version = queries_.ListEpochVersions(prover_, 1)->front();
  MaintenanceStore maintenance(&database_.pool());
  EpochCursor cursor;
  int steps = 0;
  while (database_.Sql("SELECT count(*) FROM job") == "2501" && ++steps < 10) {
    const auto next = maintenance.DeleteOldJobs(cursor, absl::FromUnixMillis(1'000'000));
    ASSERT_TRUE(next.ok()) << next.status();
    ASSERT_TRUE(*next);
    cursor = **next;
  }
  EXPECT_GT(queries_.ListEpochVersions(prover_, 1)->front().revision, version.revision);
}

TEST_F(EpochStateTest, WhatIsNewIsWhatWasWrittenSinceHoweverOldItIs) {
  Save({3, "A", "a"}, {At(900'000, K::kEnqueued)});
  Save({3, "A", "b"}, {At(100, K::kEnqueued)});
  Save({3, "A", "c"}, {At(100, K::kEnqueued), At(200, K::kRetried)});
  WaitForWriters();
  const EpochDelta all = Delta(0);
  EXPECT_EQ(all.jobs.size(), 3U);
  EXPECT_EQ(all.others, 0);
  EXPECT_EQ(all.facts_of_others, 0);

  Save({3, "A", "b"}, {At(100, K::kEnqueued), At(200, K::kCompleted).Attempt(1)});
  const EpochDelta delta = Delta(all.position);
  // The third has rare facts: it is always among them.
  ASSERT_EQ(delta.jobs.size(), 2U);
  EXPECT_EQ(delta.jobs[0].id.hash, "b");
  EXPECT_EQ(delta.jobs[0].state, JobState::kCompleted);
  EXPECT_EQ(delta.jobs[1].id.hash, "c");
  EXPECT_EQ(delta.others, 1);
  EXPECT_EQ(delta.facts_of_others, 1);
  WaitForWriters();
  EXPECT_EQ(Delta(Delta(0).position).others, 2);
}

TEST_F(EpochStateTest, WhatIsNewHasWhatWasWrittenAndNotCommittedAtTheEarlierCall) {
  Save({3, "A", "a"}, {At(100, K::kEnqueued)});
  EpochDelta before;
  const auto saved =
      ProjectionStore(&database_.pool())
          .Project({stream_.prover_id}, [&](ProjectionTransaction& tx) {
            const auto status = testing_util::SaveJob(
                tx,
                DeriveJob({3, "A", "b"}, {At(200, K::kEnqueued).On("m", "p", stream_.stream_id)}));
            // A later transaction ends before it.
            database_.Sql("UPDATE prover SET name = name");
            before = Delta(0);
            return status;
          });
  ASSERT_TRUE(saved.ok()) << saved.status();
  EXPECT_EQ(before.jobs.size(), 1U);
  const EpochDelta delta = Delta(before.position);
  ASSERT_EQ(delta.jobs.size(), 1U);
  EXPECT_EQ(delta.jobs[0].id.hash, "b");
  EXPECT_EQ(delta.others, 1);
}

TEST_F(EpochStateTest, ListsTheLatestEpochsVersions) {
  Save({3, "A", "a"}, {At(100, K::kEnqueued)});
  Save({4, "A", "b"}, {At(200, K::kEnqueued)});
  Save({5, "A", "c"}, {At(300, K::kEnqueued)});
  const auto versions = queries_.ListEpochVersions(prover_, 2);
  ASSERT_TRUE(versions.ok()) << versions.status();
  ASSERT_EQ(versions->size(), 2U);
  EXPECT_EQ((*versions)[0], Known(5).version);
  EXPECT_EQ((*versions)[1], Known(4).version);
  EXPECT_EQ(queries_.ListEpochVersions(prover_, 9)->back().context.moved_on_at, 300);
}

}  // namespace
}  // namespace proverlog::postgres
