#include "model/attempt.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using testing_util::At;
using K = FactKind;

std::vector<Attempt> Pair(std::vector<Fact> facts) {
  std::vector<Fact> set;
  UniteFacts(std::move(facts), set);
  return PairAttempts(set);
}

TEST(AttemptTest, AStartAndItsCompletion) {
  const auto attempts = Pair({At(10, K::kStarted), At(35, K::kAgentCompleted)});
  ASSERT_EQ(attempts.size(), 1U);
  EXPECT_EQ(attempts[0].started_at, 10);
  EXPECT_EQ(attempts[0].ended_at, 35);
  EXPECT_EQ(attempts[0].ended_by, K::kAgentCompleted);
  EXPECT_FALSE(attempts[0].ambiguous);
}

TEST(AttemptTest, TheControllersLineIsNoSecondStart) {
  const auto attempts =
      Pair({At(10, K::kStarted), At(11, K::kControllerStarted), At(35, K::kAgentCompleted)});
  ASSERT_EQ(attempts.size(), 1U);
  EXPECT_EQ(attempts[0].started_at, 10);
}

TEST(AttemptTest, TheControllersLineProvesAStartThatTheAgentDidNotLog) {
  const auto attempts = Pair({At(11, K::kControllerStarted), At(35, K::kAgentCompleted)});
  ASSERT_EQ(attempts.size(), 1U);
  EXPECT_EQ(attempts[0].started_at, 11);
}

TEST(AttemptTest, AFailureEndsItsAttemptBeforeTheNextOneOfTheSameMillisecondStarts) {
  const auto attempts = Pair({At(10, K::kStarted), At(20, K::kAgentFailed), At(20, K::kStarted),
                              At(30, K::kAgentCompleted)});
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].ended_by, K::kAgentFailed);
  EXPECT_EQ(attempts[0].ended_at, 20);
  EXPECT_EQ(attempts[1].started_at, 20);
  EXPECT_EQ(attempts[1].ended_at, 30);
  EXPECT_FALSE(attempts[0].ambiguous);
  EXPECT_FALSE(attempts[1].ambiguous);
}

TEST(AttemptTest, AnAttemptMayTakeNoTime) {
  const auto attempts = Pair({At(10, K::kStarted), At(10, K::kAgentCompleted)});
  ASSERT_EQ(attempts.size(), 1U);
  EXPECT_EQ(attempts[0].started_at, attempts[0].ended_at);
}

TEST(AttemptTest, OverlappingAttemptsOfOneProcessAreAmbiguous) {
  const auto attempts = Pair({At(10, K::kStarted), At(20, K::kStarted), At(30, K::kAgentCompleted),
                              At(40, K::kAgentCompleted)});
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_TRUE(attempts[0].ambiguous);
  EXPECT_TRUE(attempts[1].ambiguous);
}

TEST(AttemptTest, AmbiguityEndsWhenNoAttemptIsOpen) {
  const auto attempts =
      Pair({At(10, K::kStarted), At(20, K::kStarted), At(30, K::kAgentFailed),
            At(40, K::kAgentFailed), At(50, K::kStarted), At(60, K::kAgentCompleted)});
  ASSERT_EQ(attempts.size(), 3U);
  EXPECT_TRUE(attempts[1].ambiguous);
  EXPECT_FALSE(attempts[2].ambiguous);
}

TEST(AttemptTest, ManyOverlappingAttemptsTakeLinearTime) {
  constexpr int kMany = 200'000;  // in quadratic time, minutes
  std::vector<Fact> facts;
  for (int i = 0; i < kMany; ++i) facts.push_back(At(i, K::kStarted));
  for (int i = 0; i < kMany; ++i) facts.push_back(At(kMany + i, K::kAgentFailed));
  const auto attempts = PairAttempts(facts);
  ASSERT_EQ(attempts.size(), static_cast<size_t>(kMany));
  EXPECT_TRUE(attempts.front().ambiguous);
  EXPECT_TRUE(attempts.back().ambiguous);
  EXPECT_EQ(attempts.back().ended_at, 2 * kMany - 1);
}

TEST(AttemptTest, OverlappingAttemptsOfTwoProcessesAreNot) {
  const auto attempts =
      Pair({At(10, K::kStarted).On("a"), At(20, K::kStarted).On("b"),
            At(30, K::kAgentCompleted).On("b"), At(40, K::kAgentCompleted).On("a")});
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].origin.machine, "a");
  EXPECT_EQ(attempts[0].ended_at, 40);
  EXPECT_EQ(attempts[1].origin.machine, "b");
  EXPECT_EQ(attempts[1].ended_at, 30);
  EXPECT_FALSE(attempts[0].ambiguous);
}

TEST(AttemptTest, ASupersededJobsAttemptEndsOnceThoughTwoLinesTellIt) {
  const auto attempts = Pair(
      {At(10, K::kStarted), At(20, K::kAgentAborted), At(20, K::kSuperseded), At(25, K::kStarted)});
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].ended_by, K::kAgentAborted);
  EXPECT_FALSE(attempts[1].ended_at);
}

TEST(AttemptTest, WithoutTheControllersLineTheAgentsTellsThatAnAttemptWasGivenUp) {
  const auto attempts = Pair({At(10, K::kStarted), At(20, K::kSuperseded)});
  ASSERT_EQ(attempts.size(), 1U);
  EXPECT_EQ(attempts[0].ended_by, K::kSuperseded);
}

TEST(AttemptTest, AStartAndAnEndInTwoLogsOfOneMachineBelongTogether) {
  const auto attempts = Pair(
      {At(10, K::kStarted).On("a", "a.log", 1), At(30, K::kAgentCompleted).On("a", "a.log", 2)});
  ASSERT_EQ(attempts.size(), 1U);
  EXPECT_EQ(attempts[0].ended_at, 30);
}

TEST(AttemptTest, TwoLogsOfOneNameAreTwoProcesses) {
  const auto attempts =
      Pair({At(10, K::kStarted).On("a", "stdin", 1), At(20, K::kStarted).On("a", "stdin", 2),
            At(30, K::kAgentCompleted).On("a", "stdin", 2)});
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_FALSE(attempts[0].ended_at);
  EXPECT_EQ(attempts[1].ended_at, 30);
  EXPECT_FALSE(attempts[1].ambiguous);
}

TEST(AttemptTest, ANamedProcessIsOneInAnyNumberOfLogs) {
  const auto attempts =
      Pair({At(10, K::kStarted).On("a", "host/1", 1), At(20, K::kStarted).On("a", "host/2", 1),
            At(30, K::kAgentCompleted).On("a", "host/1", 2),
            At(40, K::kAgentCompleted).On("a", "host/2", 2)});
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].ended_at, 30);
  EXPECT_EQ(attempts[1].ended_at, 40);
}

TEST(AttemptTest, TwoNamedProcessesAreNotOne) {
  const auto attempts = Pair(
      {At(10, K::kStarted).On("a", "host/1", 1), At(30, K::kAgentCompleted).On("a", "host/2", 2)});
  EXPECT_EQ(attempts.size(), 2U);
}

TEST(AttemptTest, AStartAndAnEndOnTwoMachinesDoNot) {
  const auto attempts = Pair({At(10, K::kStarted).On("a"), At(30, K::kAgentCompleted).On("b")});
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_FALSE(attempts[0].ended_at);
  EXPECT_FALSE(attempts[1].started_at);
}

TEST(AttemptTest, AnEndBeforeTheStartInAnotherLogIsNotIts) {
  const auto attempts = Pair(
      {At(30, K::kStarted).On("a", "a.log", 1), At(10, K::kAgentCompleted).On("a", "a.log", 2)});
  EXPECT_EQ(attempts.size(), 2U);
}

TEST(AttemptTest, BrokerFactsMakeNoAttempt) {
  EXPECT_TRUE(Pair({At(1, K::kEnqueued), At(2, K::kTimedOut), At(3, K::kCompleted)}).empty());
}

}  // namespace
}  // namespace proverlog
