#include "model/fact.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using testing_util::At;
using K = FactKind;

TEST(FactTest, EveryKindHasANameThatReadsBack) {
  for (const FactKind kind : kAllFactKinds) {
    EXPECT_EQ(ParseFactKind(FactKindName(kind)), kind);
  }
  EXPECT_EQ(ParseFactKind("agent_completed"), K::kAgentCompleted);
  EXPECT_FALSE(ParseFactKind("none_of_them"));
}

TEST(FactTest, UnitingOrdersByInstantThenRankThenAttempt) {
  std::vector<Fact> facts;
  UniteFacts({At(2, K::kStarted), At(1, K::kCancelled), At(1, K::kEnqueued),
              At(1, K::kRetried).Attempt(2), At(1, K::kRetried).Attempt(1)},
             facts);
  ASSERT_EQ(facts.size(), 5U);
  EXPECT_EQ(facts[0].kind, K::kEnqueued);
  EXPECT_EQ(facts[1].attempt, 1);
  EXPECT_EQ(facts[2].attempt, 2);
  EXPECT_EQ(facts[3].kind, K::kCancelled);
  EXPECT_EQ(facts[4].kind, K::kStarted);
}

// Two tellings of one fact that differ in everything but its key.
std::vector<Fact> Tellings() {
  return {At(1, K::kAgentFailed).On("b", "x").Detail("short"),
          At(1, K::kAgentFailed).On("a", "y").Retry(false),
          At(1, K::kAgentFailed).On("c").Retry(true).Detail("a longer one"),
          At(1, K::kAgentFailed).On("a", "x")};
}

TEST(FactTest, TellingsOfOneFactMergeTheSameWayInEveryOrderAndGrouping) {
  std::vector<Fact> tellings = Tellings();
  std::vector<Fact> expected;
  UniteFacts(tellings, expected);
  ASSERT_EQ(expected.size(), 1U);
  EXPECT_EQ(expected[0].origin.machine, "a");
  EXPECT_EQ(expected[0].origin.process, "x");
  EXPECT_EQ(expected[0].detail, "a longer one");
  EXPECT_EQ(expected[0].will_retry, true);

  std::vector<int> order = {0, 1, 2, 3};
  do {
    for (size_t split = 0; split <= order.size(); ++split) {
      std::vector<Fact> left;
      std::vector<Fact> right;
      for (size_t i = 0; i < order.size(); ++i) {
        UniteFacts({tellings[static_cast<size_t>(order[i])]}, i < split ? left : right);
      }
      UniteFacts(right, left);
      UniteFacts(left, left);  // repetition changes nothing
      EXPECT_EQ(left, expected);
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(FactTest, DifferentMillisecondOrAttemptIsAnotherFact) {
  std::vector<Fact> facts;
  UniteFacts(
      {At(1, K::kRetried).Attempt(1), At(2, K::kRetried).Attempt(1), At(1, K::kRetried).Attempt(2)},
      facts);
  EXPECT_EQ(facts.size(), 3U);
}

TEST(FactTest, UnitingNothingWithNothingIsNothing) {
  std::vector<Fact> facts;
  UniteFacts({}, facts);
  EXPECT_TRUE(facts.empty());
}

}  // namespace
}  // namespace proverlog
