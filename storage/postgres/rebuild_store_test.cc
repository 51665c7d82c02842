#include "storage/postgres/rebuild_store.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
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
using testing_util::SomeJob;
using testing_util::TestDatabase;
using K = FactKind;

absl::Status Nothing(proverlog::ProjectionTransaction&) { return absl::OkStatus(); }

class RebuildStoreTest : public testing::Test {
 protected:
  RebuildStoreTest() {
    ArchiveStore archive(&database_.pool());
    const Block block{0, 5, CompressFrame("hello")};
    stream_ = *testing_util::CreateStream(
        archive, {*archive.ReserveStreamId(), "prover", "m", "a.log", {}, "hello", {}}, block,
        "hello");
  }

  ProjectionKey Begin(int version) {
    const auto projection = rebuilds_.Begin(stream_.prover_id, version);
    EXPECT_TRUE(projection.ok()) << projection.status();
    return *projection;
  }

  NormalizedStream Reached(int64_t offset, std::optional<int64_t> seal = std::nullopt) const {
    NormalizedStream reached;
    reached.stream_id = stream_.stream_id;
    reached.progress.offset = offset;
    reached.sealed_offset = seal;
    return reached;
  }

  void Save(const ProjectionKey& projection, const NormalizedStream& reached) {
    const auto ran = store_.Project(projection, [&](auto& tx) { return tx.SaveProgress(reached); });
    ASSERT_TRUE(ran.ok()) << ran.status();
    EXPECT_TRUE(*ran);
  }

  Fact Here(Fact fact) const {
    fact.origin.machine = "m";
    fact.origin.stream_id = stream_.stream_id;
    return fact;
  }

  void SaveJob(const ProjectionKey& projection) {
    const auto ran = store_.Project(projection, [&](auto& tx) {
      return testing_util::SaveJob(tx, DeriveJob(SomeJob(), {Here(At(1, K::kEnqueued))}));
    });
    ASSERT_TRUE(ran.ok()) << ran.status();
  }

  // Whether it is the live one now.
  bool Switch(const ProjectionKey& projection) {
    const auto behind = rebuilds_.Switch(projection, Nothing);
    EXPECT_TRUE(behind.ok()) << behind.status();
    return !behind->has_value();
  }

  TestDatabase database_;
  StreamKey stream_;
  ProjectionStore store_{&database_.pool()};
  RebuildStore rebuilds_{&database_.pool()};
};

TEST_F(RebuildStoreTest, IsBuiltBesideTheLiveOneAndReplacesIt) {
  Save({stream_.prover_id}, Reached(5));
  const ProjectionKey projection = Begin(1);
  SaveJob(projection);
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM jobs"), "0");
  Save(projection, Reached(5));
  EXPECT_TRUE(Switch(projection));
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM jobs"), "1");
  EXPECT_TRUE(store_.FindProversBehind()->empty());
  EXPECT_TRUE(Switch(projection));  // that changes nothing
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM projection WHERE retired_at IS NULL"), "1");
}

TEST_F(RebuildStoreTest, OneThatIsBehindIsNotSwitchedTo) {
  Save({stream_.prover_id}, Reached(5, 5));
  const ProjectionKey projection = Begin(1);
  EXPECT_FALSE(Switch(projection));
  Save(projection, Reached(4));
  const auto progress = rebuilds_.Progress(projection);
  EXPECT_EQ(progress->normalized_bytes, 4);
  EXPECT_EQ(progress->committed_bytes, 5);
  EXPECT_EQ(progress->behind_live_bytes, 1);
  const auto behind = rebuilds_.Switch(projection, Nothing);
  ASSERT_TRUE(behind->has_value());
  EXPECT_EQ((*behind)->stream_id, stream_.stream_id);
  EXPECT_EQ((*behind)->offset, 4);
  Save(projection, Reached(5));
  EXPECT_FALSE(Switch(projection));  // it has not read the seal
  Save(projection, Reached(5, 5));
  EXPECT_TRUE(Switch(projection));
}

TEST_F(RebuildStoreTest, WhatIsDoneInTheSwitchCounts) {
  Save({stream_.prover_id}, Reached(5));
  const ProjectionKey projection = Begin(1);
  const auto behind = rebuilds_.Switch(projection, [&](proverlog::ProjectionTransaction& tx) {
    const auto live = store_.Project({stream_.prover_id}, Nothing);
    EXPECT_FALSE(*live) << "the live projection stands still";
    return tx.SaveProgress(Reached(5));
  });
  EXPECT_FALSE(behind->has_value());
}

TEST_F(RebuildStoreTest, TheSameVersionGoesOnAndAnotherBeginsAfresh) {
  const ProjectionKey first = Begin(1);
  EXPECT_EQ(Begin(1).projection_id, first.projection_id);
  const ProjectionKey second = Begin(2);
  EXPECT_NE(second.projection_id, first.projection_id);
  EXPECT_FALSE(*store_.Project(first, Nothing));
  EXPECT_TRUE(absl::IsAborted(rebuilds_.Switch(first, Nothing).status()));
  EXPECT_TRUE(Switch(second));
  EXPECT_TRUE(absl::IsAborted(rebuilds_.Switch(first, Nothing).status()));
  EXPECT_NE(Begin(2).projection_id, second.projection_id);  // that is live now
}

TEST_F(RebuildStoreTest, BothMayNameTheSameNewWriter) {
  const ProjectionKey projection = Begin(1);
  std::thread other;
  const auto ran = store_.Project({stream_.prover_id}, [&](proverlog::ProjectionTransaction& tx) {
    absl::Status saved =
        testing_util::SaveJob(tx, DeriveJob(SomeJob(), {Here(At(1, K::kEnqueued))}));
    other = std::thread([&] { SaveJob(projection); });
    testing_util::WaitUntil(
        [&] { return database_.Sql("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0"; },
        "the other one waits");
    return saved;
  });
  other.join();
  ASSERT_TRUE(ran.ok()) << ran.status();
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM job"), "2");
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM writer"), "1");
}

TEST_F(RebuildStoreTest, NewLogsGoOnInTheOneThatIsLive) {
  const ProjectionKey projection = Begin(1);
  Save(projection, Reached(5));
  EXPECT_TRUE(Switch(projection));
  ArchiveStore archive(&database_.pool());
  const Block block{0, 4, CompressFrame("more")};
  const auto added = testing_util::CreateStream(
      archive, {*archive.ReserveStreamId(), "prover", "m", "b.log", {}, "more", {}}, block, "more");
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_EQ(store_.FindProversBehind()->size(), 1U);
  EXPECT_TRUE(*store_.Project({stream_.prover_id}, [](proverlog::ProjectionTransaction& tx) {
    EXPECT_EQ(tx.PendingStreams(10)->size(), 1U);
    return absl::OkStatus();
  }));
}

TEST_F(RebuildStoreTest, ARetiredOneIsDeletedWhenNobodyReadsItAnyMore) {
  SaveJob({stream_.prover_id});
  Save({stream_.prover_id}, Reached(5));
  const ProjectionKey projection = Begin(1);
  SaveJob(projection);
  Save(projection, Reached(5));
  EXPECT_TRUE(Switch(projection));
  const auto count = [this](const std::string& what) {
    return database_.Sql("SELECT count(*) FROM " + what);
  };
  // Many, so that it takes several pieces.
  database_.Sql(
      "INSERT INTO event SELECT 1, 1, 7, i, 'k', '{}', md5(i::text)::uuid, 1, 'p', 0"
      " FROM generate_series(1, 15000) i");
  ASSERT_TRUE(store_.DeleteRetired().ok());
  EXPECT_EQ(count("job"), "2");  // it was live a moment ago

  database_.Sql("UPDATE projection SET retired_at = retired_at - 61000");
  ASSERT_TRUE(store_.DeleteRetired().ok());
  EXPECT_EQ(count("job"), "1");
  EXPECT_EQ(count("event"), "5001");
  EXPECT_EQ(count("projection"), "2");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(store_.DeleteRetired().ok());
  EXPECT_EQ(count("event"), "0");
  EXPECT_EQ(count("stream_progress"), "1");
  EXPECT_EQ(count("projection"), "1");
  EXPECT_EQ(count("jobs"), "1");
}

}  // namespace
}  // namespace proverlog::postgres
