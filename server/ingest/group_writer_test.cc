#include "server/ingest/group_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "codec/zstd_frame.h"
#include "storage/archive_range.h"
#include "storage/postgres/archive_store.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/test_database.h"

namespace proverlog {
namespace {

// The archive, whose first transaction waits until it is let go on.
class SlowStore : public postgres::ArchiveStore {
 public:
  using ArchiveStore::ArchiveStore;

  absl::StatusOr<std::vector<bool>> Advance(const std::vector<StreamAdvance>& advances) override {
    go_on.WaitForNotification();
    {
      absl::MutexLock lock(&mutex_);
      streams_.push_back(advances.size());
    }
    return ArchiveStore::Advance(advances);
  }
  // How many streams each transaction had.
  std::vector<size_t> streams() {
    absl::MutexLock lock(&mutex_);
    return streams_;
  }

  absl::Notification go_on;

 private:
  absl::Mutex mutex_;
  std::vector<size_t> streams_ ABSL_GUARDED_BY(mutex_);
};

class GroupWriterTest : public testing::Test {
 protected:
  StreamKey Create(const std::string& raw) {
    return *testing_util::CreateStream(
        store_, {*store_.ReserveStreamId(), "p", "m", raw, {}, raw, {}},
        {0, static_cast<int64_t>(raw.size()), CompressFrame(raw)}, raw);
  }

  StreamAdvance Piece(const StreamKey& stream, int64_t begin, const std::string& raw) {
    StreamAdvance advance = testing_util::AdvanceBy(
        {begin, begin + static_cast<int64_t>(raw.size()), CompressFrame(raw)}, "");
    advance.stream = stream;
    return advance;
  }

  testing_util::TestDatabase database_;
  SlowStore store_{&database_.pool()};
  Metrics metrics_{"test"};
};

TEST_F(GroupWriterTest, WhatComesWhileAGroupIsCommittedMakesTheNextOne) {
  const StreamKey a = Create("a");
  const StreamKey b = Create("b");
  absl::BlockingCounter done(6);
  std::vector<int> order;
  absl::Mutex mutex;
  const auto submit = [&](GroupWriter& writer, const StreamAdvance& advance, int number) {
    writer.Submit(advance, [&, number](const absl::Status& status) {
      EXPECT_TRUE(status.ok()) << status;
      {
        absl::MutexLock lock(&mutex);
        order.push_back(number);
      }
      done.DecrementCount();
    });
  };
  GroupWriter writer(&store_, &metrics_.ingest, {.threads = 1});
  submit(writer, Piece(a, 1, "1"), 1);
  for (int64_t i = 2; i <= 4; ++i) submit(writer, Piece(a, i, "x"), static_cast<int>(i));
  submit(writer, Piece(b, 1, "2"), 5);
  submit(writer, Piece(b, 2, "3"), 6);
  EXPECT_EQ(metrics_.ingest.queue_messages.Value(), 6);
  EXPECT_GT(metrics_.ingest.queue_bytes.Value(), 6);
  store_.go_on.Notify();
  done.Wait();
  EXPECT_EQ(*ReadRange(store_, a, 0, 100), "a1xxx");
  EXPECT_EQ(*ReadRange(store_, b, 0, 100), "b23");
  EXPECT_LE(store_.streams().size(), 2U);
  EXPECT_EQ(store_.streams().back(), 2U);
  EXPECT_LT(std::find(order.begin(), order.end(), 1), std::find(order.begin(), order.end(), 4));
}

TEST_F(GroupWriterTest, AStreamThatIsNotAtItsOffsetHarmsNoOther) {
  const StreamKey a = Create("a");
  const StreamKey b = Create("b");
  absl::Status of_a;
  absl::Status of_b = absl::UnknownError("not told");
  store_.go_on.Notify();
  {
    GroupWriter writer(&store_, &metrics_.ingest, {.threads = 1});
    writer.Submit(Piece(a, 7, "x"), [&](const absl::Status& status) { of_a = status; });
    writer.Submit(Piece(b, 1, "x"), [&](const absl::Status& status) { of_b = status; });
  }  // commits what is queued
  EXPECT_EQ(metrics_.ingest.queue_messages.Value(), 0);
  EXPECT_EQ(metrics_.ingest.queue_bytes.Value(), 0);
  EXPECT_TRUE(absl::IsAborted(of_a)) << of_a;
  EXPECT_TRUE(of_b.ok()) << of_b;
  EXPECT_EQ(*ReadRange(store_, a, 0, 100), "a");
  EXPECT_EQ(*ReadRange(store_, b, 0, 100), "bx");
}

TEST_F(GroupWriterTest, WhoeverWaitsForRoomGetsItInTurn) {
  const StreamKey a = Create("a");
  absl::BlockingCounter resumed(2);
  GroupWriter writer(&store_, &metrics_.ingest, {.threads = 1, .max_queued_bytes = 100});
  EXPECT_TRUE(writer.HasRoom());
  writer.Submit(Piece(a, 1, "x"), [](const absl::Status&) {});
  EXPECT_FALSE(writer.HasRoom());
  bool first = false;
  writer.AwaitRoom([&] {
    first = true;
    resumed.DecrementCount();
  });
  EXPECT_FALSE(first);
  writer.AwaitRoom([&] {
    EXPECT_TRUE(first);
    resumed.DecrementCount();
  });
  store_.go_on.Notify();
  resumed.Wait();
}

TEST_F(GroupWriterTest, AllOfAGroupAreToldThatTheDatabaseFailed) {
  const StreamKey a = Create("a");
  store_.go_on.Notify();
  database_.Sql("ALTER TABLE block RENAME TO gone");
  absl::Status told;
  absl::Status outcome;
  {
    GroupWriter writer(
        &store_, &metrics_.ingest,
        {.threads = 1, .on_outcome = [&](const absl::Status& status) { outcome = status; }});
    writer.Submit(Piece(a, 1, "x"), [&](const absl::Status& status) { told = status; });
  }
  EXPECT_FALSE(told.ok());
  EXPECT_EQ(outcome, told);
}

}  // namespace
}  // namespace proverlog
