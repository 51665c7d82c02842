#include "analysis/clock_skew.h"

#include <gtest/gtest.h>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using K = FactKind;
using testing_util::At;

Job On(std::vector<Fact> facts) {
  std::sort(facts.begin(), facts.end(), FactOrder);
  return DeriveJob({7, "A", "aa"}, std::move(facts));
}

// On b, whose clock is ahead of a's; the job waited for `wait` and its result came after `way`.
Job Ran(Millis ahead, Millis wait, Millis way) {
  return On({At(1000, K::kEnqueued).On("a"), At(1000 + wait + ahead, K::kStarted).On("b"),
             At(5000 + ahead, K::kAgentCompleted).On("b"),
             At(5000 + way, K::kCompleted).On("a").Attempt(1)});
}

TEST(ClockSkewTest, TheTightestPairsBoundTheOffset) {
  const ClockOffsets offsets = EstimateClockOffsets({Ran(300, 50, 20), Ran(300, 10, 40)});
  ASSERT_EQ(offsets.size(), 1U);
  const ClockOffset& offset = offsets.at({"a", "b"});
  EXPECT_EQ(offset.at_least, 300 - 20 - 1);
  EXPECT_EQ(offset.at_most, 300 + 10 + 1);
  EXPECT_EQ(offset.pairs, 4);
  EXPECT_FALSE(offset.Moved());
}

TEST(ClockSkewTest, AClockThatWasSetFitsNoOffset) {
  const ClockOffsets offsets = EstimateClockOffsets({Ran(300, 10, 10), Ran(-300, 10, 10)});
  EXPECT_TRUE(offsets.at({"a", "b"}).Moved());
}

TEST(ClockSkewTest, OneMachineTellsNothingOfItself) {
  EXPECT_TRUE(EstimateClockOffsets({On({At(1, K::kEnqueued), At(2, K::kStarted),
                                        At(3, K::kAgentCompleted), At(4, K::kCompleted)})})
                  .empty());
}

TEST(ClockSkewTest, OnlyLinesThatBelongTogetherTell) {
  const Fact enqueued = At(1000, K::kEnqueued).On("a");
  const Fact started = At(1010, K::kStarted).On("b");
  const Fact again = At(1500, K::kEnqueued).On("a");
  EXPECT_FALSE(EstimateClockOffsets({On({enqueued, started})}).empty());
  EXPECT_TRUE(EstimateClockOffsets({On({enqueued, started, again})}).empty());
  EXPECT_TRUE(EstimateClockOffsets({On({enqueued, started, At(1, K::kRestored).On("a")})}).empty());
  EXPECT_TRUE(EstimateClockOffsets({On({enqueued, started, At(1, K::kRevived).On("a")})}).empty());

  const Fact by_agent = At(2000, K::kAgentCompleted).On("b");
  const Fact by_broker = At(2010, K::kCompleted).On("a").Attempt(1);
  EXPECT_FALSE(EstimateClockOffsets({On({by_agent, by_broker})}).empty());
  EXPECT_TRUE(
      EstimateClockOffsets({On({by_agent, At(2010, K::kCompleted).On("a").Attempt(2)})}).empty());
  EXPECT_TRUE(
      EstimateClockOffsets({On({by_agent, by_broker, At(3, K::kAgentCompleted).On("c")})}).empty());
}

// A job that was tried again bounds by the first start on each machine.
TEST(ClockSkewTest, EveryStartIsAfterTheEnqueue) {
  const ClockOffsets offsets = EstimateClockOffsets(
      {On({At(1000, K::kEnqueued).On("a"), At(1010, K::kStarted).On("b"),
           At(1020, K::kAgentFailed).On("b").Retry(true), At(1030, K::kRetried).On("a"),
           At(1040, K::kStarted).On("c"), At(1050, K::kAgentFailed).On("c").Retry(true),
           At(1060, K::kStarted).On("b")})});
  EXPECT_EQ(offsets.at({"a", "b"}).at_most, 11);
  EXPECT_EQ(offsets.at({"a", "c"}).at_most, 41);
  EXPECT_EQ(offsets.at({"a", "c"}).at_least, std::nullopt);
}

TEST(ClockSkewTest, SeenFromTheOtherMachineTheSignTurns) {
  const ClockOffsets offsets = EstimateClockOffsets({Ran(300, 10, 20)});
  EXPECT_EQ(OffsetsFrom("a", offsets).at("b"), (ClockOffset{279, 311, 2}));
  EXPECT_EQ(OffsetsFrom("b", offsets).at("a"), (ClockOffset{-311, -279, 2}));
  EXPECT_TRUE(OffsetsFrom("c", offsets).empty());
  // Both machines have a broker and agents.
  EXPECT_EQ(OffsetsFrom("a", {{{"a", "b"}, {279, 311, 2}}, {{"b", "a"}, {-300, 5, 2}}}).at("b"),
            (ClockOffset{279, 300, 4}));
}

}  // namespace
}  // namespace proverlog
