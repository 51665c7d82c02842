#include "storage/postgres/archive_store.h"

#include <gtest/gtest.h>

#include <pqxx/pqxx>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "codec/zstd_frame.h"
#include "storage/archive_range.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/test_files.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog::postgres {
namespace {

using testing_util::TestDatabase;

Block MakeBlock(int64_t begin, const std::string& raw) {
  return {begin, begin + static_cast<int64_t>(raw.size()), CompressFrame(raw)};
}

class ArchiveStoreTest : public testing::Test {
 protected:
  // Makes a stream with a first block.
  StreamKey Create(const std::string& raw, const std::string& machine = "m",
                   std::vector<int64_t> known = {}) {
    const auto id = store_.ReserveStreamId();
    EXPECT_TRUE(id.ok()) << id.status();
    const auto key = testing_util::CreateStream(
        store_, {*id, "prover", machine, "a.log", anchors_, raw, known}, MakeBlock(0, raw), raw);
    EXPECT_TRUE(key.ok()) << key.status();
    return key.ok() ? *key : StreamKey{};
  }

  std::string ReadAll(const StreamKey& key) {
    const auto bytes = ReadRange(store_, key, 0, int64_t{1} << 40);
    EXPECT_TRUE(bytes.ok()) << bytes.status();
    return *bytes;
  }

  // Until somebody waits for a row.
  void AwaitLockWait() {
    testing_util::WaitUntil(
        [&] {
          return database_.Sql(
                     "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                     " AND datname = current_database()") == "1";
        },
        "somebody waits for a row");
  }

  TestDatabase database_;
  ArchiveStore store_{&database_.pool()};
  std::vector<Anchor> anchors_ = {{0, 1000, "UTC"}, {50, 2000, "Europe/Berlin"}};
};

TEST_F(ArchiveStoreTest, AppendsBlocksAndReadsThemBack) {
  const StreamKey key = Create("hello ");
  ASSERT_TRUE(testing_util::Append(store_, key, 1, MakeBlock(6, "big "), "").ok());
  ASSERT_TRUE(testing_util::Append(store_, key, 1, MakeBlock(10, "world"), "").ok());
  EXPECT_EQ(ReadAll(key), "hello big world");
  EXPECT_EQ(*ReadRange(store_, key, 4, 11), "o big w");
  EXPECT_EQ(*ReadRange(store_, key, 10, 11), "w");
  EXPECT_EQ(*ReadRange(store_, key, 15, 20), "");
  EXPECT_EQ(store_.Position(key)->committed_offset, 15);
}

// Else two writers of the same streams, whose plans differ, could each wait for the other.
TEST_F(ArchiveStoreTest, StreamsAreLockedInTheOrderOfTheirKeys) {
  const StreamKey first = Create("hello");
  const StreamKey second = Create("world", "m2");
  // The second one lies before the first one in the table, which this plan follows.
  database_.Sql(absl::StrCat("UPDATE stream_position SET received_at = 0 WHERE stream_id = ",
                             first.stream_id));
  const auto pool = ConnectionPool::Create(
      {.database = database_.conninfo() + " options='-c enable_nestloop=off -c enable_mergejoin=off"
                                          " -c enable_indexscan=off -c enable_bitmapscan=off'"});
  ArchiveStore store(pool->get());
  pqxx::connection other(database_.conninfo());
  pqxx::work transaction(other);
  const std::string lock = "SELECT FROM stream_position WHERE stream_id = ";
  transaction.exec1(absl::StrCat(lock, first.stream_id, " FOR UPDATE"));
  std::thread writer([&] {
    std::vector<StreamAdvance> advances;
    for (const StreamKey& key : {second, first}) {
      advances.push_back(testing_util::AdvanceBy(MakeBlock(5, "!"), ""));
      advances.back().stream = key;
    }
    EXPECT_EQ(store.Advance(advances).value(), (std::vector<bool>{true, true}));
  });
  AwaitLockWait();
  EXPECT_EQ(
      transaction.exec(absl::StrCat(lock, second.stream_id, " FOR UPDATE SKIP LOCKED")).size(), 1);
  transaction.commit();
  writer.join();
  EXPECT_EQ(ReadAll(first), "hello!");
  EXPECT_EQ(ReadAll(second), "world!");
}

TEST_F(ArchiveStoreTest, WhatAnotherWroteMeanwhileIsSeen) {
  const StreamKey key = Create("hello");
  for (const std::string change : {"received_at = 0", "committed_offset = 9"}) {
    const int64_t offset = store_.Position(key)->committed_offset;
    pqxx::connection other(database_.conninfo());
    pqxx::work transaction(other);
    transaction.exec("UPDATE stream_position SET " + change);
    absl::Status status;
    std::thread writer(
        [&] { status = testing_util::Append(store_, key, 1, MakeBlock(offset, "!"), ""); });
    AwaitLockWait();
    transaction.commit();
    writer.join();
    EXPECT_EQ(status.ok(), change == "received_at = 0") << status;
  }
  EXPECT_EQ(ReadAll(key), "hello!");
}

// Whose clock stepped back, say: what is new is read first, and this is between.
TEST_F(ArchiveStoreTest, AnOldBlockBetweenNewOnesIsRead) {
  const std::string raw = testing_util::NoisyLines(300'000);
  const auto size = static_cast<int64_t>(raw.size());
  const StreamKey key = Create("hello");
  for (const int64_t i : {0, 1, 2}) {
    ASSERT_TRUE(testing_util::Append(store_, key, 1, MakeBlock(5 + i * size, raw), "").ok());
  }
  database_.Sql(
      absl::StrCat("UPDATE block SET received_at = received_at - 25 * 3600000"
                   " WHERE begin_offset = ",
                   5 + size));
  EXPECT_TRUE(*ReadRange(store_, key, 5, 5 + 3 * size) == raw + raw + raw);
}

TEST_F(ArchiveStoreTest, ADuplicateOrAGapWritesNothing) {
  const StreamKey key = Create("hello");
  EXPECT_TRUE(absl::IsAborted(testing_util::Append(store_, key, 1, MakeBlock(0, "hello"), "")));
  EXPECT_TRUE(absl::IsAborted(testing_util::Append(store_, key, 1, MakeBlock(6, "x"), "")));
  EXPECT_TRUE(absl::IsAborted(testing_util::Append(store_, key, 1, MakeBlock(4, "x"), "")));
  EXPECT_EQ(ReadAll(key), "hello");
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM live_block"), "1");
}

TEST_F(ArchiveStoreTest, OpeningAgainFencesOffWhoeverHadItBefore) {
  const StreamKey key = Create("hello");
  const auto opened = store_.ReopenStream("prover", key.stream_id, {});
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->generation, 2);
  EXPECT_EQ(opened->committed_offset, 5);
  EXPECT_TRUE(absl::IsAborted(testing_util::Append(store_, key, 1, MakeBlock(5, "old"), "")));
  EXPECT_TRUE(testing_util::Append(store_, key, 2, MakeBlock(5, "new"), "").ok());
  EXPECT_EQ(ReadAll(key), "hellonew");
}

TEST_F(ArchiveStoreTest, TheFirstAnchorsStay) {
  const StreamKey key = Create("hello");
  const auto opened = store_.ReopenStream("prover", key.stream_id, {{0, 9999, "Asia/Tokyo"}});
  EXPECT_EQ(opened->anchors, anchors_);
}

TEST_F(ArchiveStoreTest, AStreamWithoutAnchorsTakesLaterOnesForLinesToCome) {
  anchors_.clear();
  const StreamKey key = Create("hello");
  const Anchor past = {4, 8888, "UTC"};
  const Anchor next = {5, 9999, "Asia/Tokyo"};
  EXPECT_TRUE(store_.ReopenStream("prover", key.stream_id, {past})->anchors.empty());
  const std::vector<Anchor> taken = {next};
  EXPECT_EQ(store_.ReopenStream("prover", key.stream_id, {past, next})->anchors, taken);
  EXPECT_EQ(store_.ReopenStream("prover", key.stream_id, {})->anchors, taken);
}

TEST_F(ArchiveStoreTest, FindsStreamsByTheirHeads) {
  const StreamKey short_one = Create("abc");
  const StreamKey long_one = Create("abcdef", "m", {short_one.stream_id});
  Create("abx");
  Create("abcdef", "other machine");
  const auto found = store_.FindStreams("prover", "m", "abcd", 100);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[0].key, long_one);
  EXPECT_EQ((*found)[0].committed_offset, 6);
  EXPECT_EQ((*found)[1].key, short_one);
  EXPECT_TRUE(store_.FindStreams("no such prover", "m", "abcd", 100)->empty());
  EXPECT_TRUE(store_.FindStreams("prover", "m", "zzz", 100)->empty());
}

TEST_F(ArchiveStoreTest, StreamsThatAreNoLongerThanTheLogComeFirst) {
  const StreamKey three = Create("abc");
  const StreamKey six = Create("abcdef", "m", {three.stream_id});
  const StreamKey five = Create("abcde", "m", {three.stream_id, six.stream_id});
  const auto found = store_.FindStreams("prover", "m", "abc", 5);
  ASSERT_EQ(found->size(), 3U);
  EXPECT_EQ((*found)[0].key, five);
  EXPECT_EQ((*found)[1].key, three);
  EXPECT_EQ((*found)[2].key, six);
}

TEST_F(ArchiveStoreTest, BeyondTheLimitLogsThatBeginAlikeAreStillTaken) {
  database_.Sql("INSERT INTO prover (name) VALUES ('prover')");
  database_.Sql(
      "WITH made AS (INSERT INTO stream (prover_id, machine, source, head)"
      "  SELECT 1, 'm', 'a.log', 'hello' FROM generate_series(1, 501) RETURNING *)"
      " INSERT INTO stream_position (prover_id, stream_id, generation, committed_offset)"
      " SELECT prover_id, stream_id, 1, 5 FROM made");
  const auto found = store_.FindStreams("prover", "m", "hello", 5);
  ASSERT_EQ(found->size(), kMaxCandidates);
  std::vector<int64_t> known;
  for (const StreamCandidate& stream : *found) known.push_back(stream.key.stream_id);
  Create("hello", "m", known);
}

TEST_F(ArchiveStoreTest, AGrowingHeadIsKept) {
  const StreamKey key = Create("abc");
  ASSERT_TRUE(testing_util::Append(store_, key, 1, MakeBlock(3, "def"), "abcdef").ok());
  EXPECT_EQ(store_.FindStreams("prover", "m", "abcdefgh", 100)->size(), 1U);
  EXPECT_TRUE(store_.FindStreams("prover", "m", "abcxyz", 100)->empty());
}

TEST_F(ArchiveStoreTest, TwoSendersOfOneNewLogMeet) {
  const StreamKey first = Create("same log");
  const auto id = store_.ReserveStreamId();
  const auto second =
      testing_util::CreateStream(store_, {*id, "prover", "m", "b.log", {}, "same log", {}},
                                 MakeBlock(0, "same log"), "same log");
  EXPECT_TRUE(absl::IsAborted(second.status())) << second.status();
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM stream"), "1");
  EXPECT_EQ(ReadAll(first), "same log");
}

TEST_F(ArchiveStoreTest, SealsAtTheCommittedOffsetOnly) {
  const StreamKey key = Create("hello");
  EXPECT_TRUE(absl::IsAborted(testing_util::Seal(store_, key, 1, 4)));
  EXPECT_TRUE(absl::IsAborted(testing_util::Seal(store_, key, 2, 5)));
  EXPECT_TRUE(testing_util::Seal(store_, key, 1, 5).ok());
  EXPECT_EQ(database_.Sql("SELECT sealed_offset FROM stream_position"), "5");
}

TEST_F(ArchiveStoreTest, AStreamThatIsNotThereIsNotFound) {
  Create("hello");
  EXPECT_TRUE(absl::IsNotFound(store_.ReopenStream("prover", 999, {}).status()));
  EXPECT_TRUE(absl::IsNotFound(store_.ReopenStream("nobody", 1, {}).status()));
}

TEST_F(ArchiveStoreTest, ADatabaseThatCommitsIsFoundToDoSo) {
  for (int i = 0; i < 3; ++i) {
    const absl::Status status = store_.Probe();
    EXPECT_TRUE(status.ok()) << status;
  }
}

TEST_F(ArchiveStoreTest, AReadOnlyDatabaseDoesNotCommit) {
  database_.Sql(
      "DO $$BEGIN EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) ||"
      " ' SET default_transaction_read_only = on'; END$$");
  const auto pool = ConnectionPool::Create({.database = database_.conninfo(), .size = 1});
  const absl::Status status = ArchiveStore(pool->get()).Probe();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
}

TEST_F(ArchiveStoreTest, ADamagedBlockIsDataLoss) {
  const StreamKey key = Create("hello");
  database_.Sql("UPDATE live_block SET zstd = 'garbage'");
  EXPECT_TRUE(absl::IsDataLoss(ReadRange(store_, key, 0, 5).status()));
}

}  // namespace
}  // namespace proverlog::postgres
