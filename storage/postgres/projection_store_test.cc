#include "storage/postgres/projection_store.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "codec/zstd_frame.h"
#include "storage/postgres/archive_store.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/facts.h"
#include "tests/testing_util/projection.h"
#include "tests/testing_util/test_database.h"

namespace proverlog::postgres {
namespace {

using testing_util::At;
using testing_util::SomeJob;
using testing_util::TestDatabase;
using K = FactKind;

class ProjectionStoreTest : public testing::Test {
 protected:
  ProjectionStoreTest() {
    const auto id = archive_.ReserveStreamId();
    const Block block{0, 5, CompressFrame("hello")};
    stream_ = *testing_util::CreateStream(
        archive_, {*id, "prover", "m", "a.log", {{0, 7, "UTC"}}, "hello", {}}, block, "hello");
  }

  // Runs `work` in a projecting transaction, which must get the lock.
  absl::Status Project(const std::function<absl::Status(ProjectionTransaction&)>& work) {
    const auto ran = store_.Project({stream_.prover_id}, work);
    EXPECT_TRUE(!ran.ok() || *ran);
    return ran.status();
  }

  Fact Here(Fact fact) const {
    fact.origin.machine = "m";
    fact.origin.stream_id = stream_.stream_id;
    return fact;
  }

  void Save(std::vector<Fact> facts) {
    for (Fact& fact : facts) fact = Here(std::move(fact));
    const absl::Status saved = Project([&](ProjectionTransaction& tx) {
      return testing_util::SaveJob(tx, DeriveJob(SomeJob(), std::move(facts)));
    });
    EXPECT_TRUE(saved.ok()) << saved;
  }

  std::vector<Fact> Load() {
    std::map<JobId, std::vector<Fact>> loaded;
    const absl::Status status = Project([&](ProjectionTransaction& tx) {
      auto facts = tx.LoadFacts({SomeJob(), JobId{1, "OTHER", "b"}});
      if (facts.ok()) loaded = *std::move(facts);
      return facts.status();
    });
    EXPECT_TRUE(status.ok()) << status;
    return loaded.empty() ? std::vector<Fact>{} : loaded.begin()->second;
  }

  TestDatabase database_;
  ArchiveStore archive_{&database_.pool()};
  StreamKey stream_;
  ProjectionStore store_{&database_.pool()};
};

std::vector<Fact> Healthy() {
  return {At(1, K::kEnqueued), At(2, K::kStarted).On("m", "agent"), At(3, K::kControllerStarted),
          At(8, K::kAgentCompleted), At(9, K::kCompleted).Attempt(1)};
}

TEST_F(ProjectionStoreTest, AHealthyJobIsOneRow) {
  Save(Healthy());
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM job"), "1");
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM job_fact"), "0");
  std::vector<Fact> expected;
  for (const Fact& fact : Healthy()) expected.push_back(Here(fact));
  EXPECT_EQ(Load(), expected);
}

TEST_F(ProjectionStoreTest, AJobWithARareFactHasAllItsFactsAsRows) {
  std::vector<Fact> facts = Healthy();
  facts.push_back(At(5, K::kAgentFailed).Retry(false).Detail("a 'quoted' \\ \"error\", ü"));
  Save(facts);
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM job_fact"), "6");
  EXPECT_EQ(database_.Sql("SELECT enqueued_at FROM job"), "");
  const std::vector<Fact> loaded = Load();
  ASSERT_EQ(loaded.size(), 6U);
  EXPECT_EQ(loaded[3], Here(facts.back()));
}

TEST_F(ProjectionStoreTest, AHealthyJobBecomesARareOneAndStaysWhole) {
  Save(Healthy());
  std::vector<Fact> facts = Load();
  facts.push_back(Here(At(4, K::kTimedOut).Retry(true)));
  Save(facts);
  EXPECT_EQ(Load().size(), 6U);
  EXPECT_EQ(database_.Sql("SELECT timeouts FROM job"), "1");
}

TEST_F(ProjectionStoreTest, ARepeatedKindAndAnotherAttemptAreRare) {
  Save({At(1, K::kEnqueued), At(2, K::kEnqueued)});
  EXPECT_EQ(Load().size(), 2U);
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM job_fact"), "2");
  Save({At(1, K::kEnqueued), At(2, K::kEnqueued), At(9, K::kCompleted).Attempt(2)});
  EXPECT_EQ(Load().back().attempt, 2);
}

TEST_F(ProjectionStoreTest, AFactThatIsToldBetterIsUpdated) {
  Save({At(5, K::kAgentFailed).Detail("short")});
  Save({At(5, K::kAgentFailed).Detail("longer text").Retry(true)});
  const std::vector<Fact> loaded = Load();
  ASSERT_EQ(loaded.size(), 1U);
  EXPECT_EQ(loaded[0].detail, "longer text");
  EXPECT_EQ(loaded[0].will_retry, true);
}

TEST_F(ProjectionStoreTest, TheViewShowsColumnsAndRowsAsOneList) {
  Save(Healthy());
  EXPECT_EQ(database_.Sql("SELECT string_agg(kind, ' ' ORDER BY time) FROM job_facts"),
            "enqueued started controller_started agent_completed completed");
  EXPECT_EQ(database_.Sql("SELECT process FROM job_facts WHERE kind = 'started'"), "agent");
  EXPECT_EQ(database_.Sql("SELECT id FROM jobs"), SomeJob().ToString());
  std::vector<Fact> facts = Load();
  facts.push_back(Here(At(4, K::kTimedOut).Retry(true)));
  Save(facts);
  EXPECT_EQ(database_.Sql("SELECT string_agg(kind, ' ' ORDER BY time) FROM job_facts"),
            "enqueued started controller_started timed_out agent_completed completed");
}

TEST_F(ProjectionStoreTest, ProgressIsSavedAndTakenUpAgain) {
  NormalizedStream reached;
  const absl::Status status = Project([&](ProjectionTransaction& tx) {
    const auto pending = tx.PendingStreams(10);
    EXPECT_EQ(pending->size(), 1U);
    const PendingStream& stream = pending->front();
    EXPECT_EQ(stream.committed_offset, 5);
    EXPECT_EQ(stream.progress.offset, 0);
    EXPECT_EQ(stream.labels.anchors.size(), 1U);
    reached.stream_id = stream.labels.stream_id;
    reached.progress.offset = 3;
    reached.progress.state = std::string("\0state\xff", 7);
    reached.progress.counts.lines = 4;
    reached.progress.counts.facts[K::kEnqueued] = 2;
    reached.progress.counts.first_at = 17;
    return tx.SaveProgress(reached);
  });
  ASSERT_TRUE(status.ok()) << status;
  const auto behind = store_.FindProversBehind();
  ASSERT_EQ(behind->size(), 1U);
  EXPECT_EQ(behind->front().prover_id, stream_.prover_id);
  EXPECT_EQ(behind->front().name, "prover");
  EXPECT_EQ(behind->front().bytes, 2);
  EXPECT_EQ(std::to_string(behind->front().received_at.value_or(0)),
            database_.Sql("SELECT received_at FROM live_block"));

  const absl::Status again = Project([&](ProjectionTransaction& tx) {
    const PendingStream stream = tx.PendingStreams(10)->front();
    EXPECT_EQ(stream.progress.offset, 3);
    EXPECT_EQ(stream.progress.state, reached.progress.state);
    EXPECT_EQ(stream.progress.counts, reached.progress.counts);
    reached.progress.offset = 5;
    return tx.SaveProgress(reached);
  });
  ASSERT_TRUE(again.ok()) << again;
  EXPECT_TRUE(store_.FindProversBehind()->empty());
}

TEST_F(ProjectionStoreTest, ASealIsPendingUntilItIsRead) {
  NormalizedStream reached;
  reached.stream_id = stream_.stream_id;
  reached.progress.offset = 5;
  const auto save = [&](ProjectionTransaction& tx) { return tx.SaveProgress(reached); };
  ASSERT_TRUE(Project(save).ok());
  ASSERT_TRUE(testing_util::Seal(archive_, stream_, 1, 5).ok());
  EXPECT_EQ(store_.FindProversBehind()->size(), 1U);
  reached.sealed_offset = 5;
  ASSERT_TRUE(Project(save).ok());
  EXPECT_TRUE(store_.FindProversBehind()->empty());
}

TEST_F(ProjectionStoreTest, OneWorkerAtATimeProjectsAProver) {
  const absl::Status status = Project([&](ProjectionTransaction&) {
    bool called = false;
    const auto second = store_.Project({stream_.prover_id}, [&](ProjectionTransaction&) {
      called = true;
      return absl::OkStatus();
    });
    EXPECT_TRUE(second.ok()) << second.status();
    EXPECT_FALSE(*second);
    EXPECT_FALSE(called);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(ProjectionStoreTest, AFailureLeavesNothingBehind) {
  const absl::Status status = Project([&](ProjectionTransaction& tx) {
    EXPECT_TRUE(testing_util::SaveJob(tx, DeriveJob(SomeJob(), {Here(At(1, K::kEnqueued))})).ok());
    return absl::DataLossError("stop");
  });
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM job"), "0");
}

TEST_F(ProjectionStoreTest, WhatATryWroteIsUndoneAndNothingElse) {
  const auto reached = [&](int64_t offset) {
    NormalizedStream stream;
    stream.stream_id = stream_.stream_id;
    stream.progress.offset = offset;
    return stream;
  };
  const absl::Status refused = absl::InternalError("refused");
  const absl::Status status = Project([&](ProjectionTransaction& tx) {
    EXPECT_TRUE(tx.SaveProgress(reached(1)).ok());
    const absl::Status outer = tx.Try([&] {
      EXPECT_TRUE(tx.SaveProgress(reached(2)).ok());
      EXPECT_EQ(tx.Try([&] {
                    EXPECT_TRUE(tx.SaveProgress(reached(3)).ok());
                    NormalizedStream bad = reached(4);
                    bad.unreadable = {{0, 4, std::string("\xff")}};
                    return tx.SaveProgress(bad);
                  }).code(),
                absl::StatusCode::kInvalidArgument);
      return absl::OkStatus();
    });
    EXPECT_TRUE(outer.ok()) << outer;
    return tx.Try([&] {
      EXPECT_TRUE(tx.SaveProgress(reached(5)).ok());
      return refused;
    }) == refused
               ? absl::OkStatus()
               : absl::UnknownError("not what was returned");
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(database_.Sql("SELECT normalized_offset FROM stream_progress"), "2");
}

TEST_F(ProjectionStoreTest, BoundariesAreOfBlocksAndOfWhatTheLiveProjectionCouldNotRead) {
  database_.Sql(
      "INSERT INTO block SELECT prover_id, stream_id, b, e, 1, '' FROM stream,"
      " (VALUES (5, 100), (200, 300)) AS v (b, e)");
  database_.Sql(
      "INSERT INTO unreadable SELECT 1, j, stream_id, b, b + 10, 'm', 0 FROM stream,"
      " (VALUES (1, 20), (2, 40)) AS v (j, b)");
  const absl::Status status = Project([&](ProjectionTransaction& tx) {
    std::vector<int64_t> found;
    for (std::optional<int64_t> at = 0; at; at = *tx.NextBoundary(stream_.stream_id, *at)) {
      found.push_back(*at);
    }
    EXPECT_EQ(found, (std::vector<int64_t>{0, 5, 20, 30, 100, 200, 300}));
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(ProjectionStoreTest, UnreadableBytesThatAdjoinAreOneRange) {
  for (const auto& [begin, end, message] : std::vector<std::tuple<int64_t, int64_t, std::string>>{
           {0, 0, "a"}, {0, 2, "b"}, {2, 4, "b"}, {4, 5, "a"}, {6, 7, "a"}}) {
    NormalizedStream stream;
    stream.stream_id = stream_.stream_id;
    stream.unreadable = {{begin, end, message}};
    EXPECT_TRUE(Project([&](auto& tx) { return tx.SaveProgress(stream); }).ok());
  }
  EXPECT_EQ(database_.Sql("SELECT string_agg(concat_ws(' ', begin_offset, end_offset, message),"
                          " ', ' ORDER BY begin_offset) FROM unreadable"),
            "0 4 b, 4 5 a, 6 7 a");
}

TEST_F(ProjectionStoreTest, IngestIsNotBlockedByAProjection) {
  const absl::Status status = Project([&](ProjectionTransaction& tx) {
    EXPECT_TRUE(tx.PendingStreams(10).ok());
    return testing_util::Append(archive_, stream_, 1, Block{5, 7, CompressFrame("ab")}, "helloab");
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(ProjectionStoreTest, NewJobsAreWrittenHoweverManyTheyAre) {
  std::map<JobId, std::vector<Fact>> expected;
  for (int i = 0; i < 3000; ++i) {
    std::vector<Fact> facts = {Here(At(i, K::kEnqueued)), Here(At(i + 1, K::kStarted))};
    if (i % 3 == 0) facts.push_back(Here(At(i + 2, K::kFailed).Detail("a\tb\nc\r\\N\\.")));
    expected[{i / 100, "PUBLIC_VM", absl::StrCat("job-", i)}] = std::move(facts);
  }
  std::vector<Job> jobs;
  std::vector<JobId> ids;
  for (const auto& [id, facts] : expected) {
    jobs.push_back(DeriveJob(id, facts));
    ids.push_back(id);
  }
  const absl::Status status = Project([&](ProjectionTransaction& tx) {
    if (absl::Status added = tx.AddJobs(jobs); !added.ok()) return added;
    const auto loaded = tx.LoadFacts(ids);
    if (!loaded.ok()) return loaded.status();
    EXPECT_TRUE(*loaded == expected);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(ProjectionStoreTest, EpochsWithJobsAreFound) {
  Save(Healthy());
  const absl::Status status = Project([&](ProjectionTransaction& tx) {
    const int32_t known = SomeJob().epoch;
    const auto found = tx.EpochsWithJobs({known - 1, known, known + 1});
    if (!found.ok()) return found.status();
    EXPECT_EQ(*found, std::set<int32_t>{known});
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

// Else an epoch without jobs would be looked for in all rows.
TEST_F(ProjectionStoreTest, EpochsWithJobsAreLookedUpByTheKey) {
  database_.Sql(
      "INSERT INTO job (prover_id, projection_id, epoch, type, hash, counted, state, enqueued,"
      " started, attempts, retries, timeouts, fact_rows)"
      " SELECT 1, 1, i % 2, 'PUBLIC_VM', sha256(i::text::bytea), true, 'completed', true, true,"
      " 1, 0, 0, true FROM generate_series(1, 50000) AS i");
  database_.Sql("ANALYZE job");
  auto pool = *ConnectionPool::Create({.database = database_.explaining_conninfo()});
  ProjectionStore store(pool.get());
  const size_t begin = TestDatabase::ServerLog().size();
  const auto ran = store.Project({stream_.prover_id}, [&](ProjectionTransaction& tx) {
    return tx.EpochsWithJobs({0, 1, 2}).status();
  });
  ASSERT_TRUE(ran.ok()) << ran.status();
  const std::string plans = TestDatabase::ServerLog().substr(begin);
  EXPECT_NE(plans.find("Index Cond: ((prover_id = 1) AND (projection_id = 1) AND (epoch = e.e))"),
            std::string::npos)
      << plans;
}

// Also while the table has no statistics: a join would read all jobs of the prover then.
TEST_F(ProjectionStoreTest, KnownFactsAreLookedUpByTheirWholeKeys) {
  database_.Sql(
      "INSERT INTO job (prover_id, projection_id, epoch, type, hash, counted, state, enqueued,"
      " started, attempts, retries, timeouts, fact_rows)"
      " SELECT 1, 1, i / 100, 'PUBLIC_VM', sha256(i::text::bytea), true, 'completed', true, true,"
      " 1, 0, 0, true FROM generate_series(1, 50000) AS i");
  auto pool = *ConnectionPool::Create({.database = database_.explaining_conninfo()});
  ProjectionStore store(pool.get());
  std::vector<JobId> ids;
  for (int i = 0; i < 1000; ++i) ids.push_back({i, "PUBLIC_VM", std::string(64, 'a')});
  const size_t begin = TestDatabase::ServerLog().size();
  const auto ran = store.Project(
      {stream_.prover_id}, [&](ProjectionTransaction& tx) { return tx.LoadFacts(ids).status(); });
  ASSERT_TRUE(ran.ok()) << ran.status();
  const std::string plans = TestDatabase::ServerLog().substr(begin);
  EXPECT_NE(plans.find("(hash = k.k_hash)"), std::string::npos) << plans;
  EXPECT_NE(
      plans.find("Index Cond: ((prover_id = 1) AND (projection_id = 1) AND (epoch = k.k_epoch)"
                 " AND (type = k.k_type) AND (hash = k.k_hash))"),
      std::string::npos)
      << plans;
}

}  // namespace
}  // namespace proverlog::postgres
