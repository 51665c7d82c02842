#include "server/query/completeness.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "model/time.h"
#include "rpc/convert.h"
#include "server/query/query_fixture.h"

namespace proverlog {
namespace {

class CompletenessTest : public QueryTest {
 protected:
  // A log with a record a minute, from 02:00 on.
  static std::string Log(int minutes) {
    std::string log;
    for (int i = 0; i < minutes; ++i) {
      absl::StrAppend(&log, "[02:", absl::Dec(i, absl::kZeroPad2),
                      ":00.000] INFO: prover-client:proving-broker New proving job id=7:A:",
                      absl::Hex(i, absl::kZeroPad4), " epochNumber=7\n");
    }
    return log;
  }

  v1::Completeness Ask(int from_minute, int to_minute) {
    const EpochWindow window{kSomeDay + from_minute * kMinute, kSomeDay + to_minute * kMinute};
    const auto completeness =
        CompletenessOf(store_, *store_.FindProver("demo"), window, absl::InfiniteFuture());
    EXPECT_TRUE(completeness.ok()) << completeness.status();
    return *completeness;
  }
};

TEST_F(CompletenessTest, ALogThatGoesOnBehindTheTimeIsCurrent) {
  Import("m", "a.log", Log(10));
  const v1::Completeness completeness = Ask(2, 8);
  EXPECT_TRUE(completeness.complete());
  ASSERT_EQ(completeness.sources_size(), 1);
  EXPECT_EQ(completeness.sources(0).condition(), v1::SOURCE_CONDITION_CURRENT);
  EXPECT_EQ(completeness.sources(0).stream().source(), "a.log");
}

TEST_F(CompletenessTest, ALogThatIsNotReadToItsEndIsLate) {
  Import("m", "a.log", Log(10));
  Archive("other", "b.log", Log(10));
  const v1::Completeness completeness = Ask(2, 8);
  EXPECT_FALSE(completeness.complete());
  ASSERT_EQ(completeness.sources_size(), 2);
  EXPECT_EQ(completeness.sources(0).stream().source(), "b.log");
  EXPECT_EQ(completeness.sources(0).condition(), v1::SOURCE_CONDITION_LATE);
}

// It wrote a record a minute: twenty minutes are too long.
TEST_F(CompletenessTest, ALogThatEndedBeforeTheTimeDidIsSilentUnlessItsSenderIsThere) {
  const StreamKey key = Import("m", "a.log", Log(10));
  EXPECT_TRUE(Ask(2, 600).complete());  // it was received later, and there was no more
  database_.Sql(absl::StrCat("UPDATE stream_position SET received_at = ", kSomeDay));
  EXPECT_TRUE(Ask(2, 29).complete());
  ASSERT_EQ(Ask(2, 30).sources(0).condition(), v1::SOURCE_CONDITION_SILENT);
  EXPECT_FALSE(Ask(2, 30).complete());
  ASSERT_TRUE(archive_.NoteSeen({key}, kSomeDay + 25 * kMinute).ok());
  EXPECT_TRUE(Ask(2, 30).complete());
  EXPECT_EQ(Ask(2, 50).sources(0).condition(), v1::SOURCE_CONDITION_SILENT);
}

TEST_F(CompletenessTest, NorIfItWasSaidToHaveEnded) {
  const StreamKey key = Archive("m", "a.log", Log(10));
  StreamAdvance seal;
  seal.stream = key;
  seal.generation = 1;
  seal.begin_offset = seal.end_offset = static_cast<int64_t>(Log(10).size());
  seal.seals = true;
  ASSERT_TRUE(archive_.Advance({seal})->front());
  Normalize(key.prover_id);
  EXPECT_TRUE(Ask(2, 600).complete());
}

TEST_F(CompletenessTest, MissingBytesAreLost) {
  const StreamKey key = Import("m", "a.log", Log(10));
  StreamAdvance advance;
  advance.stream = key;
  advance.generation = 1;
  advance.begin_offset = static_cast<int64_t>(Log(10).size());
  advance.end_offset = advance.begin_offset + 5;
  advance.gaps = {{advance.begin_offset, advance.end_offset, GapReason::kDropped}};
  ASSERT_TRUE(archive_.Advance({advance})->front());
  Normalize(key.prover_id);
  EXPECT_EQ(Ask(2, 8).sources(0).condition(), v1::SOURCE_CONDITION_LOST);
}

TEST_F(CompletenessTest, OfLinesOnlyTheLogsThatAreAskedForCount) {
  const StreamKey key = Import("m", "a.log", Log(10));
  Import("m", "b.log", "[02:00:00.000] INFO: b Another log\n" + Log(10));
  Archive("m", "late.log", "[02:00:00.000] INFO: b A third one\n" + Log(10));
  v1::ListLinesRequest request;
  request.set_machine("m");
  *request.mutable_start_time() = ToProtoTimestamp(kSomeDay);
  *request.mutable_end_time() = ToProtoTimestamp(kSomeDay + 5 * kMinute);
  const auto ask = [&] { return handler_.ListLines(request)->completeness(); };
  EXPECT_FALSE(ask().complete());
  EXPECT_EQ(ask().sources_size(), 3);
  request.set_source("a.log");
  EXPECT_TRUE(ask().complete());
  ASSERT_EQ(ask().sources_size(), 1);
  EXPECT_EQ(ask().sources(0).stream().stream_id(), key.stream_id);
  request = {};
  request.set_stream_id(key.stream_id);
  request.set_around_offset(0);
  ASSERT_EQ(ask().sources_size(), 1);
  EXPECT_EQ(ask().sources(0).stream().stream_id(), key.stream_id);
}

TEST_F(CompletenessTest, ALogOfAnotherTimeDoesNotCount) {
  Import("m", "a.log", Log(10));
  EXPECT_EQ(Ask(11, 12).sources_size(), 0);
}

// What it would have told of the time nobody knows, though none of its records is of it.
TEST_F(CompletenessTest, ALogThatFellSilentBeforeTheTimeIsMissedForADay) {
  const StreamKey key = Import("m", "a.log", Log(10));
  database_.Sql(absl::StrCat("UPDATE stream_position SET received_at = ", kSomeDay));
  const auto silent = [&](int from_minute, int to_minute) {
    const v1::Completeness completeness = Ask(from_minute, to_minute);
    EXPECT_EQ(completeness.complete(), completeness.sources_size() == 0);
    return completeness.sources_size() == 1 &&
           completeness.sources(0).condition() == v1::SOURCE_CONDITION_SILENT;
  };
  EXPECT_TRUE(silent(60, 120));
  constexpr int kDay = 1440;
  EXPECT_TRUE(silent(9 + kDay, 120 + kDay));  // its last record is of the ninth minute
  EXPECT_FALSE(silent(10 + kDay, 120 + kDay));
  // Its sender was there throughout.
  ASSERT_TRUE(archive_.NoteSeen({key}, kSomeDay + 121 * kMinute).ok());
  EXPECT_FALSE(silent(60, 120));
}

TEST_F(CompletenessTest, AnEpochMissesALogThatFellSilentBeforeIt) {
  Import("m", "broker.log", Log(10));
  Import("m", "node.log",
         "[01:59:59.944] INFO: prover-node Started\n[01:59:59.945] INFO: prover-node Still here\n");
  database_.Sql(absl::StrCat("UPDATE stream_position SET received_at = ", kSomeDay,
                             " FROM stream s WHERE s.stream_id = stream_position.stream_id"
                             " AND s.source = 'node.log'"));
  const auto state = store_.LoadEpochState(*store_.FindProver("demo"), 7, 1000);
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->streams.size(), 2U);
}

}  // namespace
}  // namespace proverlog
