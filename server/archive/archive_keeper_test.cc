#include "server/archive/archive_keeper.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "codec/zstd_frame.h"
#include "server/ingest/ingest_session.h"
#include "server/normalize/projector.h"
#include "server/query/log_lines.h"
#include "storage/archive_range.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/maintenance_store.h"
#include "storage/postgres/projection_store.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/test_files.h"

namespace proverlog {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

class ArchiveKeeperTest : public testing::Test {
 protected:
  StreamKey Create(const std::string& raw) {
    const std::string head = raw.substr(0, kHeadBytes);
    const Block block{0, static_cast<int64_t>(raw.size()), CompressFrame(raw)};
    const auto key = testing_util::CreateStream(
        archive_, {*archive_.ReserveStreamId(), "mine", "m", "a.log", {}, head, {}}, block, head);
    EXPECT_TRUE(key.ok()) << key.status();
    return *key;
  }

  void ProjectAll() {
    while (*Projector(&projections_).Step({1}) == Projector::Result::kMore) {
    }
  }

  void Round(const Retention& retention, absl::Time now) {
    const absl::Status status = ArchiveKeeper(&store_, retention).Round(now);
    EXPECT_TRUE(status.ok()) << status;
  }

  std::string Count(const std::string& table) {
    return database_.Sql("SELECT count(*) FROM " + table);
  }

  const absl::Time now_ = absl::Now();
  testing_util::TestDatabase database_;
  postgres::ArchiveStore archive_{&database_.pool()};
  postgres::ProjectionStore projections_{&database_.pool()};
  postgres::MaintenanceStore store_{&database_.pool()};
};

TEST_F(ArchiveKeeperTest, WhatCameIsMergedWhenItsHourIsOver) {
  const StreamKey key = Create("line\n");
  Round({}, now_);
  EXPECT_EQ(Count("live_block"), "1");
  EXPECT_EQ(Count("block"), "0");
  Round({}, now_ + absl::Minutes(66));
  EXPECT_EQ(Count("live_block"), "0");
  EXPECT_EQ(Count("block"), "1");
  EXPECT_EQ(*ReadRange(archive_, key, 0, 5), "line\n");
}

TEST_F(ArchiveKeeperTest, EverythingIsKeptUnlessToldOtherwise) {
  Create("line\n");
  ProjectAll();
  Round({}, now_ + 9999 * kDay);
  EXPECT_EQ(Count("block"), "1");
}

TEST_F(ArchiveKeeperTest, WhatIsReadIsRemovedWhenItIsOld) {
  std::string raw;
  while (raw.size() < 400'000) absl::StrAppend(&raw, "a line at ", raw.size(), "\n");
  const StreamKey key = Create(raw);
  Round({}, now_);
  const Retention retention{.keep_logs = 30 * kDay};
  Round(retention, now_ + 32 * kDay);
  EXPECT_EQ(Count("block"), "1");  // it is not read yet
  ProjectAll();
  Round(retention, now_ + 30 * kDay - absl::Minutes(1));
  EXPECT_EQ(ReadRange(archive_, key, 0, 100)->size(), 100U);
  Round(retention, now_ + 32 * kDay);
  const auto lines = ReadLinesAround(archive_, key, 0, 1);
  EXPECT_TRUE(absl::IsNotFound(lines.status())) << lines.status();
  EXPECT_TRUE(absl::StrContains(lines.status().message(), "was removed by --keep-logs"));
  EXPECT_EQ(database_.Sql("SELECT sum(end_offset - begin_offset) FROM block"), "65536");
}

TEST_F(ArchiveKeeperTest, ASenderGoesOnWhereItsLogIsRemoved) {
  std::string raw;
  while (raw.size() < 400'000) absl::StrAppend(&raw, "a line at ", raw.size(), "\n");
  const StreamKey key = Create(raw);
  v1::StreamLogsRequest hello;
  hello.mutable_hello()->set_prover("mine");
  hello.mutable_hello()->set_machine("m");
  hello.mutable_hello()->set_source("a.log");
  hello.mutable_hello()->set_head(raw.substr(0, kHeadBytes));
  hello.mutable_hello()->set_size(static_cast<int64_t>(raw.size()) + 10);
  IngestLimits limits{IngestLimits::Options()};
  TailDigests tails;
  Attendance attendance(&archive_);
  const auto before =
      IngestSession(&archive_, &limits, &tails, &attendance, [](ProverId) {}).Take(hello);
  ASSERT_TRUE(before.ok()) << before.status();
  ProjectAll();
  Round({.keep_logs = kDay}, now_);
  Round({.keep_logs = kDay}, now_ + 3 * kDay);
  ASSERT_EQ(ReadRange(archive_, key, 0, 100)->size(), 0U);
  TailDigests others;
  const auto after =
      IngestSession(&archive_, &limits, &others, &attendance, [](ProverId) {}).Take(hello);
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->response->DebugString(), before->response->DebugString());
}

TEST_F(ArchiveKeeperTest, LinesBehindWhatIsRemovedAreStillFound) {
  std::string raw;
  while (raw.size() < 400'000) absl::StrAppend(&raw, "a line at ", raw.size(), "\n");
  const StreamKey key = Create(raw);
  ProjectAll();
  Round({}, now_);
  const auto size = static_cast<int64_t>(raw.size());
  Round({.keep_logs = kDay}, now_ + 3 * kDay);
  const std::string more = "one\ntwo\nthree\n";
  ASSERT_TRUE(testing_util::Append(
                  archive_, key, 1,
                  {size, size + static_cast<int64_t>(more.size()), CompressFrame(more)}, "")
                  .ok());
  database_.Sql("DELETE FROM block_tail");
  const auto lines = ReadLinesAround(archive_, key, size + 4, 1);
  ASSERT_TRUE(lines.ok()) << lines.status();
  ASSERT_FALSE(lines->empty());
  EXPECT_EQ(lines->front().text, "two");
}

TEST_F(ArchiveKeeperTest, AStopEndsARound) {
  Create("line\n");
  ArchiveKeeper keeper(&store_, {}, [] { return true; });
  EXPECT_TRUE(keeper.Round(now_ + kDay).ok());
  EXPECT_EQ(Count("live_block"), "1");
  EXPECT_EQ(Count("block"), "0");
}

}  // namespace
}  // namespace proverlog
