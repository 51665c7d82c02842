#include "server/normalize/step_budget.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <vector>

namespace proverlog {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;
constexpr UnixMillis kStart = 1795226400000;

// A stream that took so many bytes for so long, and has `behind` more.
PendingStream Stream(int64_t id, int64_t bytes, std::optional<Millis> length, int64_t behind) {
  PendingStream stream;
  stream.labels.stream_id = id;
  stream.progress.offset = bytes;
  stream.committed_offset = bytes + behind;
  if (length) {
    stream.progress.counts.first_at = kStart;
    stream.progress.counts.last_at = kStart + *length;
  }
  return stream;
}

// The instant up to which the stream is read with its share, if it goes on as until now.
Millis LengthAfter(const StepBudget& budget, const PendingStream& stream) {
  const auto length = *stream.progress.counts.last_at - *stream.progress.counts.first_at;
  return (stream.progress.offset + budget.ShareOf(stream)) * length / stream.progress.offset;
}

// But for what is rounded.
void ExpectBytes(int64_t bytes, int64_t expected) { EXPECT_LE(std::abs(bytes - expected), 4); }

TEST(StepBudget, GivesEachAllItHasWhereThatIsNoMoreThanAStep) {
  const std::vector<PendingStream> streams = {Stream(1, kMiB, 1000, kMiB),
                                              Stream(2, 0, std::nullopt, 7 * kMiB)};
  const StepBudget budget(streams, kMostBytesAStep);
  EXPECT_GE(budget.ShareOf(streams[0]), kMiB);
  EXPECT_GE(budget.ShareOf(streams[1]), 7 * kMiB);
}

TEST(StepBudget, BringsLogsToOneInstant) {
  // The first has three times the bytes of the second for the same time, and came half as far.
  const std::vector<PendingStream> streams = {Stream(1, 30 * kMiB, 50'000, 300 * kMiB),
                                              Stream(2, 20 * kMiB, 100'000, 80 * kMiB)};
  StepBudget budget(streams, kMostBytesAStep);
  EXPECT_GT(LengthAfter(budget, streams[0]), 95'000);

  const std::vector<PendingStream> next = {Stream(1, 60 * kMiB, 100'000, 270 * kMiB),
                                           Stream(2, 20 * kMiB, 100'000, 80 * kMiB)};
  budget = StepBudget(next, kMostBytesAStep);
  EXPECT_LE(std::abs(LengthAfter(budget, next[0]) - LengthAfter(budget, next[1])), 1);
  ExpectBytes(budget.ShareOf(next[0]) + budget.ShareOf(next[1]), kMostBytesAStep);
}

TEST(StepBudget, ALogOfLongAgoDoesNotHoldUpOthers) {
  constexpr Millis kYear = Millis{365} * 86'400'000;
  const std::vector<PendingStream> streams = {Stream(1, 10 * kMiB, 1000, 100 * kMiB),
                                              Stream(2, 10 * kMiB, kYear, 100 * kMiB)};
  const StepBudget budget(streams, kMostBytesAStep);
  ExpectBytes(budget.ShareOf(streams[0]), kMostBytesAStep * 3 / 4);
  ExpectBytes(budget.ShareOf(streams[1]), kMostBytesAStep / 4);
}

TEST(StepBudget, GivesALogWithoutInstantsItsPartOfTheBacklog) {
  const std::vector<PendingStream> streams = {Stream(1, 0, std::nullopt, 100 * kMiB),
                                              Stream(2, kMiB, 0, 100 * kMiB),
                                              Stream(3, kMiB, 1000, 200 * kMiB)};
  const StepBudget budget(streams, kMostBytesAStep);
  ExpectBytes(budget.ShareOf(streams[0]), kMostBytesAStep / 4);
  ExpectBytes(budget.ShareOf(streams[1]), kMostBytesAStep / 4);
  ExpectBytes(budget.ShareOf(streams[2]), kMostBytesAStep / 2);
}

TEST(StepBudget, GivesNoMoreThanIsLeft) {
  const std::vector<PendingStream> streams = {Stream(1, 0, std::nullopt, 100 * kMiB),
                                              Stream(2, 0, std::nullopt, 1)};
  StepBudget budget(streams, kMostBytesAStep);
  EXPECT_EQ(budget.ShareOf(streams[1]), int64_t{64} << 10);
  budget.Spend(kMostBytesAStep - 10);
  EXPECT_EQ(budget.ShareOf(streams[0]), 10);
  EXPECT_FALSE(budget.is_spent());
  budget.Spend(10);
  EXPECT_TRUE(budget.is_spent());
}

}  // namespace
}  // namespace proverlog
