#include "analysis/machine_comparison.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using testing_util::At;
using K = FactKind;

Job JobOf(int32_t epoch, const std::string& type, const std::string& name,
          std::vector<Fact> facts) {
  return DeriveJob({epoch, type, name}, std::move(facts));
}

// Proven on a machine between two instants.
Job Proven(const std::string& type, const std::string& name, const std::string& machine,
           UnixMillis from, UnixMillis to) {
  return JobOf(1, type, name,
               {At(from, K::kStarted).On(machine), At(to, K::kAgentCompleted).On(machine)});
}

TEST(MachineComparisonTest, SetsMachinesSideBySideByName) {
  const MachineComparison comparison =
      CompareMachines({Proven("A", "1", "slow", 0, 300), Proven("A", "2", "fast", 5, 25),
                       Proven("A", "3", "fast", 30, 40)});
  ASSERT_EQ(comparison.job_types.size(), 1U);
  EXPECT_EQ(comparison.job_types[0].type, "A");
  const auto& machines = comparison.job_types[0].machines;
  ASSERT_EQ(machines.size(), 2U);
  EXPECT_EQ(machines[0].machine, "fast");
  EXPECT_EQ(machines[0].started, 2);
  EXPECT_EQ(machines[0].completed, 2);
  EXPECT_EQ(machines[0].failed, 0);
  EXPECT_EQ(machines[0].duration.count, 2);
  EXPECT_DOUBLE_EQ(machines[0].duration.mean, 15);
  EXPECT_EQ(machines[1].machine, "slow");
  EXPECT_EQ(machines[1].started, 1);
  EXPECT_DOUBLE_EQ(machines[1].duration.max, 300);
}

TEST(MachineComparisonTest, HasTheSharesOfAllJobs) {
  const MachineComparison comparison = CompareMachines(
      {Proven("A", "1", "b", 0, 300), Proven("B", "1", "a", 5, 25),
       JobOf(2, "A", "1", {At(7, K::kStarted).On("a"), At(9, K::kAgentCompleted).On("a")})});
  ASSERT_EQ(comparison.machines.size(), 2U);
  EXPECT_EQ(comparison.machines[0].machine, "a");
  EXPECT_EQ(comparison.machines[0].completed, 2);
  EXPECT_EQ(comparison.machines[0].busy, 22);
  EXPECT_DOUBLE_EQ(comparison.machines[0].share, 2.0 / 3);
  EXPECT_EQ(comparison.machines[1].machine, "b");
  EXPECT_DOUBLE_EQ(comparison.machines[1].share, 1.0 / 3);
}

TEST(MachineComparisonTest, EachAttemptIsItsMachines) {
  const MachineComparison comparison = CompareMachines({JobOf(
      1, "A", "1",
      {At(0, K::kStarted).On("a"), At(5, K::kAgentFailed).On("a"), At(6, K::kStarted).On("b"),
       At(16, K::kAgentCompleted).On("b"), At(20, K::kStarted).On("c")})});
  ASSERT_EQ(comparison.job_types.size(), 1U);
  const auto& machines = comparison.job_types[0].machines;
  ASSERT_EQ(machines.size(), 3U);
  EXPECT_EQ(machines[0].started, 1);
  EXPECT_EQ(machines[0].completed, 0);
  EXPECT_EQ(machines[0].failed, 1);
  EXPECT_EQ(machines[0].duration.count, 0);
  EXPECT_EQ(machines[1].completed, 1);
  EXPECT_EQ(machines[1].failed, 0);
  EXPECT_DOUBLE_EQ(machines[1].duration.p50, 10);
  EXPECT_EQ(machines[2].started, 1);
  EXPECT_EQ(machines[2].completed, 0);
  EXPECT_EQ(machines[2].duration.count, 0);
}

TEST(MachineComparisonTest, AnUncertainStartGivesNoDuration) {
  const MachineComparison comparison = CompareMachines(
      {JobOf(1, "A", "1", {At(0, K::kStarted), At(1, K::kStarted), At(5, K::kAgentCompleted)})});
  ASSERT_EQ(comparison.job_types.size(), 1U);
  const MachineOnType& machine = comparison.job_types[0].machines[0];
  EXPECT_EQ(machine.started, 2);
  EXPECT_EQ(machine.completed, 1);
  EXPECT_EQ(machine.duration.count, 0);
  EXPECT_EQ(machine.duration.ambiguous, 1);
}

TEST(MachineComparisonTest, ACompletionWithoutAStartIsCountedAndGivesNoDuration) {
  const MachineComparison comparison =
      CompareMachines({JobOf(1, "A", "1", {At(5, K::kAgentCompleted)})});
  ASSERT_EQ(comparison.job_types.size(), 1U);
  const MachineOnType& machine = comparison.job_types[0].machines[0];
  EXPECT_EQ(machine.started, 0);
  EXPECT_EQ(machine.completed, 1);
  EXPECT_EQ(machine.duration.count, 0);
  EXPECT_EQ(machine.duration.ambiguous, 0);
}

TEST(MachineComparisonTest, TypesComeInTheOrderInWhichTheyAppear) {
  const MachineComparison comparison =
      CompareMachines({Proven("A", "1", "m", 300, 301), Proven("B", "1", "m", 200, 201),
                       Proven("C", "1", "m", 100, 101)});
  ASSERT_EQ(comparison.job_types.size(), 3U);
  EXPECT_EQ(comparison.job_types[0].type, "C");
  EXPECT_EQ(comparison.job_types[1].type, "B");
  EXPECT_EQ(comparison.job_types[2].type, "A");
}

TEST(MachineComparisonTest, TypesAndMachinesThatRanNothingAreLeftOut) {
  const MachineComparison comparison = CompareMachines(
      {JobOf(1, "A", "1",
             {At(0, K::kEnqueued).On("broker"), At(9, K::kCompleted).Attempt(1).On("broker")}),
       Proven("B", "1", "m", 1, 2), Proven("C", "1", "n", 3, 4)});
  ASSERT_EQ(comparison.job_types.size(), 2U);
  EXPECT_EQ(comparison.job_types[0].type, "B");
  ASSERT_EQ(comparison.job_types[0].machines.size(), 1U);
  EXPECT_EQ(comparison.job_types[0].machines[0].machine, "m");
  ASSERT_EQ(comparison.machines.size(), 2U);
}

TEST(MachineComparisonTest, OfNoJobsThereIsNothingToCompare) {
  EXPECT_TRUE(CompareMachines({}).machines.empty());
  EXPECT_TRUE(CompareMachines({}).job_types.empty());
}

}  // namespace
}  // namespace proverlog
