#include "server/query/completeness.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
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

  static constexpr UnixMillis kMinute = 60'000;
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

TEST_F(CompletenessTest, ALogOfAnotherTimeDoesNotCount) {
  Import("m", "a.log", Log(10));
  EXPECT_EQ(Ask(11, 12).sources_size(), 0);
}

}  // namespace
}  // namespace proverlog
