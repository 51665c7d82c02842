#include "analysis/machine_failures.h"

#include <gtest/gtest.h>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using K = FactKind;
using testing_util::At;

TEST(MachineFailuresTest, EachFailureIsTheMachinesThatRanTheJobThen) {
  const Job job = DeriveJob(
      {7, "A", "aa"},
      {At(10, K::kStarted).On("m1"), At(20, K::kAgentFailed).On("m1").Detail("SIGKILL").Retry(true),
       At(21, K::kRetried).On("broker"), At(30, K::kStarted).On("m2"),
       At(60, K::kTimedOut).On("broker").Retry(true), At(70, K::kStarted).On("m1"),
       At(80, K::kAgentFailed).On("m1").Detail("Cannot satisfy constraint").Retry(false),
       At(81, K::kFailed).On("broker").Detail("Cannot satisfy constraint")});
  using Failures = std::map<CauseKind, int32_t>;
  EXPECT_EQ(FailuresOn("m1", {job, job}),
            (Failures{{CauseKind::kKilled, 2}, {CauseKind::kConstraint, 2}}));
  EXPECT_EQ(FailuresOn("m2", {job}), (Failures{{CauseKind::kAgentLost, 1}}));
  EXPECT_EQ(FailuresOn("broker", {job}), Failures());
}

}  // namespace
}  // namespace proverlog
