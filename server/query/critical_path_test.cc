// QueryService.GetCriticalPath on logs in a database.

#include "server/query/critical_path.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "server/query/query_fixture.h"

namespace proverlog {
namespace {

class CriticalPathTest : public QueryTest {
 protected:
  absl::StatusOr<v1::GetCriticalPathResponse> PathOf(int32_t epoch) {
    v1::GetCriticalPathRequest request;
    request.set_epoch(epoch);
    return handler_.GetCriticalPath(request);
  }
};

constexpr char kBroker[] =
    "[03:00:00.000] INFO: b New proving job id=7:PUBLIC_VM:aa epochNumber=7\n"
    "[03:00:00.500] INFO: b New proving job id=7:PUBLIC_VM:bb epochNumber=7\n"
    "[03:00:09.990] INFO: b Proving job complete id=7:PUBLIC_VM:aa type=PUBLIC_VM totalAttempts=1\n"
    "[03:00:10.000] INFO: b Proving job complete id=7:PUBLIC_VM:bb type=PUBLIC_VM totalAttempts=1\n"
    "[03:00:10.030] INFO: b New proving job id=7:PUBLIC_TX_BASE_ROLLUP:cc epochNumber=7\n"
    "[03:00:20.000] INFO: b Proving job complete id=7:PUBLIC_TX_BASE_ROLLUP:cc "
    "type=PUBLIC_TX_BASE_ROLLUP totalAttempts=1\n";
constexpr char kAgent[] =
    "[03:00:02.500] INFO: a Starting job id=7:PUBLIC_VM:bb type=PUBLIC_VM inputsUri=x\n"
    "[03:00:09.900] INFO: a Job id=7:PUBLIC_VM:bb type=PUBLIC_VM completed outputUri=x\n";

TEST_F(CriticalPathTest, EachLinkSaysWhereItsTimeWent) {
  Import("prover-a", "broker.log", kBroker);
  Import("prover-b", "agent.log", kAgent);
  const auto path = PathOf(7);
  ASSERT_TRUE(path.ok()) << path.status();
  EXPECT_EQ(path->prover(), "demo");
  EXPECT_EQ(path->outcome(), v1::EPOCH_OUTCOME_INCOMPLETE);
  EXPECT_FALSE(path->ends_with_root());
  EXPECT_EQ(path->lead_time().nanos(), 500'000'000);
  ASSERT_EQ(path->links_size(), 2);
  EXPECT_EQ(path->link_count(), 2);
  const v1::PathLink& first = path->links(0);
  EXPECT_EQ(first.job(), "7:PUBLIC_VM:bb");
  EXPECT_EQ(first.state(), v1::JOB_STATE_COMPLETED);
  EXPECT_EQ(first.machine(), "prover-b");
  EXPECT_EQ(first.agent_process(), "agent.log");
  EXPECT_EQ(first.attempts(), 1);
  EXPECT_EQ(first.parts().queueing().seconds(), 2);
  EXPECT_EQ(first.parts().running().seconds(), 7);
  EXPECT_EQ(first.parts().reporting().nanos(), 100'000'000);
  const v1::PathLink& last = path->links(1);
  EXPECT_EQ(last.rivals(), 1);
  EXPECT_EQ(last.parts().handing_over().nanos(), 30'000'000);
  EXPECT_EQ(last.parts().unknown().nanos(), 970'000'000);
  EXPECT_FALSE(last.across_machines());
  EXPECT_EQ(path->inferred(), 1);
  EXPECT_EQ(path->ambiguous(), 1);
  EXPECT_EQ(path->totals().handing_over().nanos(), 30'000'000);
  ASSERT_EQ(path->costliest_size(), 2);
  EXPECT_EQ(path->costliest(0).job(), "7:PUBLIC_TX_BASE_ROLLUP:cc");
  EXPECT_EQ(path->completeness().sources_size(), 2);
}

TEST_F(CriticalPathTest, WhatIsKeptIsFoundAnewWhereTheEpochChanged) {
  Import("prover-a", "broker.log", kBroker);
  EpochCache cache(size_t{1} << 20);
  QueryHandler cached(&store_, &cache);
  v1::GetCriticalPathRequest request;
  request.set_epoch(7);
  for (const char* agent : {"", kAgent}) {
    if (*agent != '\0') Import("prover-b", "agent.log", agent);
    const auto expected = handler_.GetCriticalPath(request);
    for (int i = 0; i < 2; ++i) {
      const auto path = cached.GetCriticalPath(request);
      ASSERT_TRUE(path.ok()) << path.status();
      EXPECT_EQ(path->totals().DebugString(), expected->totals().DebugString());
      EXPECT_EQ(path->links(0).machine(), *agent == '\0' ? "" : "prover-b");
      EXPECT_EQ(path->completeness().sources_size(), *agent == '\0' ? 1 : 2);
    }
  }
}

TEST_F(CriticalPathTest, AnEpochInWhichNothingEndedHasNone) {
  Import("prover-a", "broker.log",
         "[03:00:00.000] INFO: b New proving job id=8:A:aa epochNumber=8\n");
  const auto path = PathOf(8);
  ASSERT_TRUE(path.ok()) << path.status();
  EXPECT_EQ(path->links_size(), 0);
  EXPECT_FALSE(path->has_start_time());
  EXPECT_EQ(path->inferred(), 0);
}

TEST_F(CriticalPathTest, BadQuestionsAreRefused) {
  Import("prover-a", "broker.log", kBroker);
  const absl::Status negative = PathOf(-1).status();
  EXPECT_TRUE(absl::IsInvalidArgument(negative)) << negative;
  EXPECT_TRUE(absl::StartsWith(negative.message(), "epoch: -1 is negative")) << negative;
  const absl::Status unknown = PathOf(9).status();
  EXPECT_TRUE(absl::IsNotFound(unknown)) << unknown;
  EXPECT_TRUE(absl::StrContains(unknown.message(), "its latest is 7")) << unknown;
}

}  // namespace
}  // namespace proverlog
