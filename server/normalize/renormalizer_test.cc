#include "server/normalize/renormalizer.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "codec/zstd_frame.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/projection_store.h"
#include "storage/postgres/rebuild_store.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/test_data.h"
#include "tests/testing_util/test_database.h"

namespace proverlog {
namespace {

using testing_util::ReadAll;
using testing_util::TestDataPath;

constexpr UnixMillis kSomeDay = 1795226400000;  // 2026-11-21T02:00:00Z

std::string EnqueueLine(int32_t epoch, const std::string& type = "PUBLIC_VM") {
  return absl::StrCat("[03:00:00.000] INFO: b New proving job id=", epoch, ":", type, ":",
                      std::string(64, 'c'), " epochNumber=", epoch, "\n");
}

class RenormalizerTest : public testing::Test {
 protected:
  // Appends to a log; the first bytes make its stream.
  void Append(const std::string& source, const std::string& raw) {
    int64_t& offset = offsets_[source];
    const Block block{offset, offset + static_cast<int64_t>(raw.size()), CompressFrame(raw)};
    const std::string head = raw.substr(0, kHeadBytes);
    if (offset == 0) {
      const auto key = testing_util::CreateStream(archive_,
                                                  {*archive_.ReserveStreamId(),
                                                   "mine",
                                                   "m-" + source,
                                                   source,
                                                   {{0, kSomeDay, "UTC"}},
                                                   head,
                                                   {}},
                                                  block, head);
      ASSERT_TRUE(key.ok()) << key.status();
      streams_[source] = *key;
    } else {
      ASSERT_TRUE(testing_util::Append(archive_, streams_[source], 1, block, "").ok());
    }
    offset = block.end_offset;
  }

  // What the service does all the time.
  void ProjectLive() {
    while (*projector_.Step({1}) == Projector::Result::kMore) {
    }
  }

  void AppendSamples() {
    for (const std::string source : {"broker.log", "agent-a.log", "agent-b.log"}) {
      const std::string log = ReadAll(TestDataPath("samples/" + source));
      // Live it comes in pieces, which are read as they come.
      constexpr size_t kPiece = 30'001;
      for (size_t at = 0; at < log.size(); at += kPiece) {
        Append(source, log.substr(at, kPiece));
        ProjectLive();
      }
      ASSERT_TRUE(testing_util::Seal(archive_, streams_[source], 1, offsets_[source]).ok());
      ProjectLive();
    }
  }

  absl::Status Run(Renormalizer::Options options = {}) {
    options.progress_interval = absl::ZeroDuration();
    return Renormalizer(&projections_, &rebuilds_, std::move(options)).Run(1);
  }

  // The tables that have rows of projections, whatever migration made them.
  std::vector<std::string> Tables() {
    return absl::StrSplit(
        database_.Sql("SELECT string_agg(table_name, ' ') FROM information_schema.columns"
                      " JOIN information_schema.tables USING (table_schema, table_name)"
                      " WHERE column_name = 'projection_id' AND table_type = 'BASE TABLE'"
                      " AND table_name <> ALL ('{prover,projection}')"),
        ' ');
  }

  // All rows of the live projection but when and how often they were written.
  std::string Dump() {
    std::string dump;
    for (const std::string& table : Tables()) {
      absl::StrAppend(&dump, table, ": ",
                      database_.Sql(absl::StrCat(
                          "SELECT string_agg(row, E'\n' ORDER BY row) FROM (SELECT (to_jsonb(t)"
                          " - '{projection_id,normalized_at,set_aside_at,revision}'::text[])::text "
                          "AS row FROM ",
                          table, " t JOIN prover USING (prover_id, projection_id)) r")),
                      "\n");
    }
    return dump;
  }

  std::string Epochs() {
    return database_.Sql("SELECT string_agg(epoch::text, ' ' ORDER BY epoch) FROM jobs");
  }

  testing_util::TestDatabase database_;
  postgres::ArchiveStore archive_{&database_.pool()};
  postgres::ProjectionStore projections_{&database_.pool()};
  postgres::RebuildStore rebuilds_{&database_.pool()};
  Projector projector_{&projections_};
  std::map<std::string, StreamKey> streams_;
  std::map<std::string, int64_t> offsets_;
};

TEST_F(RenormalizerTest, MakesOfTheArchiveWhatWasMadeLive) {
  AppendSamples();
  const std::string live = Dump();
  EXPECT_GT(live.size(), size_t{100'000});
  database_.Sql(
      "INSERT INTO job (prover_id, projection_id, epoch, type, hash, counted, state, enqueued,"
      " started, attempts, retries, timeouts, fact_rows)"
      " VALUES (1, 1, 9, 'BOGUS', 'x', true, 'queued', true, false, 1, 0, 0, false)");
  database_.Sql("UPDATE job SET state = 'failed' WHERE epoch = 3055");
  ASSERT_NE(Dump(), live);
  for (int i = 0; i < 2; ++i) {
    const absl::Status status = Run();
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_TRUE(Dump() == live);
  }
}

TEST_F(RenormalizerTest, NothingIsLeftOfWhatItReplaced) {
  AppendSamples();
  Append("unknown.log", "[03:00:00.000] WARN: m A new thing\n");
  Append("circuit.log",
         "[03:00:00.000] INFO: m Generated proof for avm-circuit(0x1a) in 44327 ms "
         "{\"proofSize\":1}\n");
  Append("damaged.log", EnqueueLine(1));
  database_.Sql("UPDATE live_block SET zstd = 'garbage' WHERE stream_id = 6");
  ProjectLive();
  const std::string live = Dump();
  ASSERT_TRUE(Run().ok());
  database_.Sql("UPDATE projection SET retired_at = 0 WHERE projection_id = 1");
  ASSERT_TRUE(projections_.DeleteRetired().ok());
  ASSERT_EQ(database_.Sql("SELECT count(*) FROM projection"), "1");
  for (const std::string& table : Tables()) {
    const std::string count = "SELECT count(*) FROM " + table + " WHERE projection_id = ";
    EXPECT_EQ(database_.Sql(count + "1"), "0") << table;
    EXPECT_NE(database_.Sql(count + "2"), "0") << table;
  }
  EXPECT_TRUE(Dump() == live);
}

TEST_F(RenormalizerTest, GoesOnWhereItWasStopped) {
  // After the first step too much is left to be made up for in the switch.
  Append("small", EnqueueLine(1));
  std::string block = EnqueueLine(2);
  while (block.size() < 1'000'000) absl::StrAppend(&block, std::string(10'000, '-'), "\n");
  for (int i = 0; i < 20; ++i) Append("large", block);
  ProjectLive();
  const std::string live = Dump();
  int asked = 0;
  const absl::Status stopped = Run({.stop_requested = [&] { return asked++ == 1; }});
  EXPECT_TRUE(absl::IsCancelled(stopped)) << stopped;
  EXPECT_TRUE(Dump() == live);
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM stream_progress WHERE projection_id = 2"), "2");

  // What was read is not read again: it cannot be any more.
  database_.Sql("DELETE FROM live_block WHERE stream_id = 1");
  const absl::Status status = Run({.patience = absl::ZeroDuration()});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_TRUE(Dump() == live);
}

TEST_F(RenormalizerTest, ReadsWhatComesMeanwhileHoweverMuch) {
  Append("a", EnqueueLine(1));
  ProjectLive();
  int epoch = 1;
  // The live projection is always ahead by what has come since the last step.
  const absl::Status status =
      Run({.stop_requested = [&] { return epoch > 9; },
           .on_progress =
               [&](const RebuildProgress&) {
                 Append("a", EnqueueLine(++epoch));
                 Append(absl::StrCat("new", epoch), EnqueueLine(100 + epoch));
                 ProjectLive();
               }});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(epoch, 2);
  EXPECT_EQ(Epochs(), "1 2 102");
  Append("a", EnqueueLine(3));
  ProjectLive();
  EXPECT_EQ(Epochs(), "1 2 3 102");
}

TEST_F(RenormalizerTest, WhatCannotBeReadAnyMoreKeepsTheLiveProjection) {
  Append("bad", EnqueueLine(1));
  Append("good", EnqueueLine(2));
  ProjectLive();
  database_.Sql("UPDATE live_block SET zstd = 'garbage' WHERE stream_id = 1");
  const absl::Status status = Run({.patience = absl::ZeroDuration()});
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_NE(status.message().find("stream 1 cannot be read any more from 0"), std::string::npos)
      << status;
  EXPECT_EQ(Epochs(), "1 2");
}

TEST_F(RenormalizerTest, WhatTheLiveProjectionCannotReadEitherDoesNotMatter) {
  database_.Sql("ALTER TABLE job ADD CHECK (type <> 'REFUSED')");
  Append("damaged", EnqueueLine(1));
  Append("refused", EnqueueLine(2, "REFUSED"));
  Append("good", EnqueueLine(3));
  Append("other", EnqueueLine(4));
  database_.Sql("UPDATE live_block SET zstd = 'garbage' WHERE stream_id = 1");
  for (int i = 0; i < 6; ++i) (void)projector_.Step({1});
  ASSERT_EQ(Epochs(), "3 4");
  const absl::Status status = Run();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Epochs(), "3 4");
  EXPECT_EQ(database_.Sql("SELECT projection_id FROM prover"), "2");
}

TEST_F(RenormalizerTest, AnotherVersionTakesOver) {
  Append("a", EnqueueLine(1));
  ProjectLive();
  const absl::Status status = Run({.on_progress = [&](const RebuildProgress&) {
    ASSERT_TRUE(rebuilds_.Begin(1, 1'000'000).ok());
  }});
  EXPECT_TRUE(absl::IsAborted(status)) << status;
  EXPECT_EQ(database_.Sql("SELECT projection_id FROM prover"), "1");
}

}  // namespace
}  // namespace proverlog
