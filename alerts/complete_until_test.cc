#include "alerts/complete_until.h"

#include <gtest/gtest.h>

#include "tests/testing_util/prover_views.h"

namespace proverlog {
namespace {

using testing_util::kNoon;
using testing_util::LogOf;
using testing_util::OpenView;

UnixMillis Until(const ProverView& view) {
  std::optional<UnixMillis> known;
  return CompleteUntil(view, known);
}

// A log whose sender is there, and whose last record is of then.
LogView Followed(int64_t stream_id, UnixMillis last_at) {
  LogView log = LogOf(stream_id, "m3", "agent.log", kNoon);
  log.last_at = last_at;
  return log;
}

TEST(CompleteUntilTest, ALogTellsUntilItsSenderHadNoMore) {
  ProverView view = OpenView();
  view.now = kNoon + kMinute;
  view.logs[0].last_at = kNoon - 3 * kMinute;
  view.logs[0].received_at = kNoon - 2 * kMinute;
  view.logs[0].seen_at = kNoon - 10 * kSecond;
  EXPECT_EQ(Until(view), kNoon - 10 * kSecond);
  view.logs[0].unread_bytes = 1;
  EXPECT_EQ(Until(view), kNoon - 3 * kMinute);
  view.logs[0].ended = true;
  EXPECT_EQ(Until(view), kNoon);
}

TEST(CompleteUntilTest, ALogWhoseSenderIsGoneHoldsNobodyBack) {
  ProverView view = OpenView();
  LogView& log = view.logs[0];
  log.last_at = log.received_at = log.seen_at = kNoon - 2 * kMinute;
  EXPECT_EQ(Until(view), kNoon - 2 * kMinute);
  view.now += 1;
  EXPECT_EQ(Until(view), kNoon);
  // Where all are gone, it is when the last went.
  view.now = kNoon + 5 * kMinute;
  EXPECT_EQ(Until(view), kNoon);
}

// A time zone that is wrong, or a shipper that does not catch up.
TEST(CompleteUntilTest, ALogThatIsFarBehindHoldsNobodyBack) {
  ProverView view = OpenView();
  view.logs.push_back(Followed(3, kNoon - 10 * kMinute));
  EXPECT_EQ(Until(view), kNoon - 10 * kMinute);
  view.logs.back().last_at = kNoon - 10 * kMinute - 1;
  EXPECT_EQ(Until(view), kNoon);
  // What is behind is the service.
  view.logs.back().unread_bytes = 1;
  EXPECT_EQ(Until(view), kNoon - 10 * kMinute - 1);
  // There is no other.
  view.logs = {Followed(3, kNoon - 30 * kMinute), Followed(4, kNoon - 20 * kMinute)};
  EXPECT_EQ(Until(view), kNoon - 20 * kMinute);
}

TEST(CompleteUntilTest, ALogOfYesterdayThatSomebodyImportsHoldsNobodyBack) {
  ProverView view = OpenView();  // its epoch began ten minutes ago
  view.logs.push_back(Followed(3, kNoon - 70 * kMinute));
  view.logs.back().unread_bytes = 1'000'000;
  EXPECT_EQ(Until(view), kNoon - 70 * kMinute);
  view.logs.back().last_at = kNoon - 70 * kMinute - 1;
  EXPECT_EQ(Until(view), kNoon);
  // Nor where it tells of an epoch that nobody knew.
  view.epochs.insert(view.epochs.begin(), view.epochs[0]);
  view.epochs[0].epoch = 3020;
  view.epochs[0].begin = kNoon - 20 * 60 * kMinute;
  view.logs.back().last_at = kNoon - 20 * 60 * kMinute;
  EXPECT_EQ(Until(view), kNoon);
}

TEST(CompleteUntilTest, ItDoesNotGoBack) {
  ProverView view = OpenView();
  std::optional<UnixMillis> known;
  EXPECT_EQ(CompleteUntil(view, known), kNoon);
  view.now += kMinute;
  view.logs.push_back(Followed(3, kNoon - 20 * kMinute));
  view.logs.back().unread_bytes = 1'000'000;
  EXPECT_EQ(CompleteUntil(view, known), kNoon);
  // Of when nobody is followed nothing is kept: the first log of a new prover is an old one.
  view.logs = {Followed(1, kNoon - 20 * 60 * kMinute)};
  view.logs[0].last_at.reset();
  view.epochs.clear();
  known.reset();
  EXPECT_EQ(CompleteUntil(view, known), kNoon);
  view.logs[0].last_at = kNoon - 20 * 60 * kMinute;
  EXPECT_EQ(CompleteUntil(view, known), kNoon - 20 * 60 * kMinute);
}

// All logs are as old as the service was away, and come back one after the other.
TEST(CompleteUntilTest, AfterTheServiceWasAwayThoseAreWaitedForThatWereThere) {
  ProverView view = OpenView();
  for (LogView& log : view.logs) log.last_at = log.received_at = log.seen_at = kNoon;
  LogView dead = Followed(3, kNoon - 40 * kMinute);
  dead.received_at = dead.seen_at = kNoon - 40 * kMinute;
  view.logs.push_back(dead);
  view.listens_since = kNoon + 15 * kMinute;
  view.now = view.listens_since + 10 * kSecond;
  EXPECT_EQ(Until(view), kNoon);
  view.logs[0].last_at = view.logs[0].received_at = view.now;
  EXPECT_EQ(Until(view), kNoon);
  // One that is there is behind for as long as it is.
  for (LogView& log : view.logs) log.received_at = view.now;
  view.logs.pop_back();
  view.now += kMinute;
  EXPECT_EQ(Until(view), kNoon);
  // One that does not come back is not waited for.
  view.logs[1].received_at = view.logs[1].seen_at = kNoon;
  view.logs[2].received_at = view.logs[2].seen_at = view.logs[2].last_at = view.now;
  view.now = view.listens_since + 2 * kMinute;
  EXPECT_EQ(Until(view), kNoon);
  view.now += 1;
  EXPECT_EQ(Until(view), view.listens_since + 10 * kSecond);
}

}  // namespace
}  // namespace proverlog
