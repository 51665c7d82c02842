#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "codec/sha256.h"
#include "codec/zstd_frame.h"
#include "storage/archive_range.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/maintenance_store.h"
#include "storage/postgres/rebuild_store.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/test_files.h"

namespace proverlog::postgres {
namespace {

using testing_util::NoisyLines;

Block MakeBlock(int64_t begin, const std::string& raw) {
  return {begin, begin + static_cast<int64_t>(raw.size()), CompressFrame(raw)};
}

class RetentionTest : public testing::Test {
 protected:
  // Makes a stream of blocks that were received 30 days ago.
  StreamKey CreateOld(const std::string& raw, const std::string& machine = "m") {
    EXPECT_TRUE(store_.MakePartitions(now_ - absl::Hours(24 * 30)).ok());
    const std::string head = raw.substr(0, kHeadBytes);
    const auto key = testing_util::CreateStream(
        archive_, {*archive_.ReserveStreamId(), "prover", machine, "a.log", {}, head, {}},
        MakeBlock(0, raw), head);
    EXPECT_TRUE(key.ok()) << key.status();
    database_.Sql(absl::StrCat(
        "UPDATE block SET received_at = ", absl::ToUnixMillis(now_ - absl::Hours(24 * 30)),
        " WHERE stream_id = ", key->stream_id));
    return *key;
  }

  void Append(const StreamKey& key, const std::string& raw) {
    const int64_t at = archive_.Position(key)->committed_offset;
    const absl::Status status = testing_util::Append(archive_, key, 1, MakeBlock(at, raw), "");
    ASSERT_TRUE(status.ok()) << status;
  }

  // As if the projection had read the stream so far.
  void SetNormalized(const StreamKey& key, int64_t offset, int projection = 1) {
    database_.Sql(absl::StrCat(
        "INSERT INTO stream_progress (prover_id, projection_id, stream_id, normalized_offset,"
        " normalizer_state, normalized_at, lines, records, understood, not_understood, undated,"
        " cut, facts) VALUES (1, ",
        projection, ", ", key.stream_id, ", ", offset,
        ", '', 0, 0, 0, 0, 0, 0, 0, '{}') ON CONFLICT (prover_id, projection_id, stream_id)"
        " DO UPDATE SET normalized_offset = ",
        offset));
  }

  Removal RemoveOld(bool strictly = false) {
    const auto old = store_.ListLasting(now_ - absl::Hours(24 * 29));
    EXPECT_TRUE(old.ok()) << old.status();
    EXPECT_EQ(old->size(), 1U);
    const auto removal = store_.RemoveLogs(old->front(), strictly);
    EXPECT_TRUE(removal.ok()) << removal.status();
    return *removal;
  }

  // One of three old blocks of this size came on the day after; then midnight came again.
  void ReceiveADayLater(int later, int64_t size) {
    for (const int block : {0, 1, 2}) {
      const int days = block == later ? 29 : 30;
      database_.Sql(absl::StrCat(
          "UPDATE block SET received_at = ", absl::ToUnixMillis(now_ - absl::Hours(24 * days)),
          " WHERE begin_offset = ", block * size));
    }
  }

  std::string Read(const StreamKey& key, int64_t begin, int64_t end) {
    const auto bytes = ReadRange(archive_, key, begin, end);
    EXPECT_TRUE(bytes.ok()) << bytes.status();
    return *bytes;
  }

  const absl::Time now_ = absl::Now();
  testing_util::TestDatabase database_;
  ArchiveStore archive_{&database_.pool()};
  MaintenanceStore store_{&database_.pool()};
  RebuildStore rebuilds_{&database_.pool()};
};

TEST_F(RetentionTest, OldLogsGoButTheEndBywhichALogIsRecognized) {
  const std::string raw = NoisyLines(600'000);
  const auto size = static_cast<int64_t>(raw.size());
  const StreamKey key = CreateOld(raw);
  SetNormalized(key, size);
  EXPECT_EQ(RemoveOld(), Removal::kRemoved);
  EXPECT_EQ(Read(key, 0, size), "");
  EXPECT_TRUE(Read(key, size - kTailBytes, size) == raw.substr(raw.size() - kTailBytes));
  EXPECT_EQ(*archive_.RemovedUntil(key), size);
  EXPECT_TRUE(store_.ListLasting(now_ - absl::Hours(24 * 29))->empty());
  // The tail that is needed is then partly of what comes.
  ASSERT_TRUE(store_.MakePartitions(now_).ok());
  Append(key, "more\n");
  EXPECT_TRUE(Read(key, size + 5 - kTailBytes, size + 5) ==
              raw.substr(raw.size() + 5 - kTailBytes) + "more\n");
}

TEST_F(RetentionTest, ATailGoesWhenItIsNoneAnyMore) {
  const std::string raw = NoisyLines(300'000);
  const StreamKey key = CreateOld(raw);
  SetNormalized(key, 1'000'000);
  ASSERT_EQ(RemoveOld(), Removal::kRemoved);
  ASSERT_EQ(database_.Sql("SELECT count(*) FROM block_tail"), "1");
  Append(key, NoisyLines(300'000));
  SetNormalized(CreateOld(raw, "another machine"), 1'000'000);
  ASSERT_EQ(RemoveOld(), Removal::kRemoved);
  EXPECT_EQ(database_.Sql("SELECT string_agg(stream_id::text, ' ') FROM block_tail"),
            absl::StrCat(key.stream_id + 1));
}

TEST_F(RetentionTest, WhatIsNotReadYetStays) {
  const StreamKey key = CreateOld(NoisyLines(300'000));
  EXPECT_EQ(RemoveOld(), Removal::kNeeded);
  SetNormalized(key, 299'999);
  EXPECT_EQ(RemoveOld(), Removal::kNeeded);
  SetNormalized(key, 1'000'000);
  // A projection that is being built needs it too.
  database_.Sql("INSERT INTO projection (prover_id, projection_id) VALUES (1, 2)");
  SetNormalized(key, 100, 2);
  EXPECT_EQ(RemoveOld(), Removal::kNeeded);
  database_.Sql("UPDATE projection SET retired_at = 1 WHERE projection_id = 2");
  EXPECT_EQ(RemoveOld(), Removal::kRemoved);
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM gap"), "0");
}

TEST_F(RetentionTest, StrictlyItGoesAndIsAGap) {
  const std::string raw = NoisyLines(300'000);
  const StreamKey key = CreateOld(raw);
  const StreamKey read = CreateOld(raw, "another machine");
  SetNormalized(key, 1000);
  SetNormalized(read, 1'000'000);
  EXPECT_EQ(RemoveOld(/*strictly=*/true), Removal::kRemoved);
  EXPECT_EQ(database_.Sql("SELECT string_agg(concat_ws(' ', stream_id, begin_offset, end_offset,"
                          " reason), ', ') FROM gap"),
            absl::StrCat(key.stream_id, " 1000 ", raw.size(), " retention"));
}

TEST_F(RetentionTest, WhatCouldNotBeReadBecomesAGapToo) {
  const std::string raw = NoisyLines(300'000);
  const StreamKey key = CreateOld(raw);
  SetNormalized(key, 1'000'000);
  database_.Sql("INSERT INTO projection (prover_id, projection_id) VALUES (1, 2)");
  SetNormalized(key, 1'000'000, 2);
  database_.Sql(
      "INSERT INTO unreadable SELECT 1, projection_id, stream_id, begin_offset, end_offset, 'm', 0"
      " FROM stream, generate_series(1, 2) projection_id,"
      " (VALUES (7, 90), (200, 300000), (300000, 300001)) AS v (begin_offset, end_offset)");
  ASSERT_EQ(RemoveOld(), Removal::kRemoved);
  EXPECT_EQ(database_.Sql("SELECT string_agg(concat_ws(' ', begin_offset, end_offset, reason),"
                          " ', ' ORDER BY begin_offset) FROM gap"),
            "7 90 retention, 200 300000 retention");
  EXPECT_EQ(database_.Sql("SELECT string_agg(concat_ws(' ', projection_id, begin_offset), ', '"
                          " ORDER BY projection_id, begin_offset) FROM unreadable"),
            "1 300000, 2 7, 2 200, 2 300000");
}

TEST_F(RetentionTest, OfAClockThatSteppedBackOnlyTheOldBytesGo) {
  const std::string raw = NoisyLines(300'000);
  const auto size = static_cast<int64_t>(raw.size());
  const StreamKey key = CreateOld(raw);
  Append(key, raw);
  Append(key, raw);
  SetNormalized(key, 1000);
  ReceiveADayLater(1, size);
  EXPECT_EQ(RemoveOld(/*strictly=*/true), Removal::kRemoved);
  EXPECT_EQ(database_.Sql("SELECT string_agg(concat_ws(' ', begin_offset, end_offset), ', '"
                          " ORDER BY begin_offset) FROM gap"),
            absl::StrCat(1000, " ", size, ", ", 2 * size, " ", 3 * size));
  EXPECT_TRUE(Read(key, size, 2 * size) == raw);
}

TEST_F(RetentionTest, WhatCouldNotBeReadAndStaysIsNotForgotten) {
  const std::string raw = NoisyLines(300'000);
  const auto size = static_cast<int64_t>(raw.size());
  const StreamKey key = CreateOld(raw);
  Append(key, raw);
  Append(key, raw);
  ReceiveADayLater(0, size);
  Append(key, "live\n");
  SetNormalized(key, 3 * size + 5);
  // Of the block that stays, of it and the next, of one that goes, two without bytes, and of what
  // is live.
  database_.Sql(
      absl::StrCat("INSERT INTO unreadable SELECT 1, 1, 1, b, e, 'm', 0 FROM (VALUES (0, ",
                   size - 9, "), (", size - 9, ", ", size + 9, "), (", size, ", ", size, "), (",
                   size + 20, ", ", size + 30, "), (", 2 * size, ", ", 2 * size, "), (",
                   3 * size - 1, ", ", 3 * size + 5, ")) AS v (b, e)"));
  ASSERT_EQ(RemoveOld(), Removal::kRemoved);
  EXPECT_EQ(database_.Sql("SELECT string_agg(concat_ws(' ', begin_offset, end_offset), ', '"
                          " ORDER BY begin_offset) FROM gap"),
            absl::StrCat(size + 20, " ", size + 30));
  EXPECT_EQ(database_.Sql("SELECT string_agg(begin_offset::text, ' ' ORDER BY begin_offset)"
                          " FROM unreadable"),
            absl::StrCat("0 ", size - 9, " ", size, " ", 3 * size - 1));
}

TEST_F(RetentionTest, WhatIsUsedIsRemovedLater) {
  const StreamKey key = CreateOld(NoisyLines(300'000));
  SetNormalized(key, 1'000'000);
  const auto old = store_.ListLasting(now_ - absl::Hours(24 * 29));
  ASSERT_EQ(old->size(), 1U);
  {
    pqxx::connection connection(database_.conninfo());
    pqxx::work reader(connection);
    EXPECT_EQ(SelectBlocks(reader, key, 0, 1, 10).size(), 1U);
    EXPECT_TRUE(absl::IsUnavailable(store_.RemoveLogs(old->front(), false).status()));
    EXPECT_EQ(SelectBlocks(reader, key, 0, 1, 10).size(), 1U);
  }
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM block_tail"), "0");
  EXPECT_EQ(*store_.RemoveLogs(old->front(), false), Removal::kRemoved);
  EXPECT_EQ(*store_.RemoveLogs(old->front(), false), Removal::kBusy);
}

TEST_F(RetentionTest, NothingIsBuiltAgainFromWhatIsRemoved) {
  const StreamKey key = CreateOld(NoisyLines(300'000));
  SetNormalized(key, 1'000'000);
  ASSERT_EQ(RemoveOld(), Removal::kRemoved);
  const auto begun = rebuilds_.Begin(1, 2);
  EXPECT_TRUE(absl::IsFailedPrecondition(begun.status())) << begun.status();
  EXPECT_NE(begun.status().message().find("removed by --keep-logs"), std::string::npos);
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM projection"), "1");
}

TEST_F(RetentionTest, ABuildingThatHasReadItGoesOn) {
  const StreamKey key = CreateOld(NoisyLines(300'000));
  SetNormalized(key, 1'000'000);
  const auto begun = rebuilds_.Begin(1, 2);
  ASSERT_TRUE(begun.ok()) << begun.status();
  SetNormalized(key, 1'000'000, begun->projection_id);
  ASSERT_EQ(RemoveOld(), Removal::kRemoved);
  const auto again = rebuilds_.Begin(1, 2);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->projection_id, begun->projection_id);
}

class JobRetentionTest : public RetentionTest {
 protected:
  // `count` jobs with a fact, a run and an event.
  void InsertEpoch(int epoch, absl::Time at, int count = 2, int projection = 1) {
    const std::string values = absl::StrCat("1, ", projection, ", ", epoch, ", ");
    const std::string millis = absl::StrCat(absl::ToUnixMillis(at));
    const std::string rows = absl::StrCat(" FROM generate_series(1, ", count, ") AS i");
    database_.Sql(absl::StrCat(
        "INSERT INTO job (prover_id, projection_id, epoch, type, hash, counted, state, enqueued,"
        " started, attempts, retries, timeouts, first_at, last_at, fact_rows) SELECT ",
        values, "'T', sha256(i::text::bytea), true, 'queued', true, false, 1, 0, 0, 1, ", millis,
        ", true", rows));
    database_.Sql(absl::StrCat("INSERT INTO job_fact SELECT ", values,
                               "'T', sha256(i::text::bytea), ", millis,
                               ", 'enqueued', 0, NULL, '', 1, 0", rows));
    database_.Sql(absl::StrCat("INSERT INTO event SELECT ", values, millis,
                               ", 'k', '{}', gen_random_uuid(), 1, '', 0", rows));
    database_.Sql(
        absl::StrCat("INSERT INTO circuit_batch SELECT ", values, millis, ", 1, '{}', ''", rows));
    database_.Sql(absl::StrCat("INSERT INTO epoch VALUES (", values, millis, ")"));
  }

  void DeleteOld() {
    std::optional<EpochCursor> cursor = EpochCursor{};
    while (cursor) {
      auto next = store_.DeleteOldJobs(*cursor, now_ - absl::Hours(24));
      ASSERT_TRUE(next.ok()) << next.status();
      cursor = *next;
    }
  }

  std::string Epochs(const std::string& table) {
    return database_.Sql("SELECT string_agg(DISTINCT projection_id || ':' || epoch, ' ') FROM " +
                         table);
  }
};

TEST_F(JobRetentionTest, WholeOldEpochsGo) {
  CreateOld("line\n");
  const absl::Time old = now_ - absl::Hours(25);
  InsertEpoch(1, old);
  InsertEpoch(2, now_);  // an older chain's numbers may be higher
  InsertEpoch(3, old, 2500);
  InsertEpoch(4, old);
  InsertEpoch(4, now_, 1, 2);  // of a projection that is not live
  database_.Sql(absl::StrCat("UPDATE job SET last_at = ", absl::ToUnixMillis(now_),
                             " WHERE epoch = 4 AND hash = sha256('1')"));
  InsertEpoch(-1, old);
  DeleteOld();
  for (const char* table : {"job", "job_fact", "event", "circuit_batch", "epoch"}) {
    const bool has_none = table != std::string("event") && table != std::string("circuit_batch");
    EXPECT_EQ(Epochs(table), has_none ? "1:-1 1:2 1:4 2:4" : "1:2 1:4 2:4") << table;
  }
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM job WHERE epoch = 4 AND projection_id = 1"), "2");
}

TEST_F(JobRetentionTest, AlertsThatWereResolvedLongAgoGo) {
  CreateOld("line\n");
  const std::string old = absl::StrCat(absl::ToUnixMillis(now_ - absl::Hours(25)));
  const std::string late = absl::StrCat(absl::ToUnixMillis(now_));
  // More than one step deletes, one that still fires, and one that was resolved lately.
  database_.Sql(absl::StrCat(
      "INSERT INTO alert (prover_id, fingerprint, rule, severity, labels, state, since,"
      " complete_until, summary, detail, next_step, pending_at, resolved_at) SELECT 1, i::text, "
      "'r',"
      " 'warning', '{}', CASE i WHEN 1 THEN 'firing' ELSE 'resolved' END, 1, 1, '', '', '', ",
      old, ", CASE i WHEN 1 THEN NULL WHEN 2 THEN ", late, " ELSE ", old,
      " END FROM generate_series(1, 2500) AS i"));
  database_.Sql(
      "INSERT INTO alert_change (prover_id, alert_id, at, what, severity, summary)"
      " SELECT prover_id, alert_id, 1, 'firing', 'warning', '' FROM alert");
  database_.Sql(
      "INSERT INTO alert_delivery (prover_id, alert_id, receiver, queued_at, try_at)"
      " SELECT prover_id, alert_id, 'mine', 1, 1 FROM alert");
  DeleteOld();
  EXPECT_EQ(database_.Sql("SELECT string_agg(fingerprint, ' ' ORDER BY fingerprint) FROM alert"),
            "1 2");
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM alert_change"), "2");
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM alert_delivery"), "2");
}

TEST_F(JobRetentionTest, UnknownMessagesOfOldLogsGo) {
  const StreamKey old = CreateOld("line\n");
  const StreamKey current = CreateOld("another line\n", "another machine");
  for (const StreamKey& key : {old, current}) {
    SetNormalized(key, 1);
    database_.Sql(absl::StrCat("INSERT INTO unknown_message VALUES (1, 1, ", key.stream_id,
                               ", 'm', 'WARN', 't', 1, 1, 1, 0)"));
  }
  database_.Sql(absl::StrCat("UPDATE stream_progress SET last_at = CASE stream_id WHEN ",
                             old.stream_id, " THEN 1 ELSE ", absl::ToUnixMillis(now_), " END"));
  DeleteOld();
  EXPECT_EQ(database_.Sql("SELECT string_agg(stream_id::text, ' ') FROM unknown_message"),
            absl::StrCat(current.stream_id));
}

}  // namespace
}  // namespace proverlog::postgres
