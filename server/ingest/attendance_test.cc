#include "server/ingest/attendance.h"

#include <gtest/gtest.h>

#include <optional>

#include "codec/zstd_frame.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/query_store.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

TEST(AttendanceTest, AStreamIsSeenWhileItIsOpen) {
  testing_util::TestDatabase database;
  postgres::ArchiveStore archive(&database.pool());
  const StreamKey key = *testing_util::CreateStream(
      archive, {*archive.ReserveStreamId(), "mine", "m", "a.log", {}, "hi", {}},
      Block{0, 2, CompressFrame("hi")}, "hi");
  postgres::QueryStore queries(&database.pool());
  const auto seen_at = [&] {
    return queries.LoadStreams(*queries.FindProver("mine"), {key.stream_id})->front().seen_at;
  };
  const UnixMillis received_at = *seen_at();

  absl::Mutex mutex;
  absl::Time now = absl::FromUnixMillis(received_at) + absl::Minutes(1);
  const auto set_now = [&](absl::Duration after) {
    absl::MutexLock lock(&mutex);
    now = absl::FromUnixMillis(received_at) + after;
  };
  Attendance attendance(&archive, {.interval = absl::Milliseconds(5), .now = [&] {
                                     absl::MutexLock lock(&mutex);
                                     return now;
                                   }});
  {
    const Attendance::Seat first = attendance.Enter(key);
    std::optional<Attendance::Seat> second = attendance.Enter(key);
    testing_util::WaitUntil([&] { return *seen_at() == received_at + 60'000; }, "seen");
    second.reset();  // the first one is still there
    set_now(absl::Minutes(2));
    testing_util::WaitUntil([&] { return *seen_at() == received_at + 120'000; }, "seen again");
  }
  // Another stream's round shows that this one is not in it any more.
  const StreamKey other = *testing_util::CreateStream(
      archive, {*archive.ReserveStreamId(), "mine", "m", "b.log", {}, "ho", {}},
      Block{0, 2, CompressFrame("ho")}, "ho");
  const Attendance::Seat seat = attendance.Enter(other);
  set_now(absl::Minutes(3));
  testing_util::WaitUntil(
      [&] {
        return queries.LoadStreams(*queries.FindProver("mine"), {other.stream_id})
                   ->front()
                   .seen_at == received_at + 180'000;
      },
      "the other one is seen");
  EXPECT_EQ(*seen_at(), received_at + 120'000);
}

}  // namespace
}  // namespace proverlog
