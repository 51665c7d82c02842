#include "storage/postgres/query_store.h"

#include <gtest/gtest.h>

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

class QueryStoreTest : public testing::Test {
 protected:
  QueryStoreTest() {
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

  void SaveEvents(std::vector<Event> events) {
    for (Event& event : events) event.origin = {"m", "p", stream_.stream_id, event.at};
    const auto saved = ProjectionStore(&database_.pool())
                           .Project({stream_.prover_id}, [&](ProjectionTransaction& tx) {
                             return tx.SaveEvents(events);
                           });
    EXPECT_TRUE(saved.ok()) << saved.status();
  }

  static std::string Hash(int number) {
    return absl::StrCat(std::string(60, 'a'), absl::Dec(number, absl::kZeroPad4));
  }

  TestDatabase database_;
  QueryStore queries_{&database_.pool()};
  StreamKey stream_;
  ProverRef prover_;
};

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

TEST_F(QueryStoreTest, AddsUpTheEpochsFromTheLatest) {
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
TEST_F(QueryStoreTest, AnOpenJobIsAbandonedWhenTheEpochsLastSessionHasEnded) {
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

TEST_F(QueryStoreTest, OrWhenTheBrokerTakesJobsBeyondTheEpochsThatItKeeps) {
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

TEST_F(QueryStoreTest, AnEpochIsListedWhereOnlyItsSessionsAreKnown) {
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

TEST_F(QueryStoreTest, PagesThroughTheEpochs) {
  for (int epoch = 0; epoch < 5; ++epoch) Save({epoch, "A", Hash(1)}, {At(1, K::kEnqueued)});
  EXPECT_EQ(queries_.ListEpochs(prover_, std::nullopt, 2)->size(), 2U);
  const auto page = queries_.ListEpochs(prover_, 3, 2);
  ASSERT_EQ(page->size(), 2U);
  EXPECT_EQ((*page)[0].epoch, 2);
  EXPECT_EQ((*page)[1].epoch, 1);
  EXPECT_TRUE(queries_.ListEpochs(prover_, 0, 2)->empty());
  EXPECT_TRUE(queries_.ListEpochs(prover_, INT32_MIN, 2)->empty());
}

TEST_F(QueryStoreTest, FindsTheEpochsOfATime) {
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
