#include "storage/postgres/maintenance_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "codec/zstd_frame.h"
#include "storage/archive_range.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/live_blocks.h"
#include "storage/postgres/transaction.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/test_database.h"

namespace proverlog::postgres {
namespace {

using testing_util::TestDatabase;

Block MakeBlock(int64_t begin, const std::string& raw) {
  return {begin, begin + static_cast<int64_t>(raw.size()), CompressFrame(raw)};
}

constexpr int64_t kDayMillis = 86'400'000;

class MaintenanceStoreTest : public testing::Test {
 protected:
  StreamKey Create(const std::string& raw, const std::string& machine = "m") {
    const auto key = testing_util::CreateStream(
        archive_, {*archive_.ReserveStreamId(), "prover", machine, "a.log", {}, raw, {}},
        MakeBlock(0, raw), raw);
    EXPECT_TRUE(key.ok()) << key.status();
    return *key;
  }

  void Append(const StreamKey& key, const std::string& raw) {
    const int64_t at = archive_.Position(key)->committed_offset;
    const absl::Status status = testing_util::Append(archive_, key, 1, MakeBlock(at, raw), "");
    ASSERT_TRUE(status.ok()) << status;
  }

  std::string ReadAll(const StreamKey& key) {
    const auto bytes = ReadRange(archive_, key, 0, int64_t{1} << 40);
    EXPECT_TRUE(bytes.ok()) << bytes.status();
    return *bytes;
  }

  // What was received becomes older by so many hours.
  void Age(int hours) {
    for (const char* table : {"live_block", "block"}) {
      database_.Sql(absl::StrCat("UPDATE ", table, " SET received_at = received_at - ",
                                 hours * 3'600'000, " WHERE received_at > 1"));
    }
  }

  void MergeAll(absl::Time flush_before = absl::InfinitePast()) {
    StreamKey after;
    for (auto stream = store_.NextLiveStream(after); stream->has_value();
         stream = store_.NextLiveStream(**stream)) {
      for (;;) {
        const auto merged = store_.Merge(**stream, flush_before);
        ASSERT_TRUE(merged.ok()) << merged.status();
        if (*merged == 0) break;
      }
    }
  }

  std::string Blocks(const std::string& table = "block") {
    return database_.Sql(
        "SELECT coalesce(string_agg(begin_offset || '-' || end_offset, ' '"
        " ORDER BY stream_id, begin_offset), '') FROM " +
        table);
  }

  std::string Partitions(const std::string& table) {
    return database_.Sql("SELECT count(*) FROM pg_inherits WHERE inhparent = '" + table +
                         "'::regclass");
  }

  TestDatabase database_;
  ArchiveStore archive_{&database_.pool()};
  MaintenanceStore store_{&database_.pool()};
};

TEST_F(MaintenanceStoreTest, SmallBlocksBecomeLargeOnes) {
  std::string raw(1000, 'a');
  const StreamKey key = Create(raw);
  for (int i = 0; i < 2500; ++i) {
    const std::string more = absl::StrCat(i, std::string(996, 'b'), "\n");
    raw += more;
    Append(key, more);
  }
  MergeAll();
  // The rest may grow yet.
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM block"), "2");
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM block WHERE end_offset - begin_offset > 1047000"
                          " AND end_offset - begin_offset <= 1048576"),
            "2");
  EXPECT_TRUE(ReadAll(key) == raw);
  MergeAll(absl::InfiniteFuture());
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM block"), "3");
  EXPECT_TRUE(ReadAll(key) == raw);
  database_.Sql("TRUNCATE live_block");
  EXPECT_TRUE(ReadAll(key) == raw);
}

TEST_F(MaintenanceStoreTest, LargeBlocksAreKeptAsTheyCame) {
  const StreamKey key = Create("small");
  Append(key, std::string(kLargeBlockBytes, 'x'));
  Append(key, "small");
  EXPECT_EQ(Blocks(), "5-262149");
  EXPECT_EQ(Blocks("live_block"), "0-5 262149-262154");
  EXPECT_EQ(ReadAll(key), absl::StrCat("small", std::string(kLargeBlockBytes, 'x'), "small"));
  MergeAll();
  // Nothing comes before the large one any more.
  EXPECT_EQ(Blocks(), "0-5 5-262149");
}

TEST_F(MaintenanceStoreTest, AnIdleStreamHasOneSmallBlockADay) {
  ASSERT_TRUE(store_.MakePartitions(absl::Now()).ok());
  // All of it is received at noon of this day: midnight may come while this runs.
  const int64_t day = absl::ToUnixMillis(absl::Now()) / kDayMillis * kDayMillis;
  const auto at_noon = [&] {
    database_.Sql(absl::StrCat("UPDATE live_block SET received_at = ", day + kDayMillis / 2,
                               " WHERE received_at > ", day));
  };
  const StreamKey key = Create("line 0\n");
  at_noon();
  std::string raw = "line 0\n";
  for (int i = 1; i < 5; ++i) {
    MergeAll(absl::InfiniteFuture());
    EXPECT_EQ(database_.Sql("SELECT count(*) FROM block"), "1");
    const std::string line = absl::StrCat("line ", i, "\n");
    raw += line;
    Append(key, line);
    at_noon();
  }
  MergeAll(absl::InfiniteFuture());
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM block"), "1");
  EXPECT_EQ(ReadAll(key), raw);
  // What was received on another day is left alone: it goes when that day goes.
  Age(24);
  Append(key, "next day\n");
  at_noon();
  MergeAll(absl::InfiniteFuture());
  EXPECT_EQ(Blocks(), "0-35 35-44");
}

TEST_F(MaintenanceStoreTest, ADamagedBlockIsKeptAsItIs) {
  const StreamKey key = Create("good\n");
  Append(key, "bad\n");
  Append(key, "good again\n");
  database_.Sql("UPDATE live_block SET zstd = 'garbage' WHERE begin_offset = 5");
  MergeAll(absl::InfiniteFuture());
  database_.Sql("TRUNCATE live_block");
  EXPECT_EQ(Blocks(), "0-5 5-9 9-20");
  EXPECT_EQ(*ReadRange(archive_, key, 0, 5), "good\n");
  EXPECT_EQ(*ReadRange(archive_, key, 9, 20), "good again\n");
  EXPECT_TRUE(absl::IsDataLoss(ReadRange(archive_, key, 0, 20).status()));
}

TEST_F(MaintenanceStoreTest, AnHourGoesWhenAllOfItIsMerged) {
  const absl::Time now = absl::Now();
  ASSERT_TRUE(store_.MakePartitions(now - absl::Hours(48)).ok());
  const StreamKey quick = Create("quick\n");
  const StreamKey slow = Create("slow\n", "other machine");
  Age(48);
  const std::string before = Partitions("live_block");
  ASSERT_TRUE(store_.Merge(quick, absl::InfiniteFuture()).ok());
  ASSERT_TRUE(store_.DropMerged(now).ok());
  EXPECT_EQ(Blocks("live_block"), "0-6 0-5");
  MergeAll(now);
  ASSERT_TRUE(store_.DropMerged(now).ok());
  EXPECT_EQ(Blocks("live_block"), "");
  EXPECT_LT(Partitions("live_block"), before);
  EXPECT_EQ(ReadAll(quick), "quick\n");
  EXPECT_EQ(ReadAll(slow), "slow\n");
  // What arrives behind time is not lost, and its hour goes again.
  Append(quick, "late\n");
  Age(48);
  EXPECT_EQ(ReadAll(quick), "quick\nlate\n");
  ASSERT_TRUE(store_.MakePartitions(now).ok());
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM live_block_default"), "0");
  MergeAll(now);
  ASSERT_TRUE(store_.DropMerged(now).ok());
  EXPECT_EQ(Blocks("live_block"), "");
  EXPECT_EQ(ReadAll(quick), "quick\nlate\n");
}

TEST_F(MaintenanceStoreTest, APartitionThatIsUsedIsDroppedLater) {
  const absl::Time now = absl::Now();
  ASSERT_TRUE(store_.MakePartitions(now - absl::Hours(48)).ok());
  const StreamKey key = Create("line\n");
  Age(48);
  MergeAll(now);
  {
    pqxx::connection connection(database_.conninfo());
    pqxx::work reader(connection);
    EXPECT_EQ(SelectBlocks(reader, key, 0, 5, 10).size(), 1U);
    EXPECT_TRUE(absl::IsUnavailable(store_.DropMerged(now)));
    Append(key, "ingest goes on\n");
  }
  EXPECT_TRUE(store_.DropMerged(now).ok());
  EXPECT_EQ(ReadAll(key), "line\ningest goes on\n");
}

TEST_F(MaintenanceStoreTest, PartitionsAreMadeAheadAndOnce) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(store_.MakePartitions(now).ok());
  EXPECT_EQ(Partitions("live_block"), "4");  // with the default one
  EXPECT_EQ(Partitions("block"), "5");       // and that of the tails
  EXPECT_EQ(database_.Sql("SELECT string_agg(inhrelid::regclass::text, ' ' ORDER BY inhrelid)"
                          " FROM pg_inherits WHERE inhparent = 'block'::regclass"),
            "block_default block_tail block_20270115 block_20270116 block_20270117");
  // After weeks of rest.
  ASSERT_TRUE(store_.MakePartitions(now + absl::Hours(24 * 30)).ok());
  EXPECT_EQ(Partitions("block"), "8");
}

TEST_F(MaintenanceStoreTest, WhatCameWithoutAPartitionIsMovedToOne) {
  const StreamKey key = Create("small\n");
  Append(key, std::string(kLargeBlockBytes, 'x'));
  const std::string raw = ReadAll(key);
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM block_default"), "1");
  ASSERT_TRUE(store_.MakePartitions(absl::Now()).ok());
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM block_default"), "0");
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM live_block_default"), "0");
  EXPECT_TRUE(ReadAll(key) == raw);
}

TEST_F(MaintenanceStoreTest, OneReplicaMaintainsAtATime) {
  const StreamKey key = Create("line\n");
  pqxx::connection connection(database_.conninfo());
  {
    pqxx::work other(connection);
    other.exec("SELECT pg_advisory_xact_lock(74600002)");
    EXPECT_EQ(*store_.Merge(key, absl::InfiniteFuture()), 0);
    EXPECT_TRUE(store_.MakePartitions(absl::Now()).ok());
    EXPECT_EQ(Partitions("block"), "2");
  }
  EXPECT_EQ(*store_.Merge(key, absl::InfiniteFuture()), 5);
}

// A crash is a transaction that is rolled back: after any statement of the merge all is as before.
TEST_F(MaintenanceStoreTest, AMergeThatIsCutOffLeavesNothing) {
  const StreamKey key = Create("one\n");
  MergeAll(absl::InfiniteFuture());
  Append(key, "two\n");
  for (const char* table : {"block", "merge_progress"}) {
    database_.Sql(
        absl::StrCat("CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS"
                     " $$ BEGIN RAISE EXCEPTION 'crash'; END $$;"
                     "CREATE TRIGGER crash AFTER INSERT OR UPDATE ON ",
                     table, " FOR EACH ROW EXECUTE FUNCTION crash()"));
    EXPECT_FALSE(store_.Merge(key, absl::InfiniteFuture()).ok());
    EXPECT_EQ(Blocks(), "0-4");
    EXPECT_EQ(database_.Sql("SELECT merged_offset FROM merge_progress"), "4");
    EXPECT_EQ(ReadAll(key), "one\ntwo\n");
    database_.Sql("DROP FUNCTION crash() CASCADE");
  }
  MergeAll(absl::InfiniteFuture());
  EXPECT_EQ(Blocks(), "0-8");
}

TEST_F(MaintenanceStoreTest, ReadersAreRightAtEveryMomentOfIt) {
  ASSERT_TRUE(store_.MakePartitions(absl::Now() - absl::Hours(48)).ok());
  auto pool = *ConnectionPool::Create({.database = database_.conninfo(), .size = 3});
  ArchiveStore archive(pool.get());
  std::string expected;
  for (int i = 0; i < 300'000; ++i) absl::StrAppend(&expected, i, "\n");
  const StreamKey key = Create(expected.substr(0, 100));
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) {
      const int64_t committed = archive.Position(key)->committed_offset;
      const auto bytes = ReadRange(archive, key, 0, committed);
      ASSERT_TRUE(bytes.ok()) << bytes.status();
      ASSERT_TRUE(*bytes == expected.substr(0, static_cast<size_t>(committed)));
    }
  });
  std::thread keeper([&] {
    while (!done) {
      // Each round is as an hour: what came is merged, and its partition goes.
      for (auto stream = store_.NextLiveStream({}); stream->has_value();
           stream = store_.NextLiveStream(**stream)) {
        ASSERT_TRUE(store_.Merge(**stream, absl::InfiniteFuture()).ok());
      }
      const absl::Status made = store_.MakePartitions(absl::Now() - absl::Hours(48));
      ASSERT_TRUE(made.ok() || absl::IsUnavailable(made)) << made;
      const absl::Status dropped = store_.DropMerged(absl::Now() + absl::Hours(1));
      ASSERT_TRUE(dropped.ok() || absl::IsUnavailable(dropped)) << dropped;
    }
  });
  for (size_t at = 100; at < expected.size(); at += 4001) {
    const Block block = MakeBlock(static_cast<int64_t>(at), expected.substr(at, 4001));
    absl::Status status;
    do {
      status = testing_util::Append(archive, key, 1, block,
                                    "");  // its partition may be made or go just now
    } while (absl::IsUnavailable(status));
    ASSERT_TRUE(status.ok()) << status;
  }
  done = true;
  reader.join();
  keeper.join();
  EXPECT_TRUE(ReadAll(key) == expected);
}

// Each partition that is searched costs time, and there is one for each day that is kept.
TEST_F(MaintenanceStoreTest, NewBytesAreReadWithoutTheOldPartitions) {
  const absl::Time now = absl::Now();
  const StreamKey key = Create("old\n");
  Age(72);
  ASSERT_TRUE(store_.MakePartitions(now - absl::Hours(72)).ok());
  ASSERT_TRUE(store_.MakePartitions(now).ok());
  MergeAll(absl::InfiniteFuture());
  database_.Sql("TRUNCATE live_block");
  Append(key, "new\n");
  auto pool = *ConnectionPool::Create({.database = database_.explaining_conninfo()});
  ArchiveStore archive(pool.get());
  const std::string old_partition =
      absl::FormatTime(" block_%Y%m%d", now - absl::Hours(72), absl::UTCTimeZone());
  size_t begin = TestDatabase::ServerLog().size();
  EXPECT_EQ(*ReadRange(archive, key, 4, 8), "new\n");
  EXPECT_FALSE(absl::StrContains(TestDatabase::ServerLog().substr(begin), old_partition));
  begin = TestDatabase::ServerLog().size();
  EXPECT_EQ(*ReadRange(archive, key, 0, 8), "old\nnew\n");
  EXPECT_TRUE(absl::StrContains(TestDatabase::ServerLog().substr(begin), old_partition));
}

TEST_F(MaintenanceStoreTest, EveryStatementFindsItsRowsByAnIndex) {
  ASSERT_TRUE(store_.MakePartitions(absl::Now()).ok());
  const StreamKey key = Create("line\n");
  for (const char* table : {"block", "live_block"}) {
    database_.Sql(absl::StrCat(
        "INSERT INTO ", table,
        " SELECT 1, 1000 + i % 100, i * 10, i * 10 + 10,"
        " (extract(epoch FROM now()) * 1000)::bigint, 'x' FROM generate_series(1, 100000) AS i"));
  }
  database_.Sql("ANALYZE");
  auto pool = *ConnectionPool::Create({.database = database_.explaining_conninfo()});
  MaintenanceStore store(pool.get());
  ArchiveStore archive(pool.get());
  const size_t begin = TestDatabase::ServerLog().size();
  EXPECT_EQ(*ReadRange(archive, key, 0, 5), "line\n");
  EXPECT_EQ((*store.NextLiveStream(key))->stream_id, 1000);
  EXPECT_EQ(*store.Merge(key, absl::InfiniteFuture()), 5);
  auto connection = *pool->Acquire(absl::InfiniteFuture());
  ReadWrite tx(*connection);
  EXPECT_TRUE(HasUnmerged(tx, "live_block"));
  const std::string plans = TestDatabase::ServerLog().substr(begin);
  for (const absl::string_view line : absl::StrSplit(plans, '\n')) {
    if (!absl::StrContains(line, "Seq Scan on ") || !absl::StrContains(line, "block")) continue;
    // Partitions of the next hours and days have no page to read.
    EXPECT_TRUE(absl::StrContains(line, "cost=0.00..0.00")) << line;
  }
}

}  // namespace
}  // namespace proverlog::postgres
