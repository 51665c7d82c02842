#include "storage/postgres/query_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <pqxx/pqxx>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "codec/zstd_frame.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/projection_store.h"
#include "storage/postgres/query_store_fixture.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/facts.h"
#include "tests/testing_util/projection.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog::postgres {
namespace {

using testing_util::At;
using testing_util::TestDatabase;
using K = FactKind;

TEST_F(QueryStoreTest, ListsProvers) {
  EXPECT_EQ(prover_.name, "mine");
  EXPECT_EQ(prover_.projection_id, 1);
}

TEST_F(QueryStoreTest, FindsAProverHoweverManyThereAre) {
  database_.Sql("INSERT INTO prover (name) SELECT 'p' || i FROM generate_series(1, 2000) AS i");
  EXPECT_EQ(queries_.FindProver("p2000")->name, "p2000");
  EXPECT_TRUE(absl::IsNotFound(queries_.FindProver("nobody").status()));
  EXPECT_EQ(queries_.ListProvers(2)->size(), 2U);
}

TEST_F(QueryStoreTest, MoreThanTheLimitIsNotHalfAnAnswer) {
  for (int i = 0; i < 3; ++i) Save({1, "A", Hash(i)}, {At(1, K::kEnqueued)});
  EXPECT_EQ(queries_.LoadEpoch(prover_, 1, 3)->jobs.size(), 3U);
  EXPECT_EQ(queries_.LoadEpoch(prover_, 1, 2).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(queries_.LoadEpochState(prover_, 1, 2).status().code(),
            absl::StatusCode::kResourceExhausted);
  // A job has any number of facts, which an answer has not.
  Save({2, "A", Hash(1)}, {At(1, K::kEnqueued), At(2, K::kEnqueued)});
  database_.Sql(
      "INSERT INTO job_fact SELECT prover_id, projection_id, epoch, type, hash, 100 + i, kind,"
      " attempt, will_retry, detail, writer_id, line_offset"
      " FROM job_fact, generate_series(1, 500000) AS i WHERE at = 1 AND epoch = 2");
  for (const absl::Status& status :
       {queries_.LoadEpoch(prover_, 2, 10).status(),
        queries_.LoadJob(prover_, {2, "A", Hash(1)}).status(),
        queries_.ListJobs(prover_, {2, {}, {}, std::nullopt}, 10).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  }
}

TEST_F(QueryStoreTest, AnEpochComesWithTheStreamsThatAreBehind) {
  Save({1, "A", Hash(1)}, {At(1, K::kEnqueued)});
  database_.Sql(
      "WITH made AS (INSERT INTO stream (prover_id, machine, source, head)"
      "  SELECT 1, 'a', lpad(i::text, 4, '0'), '' FROM generate_series(1, 1001) AS i"
      "  RETURNING prover_id, stream_id)"
      " INSERT INTO stream_position (prover_id, stream_id, generation, committed_offset)"
      " SELECT prover_id, stream_id, 1, 7 FROM made");
  auto state = queries_.LoadEpochState(prover_, 1, 10);
  ASSERT_TRUE(state.ok()) << state.status();
  ASSERT_EQ(state->streams.size(), 1001U);
  EXPECT_EQ(state->streams[0].source, "a.log");  // which told the fact
  EXPECT_EQ(state->streams[1].source, "0001");
  EXPECT_EQ(state->streams[1].normalized_offset, 0);
  EXPECT_TRUE(state->more_behind);

  database_.Sql(
      "INSERT INTO stream_progress (prover_id, projection_id, stream_id, normalized_offset,"
      " normalizer_state, normalized_at, lines, records, understood, not_understood, undated, cut,"
      " facts) SELECT prover_id, 1, stream_id, committed_offset, '', 0, 0, 0, 0, 0, 0, 0, '{}'"
      " FROM stream_position");
  state = queries_.LoadEpochState(prover_, 1, 10);
  EXPECT_EQ(state->streams.size(), 1U);
  EXPECT_FALSE(state->more_behind);
}

TEST_F(QueryStoreTest, AnEpochAndHowFarItsStreamsAreIsReadAtOneInstant) {
  Save({1, "A", Hash(1)}, {At(1, K::kEnqueued)});
  pqxx::connection connection(database_.conninfo());
  pqxx::work normalizer(connection);
  normalizer.exec("LOCK TABLE stream_progress");
  std::thread reader([&] {
    const auto state = queries_.LoadEpochState(prover_, 1, 10);
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_EQ(state->jobs.size(), 1U);
    EXPECT_EQ(state->streams.at(0).normalized_offset, 0);
  });
  testing_util::WaitUntil(
      [&] { return database_.Sql("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0"; },
      "the reader waits");
  normalizer.exec(
      "INSERT INTO stream_progress (prover_id, projection_id, stream_id, normalized_offset,"
      " normalizer_state, normalized_at, lines, records, understood, not_understood, undated, cut,"
      " facts) SELECT prover_id, 1, stream_id, committed_offset, '', 0, 0, 0, 0, 0, 0, 0, '{}'"
      " FROM stream_position");
  normalizer.commit();
  reader.join();
  EXPECT_EQ(queries_.LoadEpochState(prover_, 1, 10)->streams.at(0).normalized_offset, 2);
}

TEST_F(QueryStoreTest, ACallEndsAtItsDeadline) {
  const auto late = queries_.WithDeadline(absl::Now() - absl::Seconds(1), nullptr);
  EXPECT_TRUE(absl::IsDeadlineExceeded(late->ListProvers(1).status()));
  pqxx::connection connection(database_.conninfo());
  pqxx::work tx(connection);
  tx.exec("LOCK TABLE prover");
  const absl::Time begin = absl::Now();
  const auto slow = queries_.WithDeadline(begin + absl::Milliseconds(300), nullptr);
  EXPECT_TRUE(absl::IsDeadlineExceeded(slow->ListProvers(1).status()));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
}

TEST_F(QueryStoreTest, NoCallBeginsOfARequestThatNobodyWaitsFor) {
  bool is_cancelled = false;
  const auto store =
      queries_.WithDeadline(absl::InfiniteFuture(), [&is_cancelled] { return is_cancelled; });
  EXPECT_TRUE(store->ListProvers(1).ok());
  is_cancelled = true;
  EXPECT_TRUE(absl::IsCancelled(store->ListProvers(1).status()));
  EXPECT_TRUE(absl::IsCancelled(store->ReadBlocks({1, 1}, 0, 10, 1).status()));
}

TEST_F(QueryStoreTest, AStatementThatNobodyWaitsForIsCancelled) {
  pqxx::connection connection(database_.conninfo());
  pqxx::work tx(connection);
  tx.exec("LOCK TABLE prover");
  std::atomic<bool> is_cancelled = false;
  const auto store = queries_.WithDeadline(absl::InfiniteFuture(),
                                           [&is_cancelled] { return is_cancelled.load(); });
  absl::Status status;
  std::thread caller([&] { status = store->ListProvers(1).status(); });
  const std::string waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
  testing_util::WaitUntil([&] { return database_.Sql(waiting) == "1"; }, "the caller waits");
  is_cancelled = true;
  const absl::Time begin = absl::Now();
  caller.join();
  EXPECT_TRUE(absl::IsCancelled(status)) << status;
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5)) << "it waited for its turn until its time-out";
  EXPECT_EQ(database_.Sql(waiting), "0");
  tx.commit();
  is_cancelled = false;
  EXPECT_TRUE(store->ListProvers(1).ok());
}

TEST_F(QueryStoreTest, AnEpochsRevisionTellsThatItsJobsOrSessionsChanged) {
  const auto revision = [&] { return queries_.FindEpochs(prover_, {}, 1)->front().revision; };
  Save({3, "A", Hash(1)}, {At(100, K::kEnqueued)});
  const int64_t first = revision();
  EXPECT_EQ(revision(), first);
  Save({3, "A", Hash(1)}, {At(100, K::kEnqueued), At(200, K::kCompleted)});
  const int64_t second = revision();
  EXPECT_GT(second, first);
  SaveEvents({{"session.created", 150, {{"session", "s"}, {"epochNumber", "3"}}, {}}});
  EXPECT_GT(revision(), second);
}

TEST_F(QueryStoreTest, LoadsWhenJobsWereCompleted) {
  // As rows of facts and as columns; by the broker's word, by the agent's, and by neither's.
  Save({1, "A", Hash(1)}, {At(1, K::kEnqueued), At(5, K::kCompleted).Attempt(1)});
  Save({1, "B", Hash(2)},
       {At(2, K::kEnqueued), At(3, K::kRetried).Attempt(1), At(6, K::kAgentCompleted),
        At(7, K::kCompleted).Attempt(2), At(9, K::kAgentCompleted)});
  Save({1, "C", Hash(3)}, {At(3, K::kStarted), At(8, K::kAgentCompleted)});
  Save({1, "C", Hash(4)}, {At(3, K::kEnqueued)});
  Save({2, "A", Hash(1)}, {At(1, K::kEnqueued), At(4, K::kCompleted).Attempt(1)});
  Save({3, "A", Hash(1)}, {At(1, K::kEnqueued), At(4, K::kCompleted).Attempt(1)});
  const auto completed = queries_.LoadCompleted(prover_, {1, 2, 9}, 4);
  ASSERT_TRUE(completed.ok()) << completed.status();
  ASSERT_EQ(completed->size(), 2U);
  std::set<std::tuple<std::string, UnixMillis, UnixMillis>> read;
  for (const CompletedJob& job : completed->at(1)) {
    read.insert({job.type, job.first_at, job.ended_at});
  }
  std::set<std::tuple<std::string, UnixMillis, UnixMillis>> derived;
  const auto epoch = queries_.LoadEpoch(prover_, 1, 10);
  for (const Job& job : epoch->jobs) {
    if (job.state != JobState::kCompleted) continue;
    derived.insert({job.id.type, *job.first_at, *job.ended_at});
  }
  EXPECT_EQ(derived.size(), 3U);
  EXPECT_EQ(read, derived);
  EXPECT_EQ(queries_.LoadCompleted(prover_, {1, 2, 9}, 3).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(QueryStoreTest, FiltersAndPagesThroughJobs) {
  for (int i = 0; i < 5; ++i) Save({1, "B", Hash(i)}, {At(1, K::kEnqueued)});
  Save({1, "A", Hash(9)}, {At(1, K::kEnqueued), At(2, K::kCompleted).Attempt(1)});
  Save({1, "B", "short"}, {At(1, K::kEnqueued)});
  Save({2, "B", Hash(0)}, {At(1, K::kEnqueued)});

  JobFilter filter{1, {}, {}, std::nullopt};
  std::vector<std::string> seen;
  for (;;) {
    const auto page = queries_.ListJobs(prover_, filter, 2);
    ASSERT_TRUE(page.ok()) << page.status();
    if (page->empty()) break;
    for (const Job& job : *page) seen.push_back(job.id.ToString());
    filter.after = {page->back().id.type, page->back().id.hash};
  }
  ASSERT_EQ(seen.size(), 7U);
  EXPECT_EQ(seen.front(), "1:A:" + Hash(9));
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 7U);

  EXPECT_EQ(queries_.ListJobs(prover_, {1, {"A"}, {}, std::nullopt}, 10)->size(), 1U);
  EXPECT_EQ(queries_.ListJobs(prover_, {1, {}, {JobState::kCompleted}, std::nullopt}, 10)->size(),
            1U);
  EXPECT_EQ(queries_.ListJobs(prover_, {1, {"A"}, {JobState::kQueued}, std::nullopt}, 10)->size(),
            0U);
}

TEST_F(QueryStoreTest, LoadsOneJobAndFindsItByTheBeginningOfItsHash) {
  Save({1, "A", Hash(1)}, {At(1, K::kEnqueued)});
  Save({1, "A", Hash(12)}, {At(1, K::kEnqueued)});
  EXPECT_EQ(queries_.LoadJob(prover_, {1, "A", Hash(1)})->id.hash, Hash(1));
  EXPECT_TRUE(absl::IsNotFound(queries_.LoadJob(prover_, {1, "A", "aaaa"}).status()));
  EXPECT_EQ(queries_.FindJobs(prover_, {1, "A", "aaaa"}, 10)->size(), 2U);
  EXPECT_EQ(queries_.FindJobs(prover_, {1, "A", Hash(12).substr(0, 63)}, 10)->size(), 1U);
  EXPECT_EQ(queries_.FindJobs(prover_, {1, "A", Hash(12)}, 10)->size(), 1U);
  EXPECT_TRUE(queries_.FindJobs(prover_, {1, "B", "aaaa"}, 10)->empty());
  EXPECT_TRUE(queries_.FindJobs(prover_, {1, "A", "aaax"}, 10)->empty());
  EXPECT_TRUE(queries_.FindJobs(prover_, {1, "A", Hash(1) + "0"}, 10)->empty());
}

TEST_F(QueryStoreTest, AHashThatIsNotHexIsOnlyFoundByAllOfIt) {
  for (const std::string token : {"aaa", "aaab", "a-token", "0", "61"}) {
    Save({1, "A", token}, {At(1, K::kEnqueued)});
    EXPECT_EQ(queries_.LoadJob(prover_, {1, "A", token})->id.hash, token);
  }
  for (const std::string prefix : {"a", "aa", "0", "00", "0061", "a-", "6"}) {
    EXPECT_TRUE(queries_.FindJobs(prover_, {1, "A", prefix}, 10)->empty()) << prefix;
  }
}

TEST_F(QueryStoreTest, SaysHowFarAStreamIs) {
  const auto streams = queries_.ListStreams(prover_, 10);
  ASSERT_EQ(streams->size(), 1U);
  EXPECT_EQ((*streams)[0].committed_offset, 2);
  EXPECT_EQ((*streams)[0].normalized_offset, 0);
  EXPECT_EQ((*streams)[0].source, "a.log");
  EXPECT_EQ(queries_.LoadStreams(prover_, {stream_.stream_id, 999})->size(), 1U);
}

// Reads the plans of the store's own statements from the server's log (auto_explain), on tables too
// large to be scanned for one epoch.
TEST_F(QueryStoreTest, EveryStatementFindsItsRowsByAnIndex) {
  database_.Sql(
      "INSERT INTO job (prover_id, projection_id, epoch, type, hash, counted, state, enqueued,"
      " started, attempts, retries, timeouts, fact_rows)"
      " SELECT 1, 1, i / 100, 'PUBLIC_VM', sha256(i::text::bytea), true, 'completed', true, true,"
      " 1, 0, 0, true FROM generate_series(1, 200000) AS i");
  database_.Sql(
      "INSERT INTO job_fact SELECT 1, 1, i / 100, 'PUBLIC_VM', sha256(i::text::bytea), i,"
      " 'enqueued', 0, NULL, '', 1, 0 FROM generate_series(1, 200000) AS i");
  database_.Sql("INSERT INTO writer (prover_id, stream_id, process) VALUES (1, 1, 'p')");
  database_.Sql("INSERT INTO epoch SELECT 1, 1, i, i, i, i FROM generate_series(0, 100000) AS i");
  database_.Sql(
      "INSERT INTO event SELECT 1, 1, i / 10, i, 'epoch.submitted', '{}', gen_random_uuid(), 1, '',"
      " 0, i FROM generate_series(1, 100000) AS i");
  database_.Sql(
      "INSERT INTO event SELECT 1, 1, -1, i, 'session.exited', '{}', gen_random_uuid(), 1, '',"
      " 0, i FROM generate_series(1, 100000) AS i");
  database_.Sql("ANALYZE");
  auto pool = *ConnectionPool::Create({.database = database_.explaining_conninfo()});
  QueryStore queries(pool.get());
  const size_t begin = TestDatabase::ServerLog().size();
  EXPECT_EQ(queries.ListEpochs(prover_, 1500, 50)->size(), 50U);
  EXPECT_EQ(queries.FindEpochs(prover_, {}, 50)->size(), 50U);
  EXPECT_EQ(queries.LoadEpoch(prover_, 500, 1000)->jobs.size(), 100U);
  EXPECT_EQ(queries.LoadCompleted(prover_, {500}, 1000)->size(), 0U);  // without any instant
  const auto page = queries.ListJobs(prover_, {500, {}, {JobState::kCompleted}, std::nullopt}, 50);
  ASSERT_EQ(page->size(), 50U);
  const JobId id = page->back().id;
  EXPECT_TRUE(queries.LoadJob(prover_, id).ok());
  EXPECT_EQ(queries.FindJobs(prover_, {500, id.type, id.hash.substr(0, 20)}, 2)->size(), 1U);

  const std::string plans = TestDatabase::ServerLog().substr(begin);
  EXPECT_NE(plans.find("job_pkey"), std::string::npos) << plans;
  EXPECT_NE(plans.find("job_fact_pkey"), std::string::npos) << plans;
  EXPECT_NE(plans.find("event_by_session"), std::string::npos) << plans;
  for (const char* table : {"job", "event", "epoch"}) {
    EXPECT_EQ(plans.find(absl::StrCat("Seq Scan on ", table)), std::string::npos) << plans;
  }
}

}  // namespace
}  // namespace proverlog::postgres
