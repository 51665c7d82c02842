// QueryService.ListMachines and GetMachine on logs in a database.

#include "server/query/machines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "rpc/convert.h"
#include "server/query/query_fixture.h"

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kBroker[] =
    "[03:00:00.000] INFO: b Proving Broker started\n"
    "[03:00:01.000] INFO: b New proving job id=7:A:aa epochNumber=7\n"
    "[03:00:02.000] INFO: b New proving job id=7:A:bb epochNumber=7\n"
    "[03:00:20.010] INFO: b Retrying proving job id=7:A:bb type=A retry=1 err=Signal SIGKILL.\n"
    "[03:00:20.020] INFO: b Proving job complete id=7:A:aa type=A totalAttempts=1\n";
// Its clock is a second behind.
constexpr char kAgent[] =
    "[02:59:50.000] INFO: bb-prover Using native BB at /bb and working directory /tmp/bb-1\n"
    "[03:00:00.500] INFO: a Starting job id=7:A:aa type=A inputsUri=x\n"
    "[03:00:01.500] INFO: a Starting job id=7:A:bb type=A inputsUri=x\n"
    "[03:00:19.000] ERROR: a Job id=7:A:bb type=A failed err=Signal SIGKILL. retry=true: P: F\n"
    "[03:00:19.000] INFO: a Job id=7:A:aa type=A completed outputUri=x\n"
    "[03:00:19.500] INFO: new Nobody knows 12\n"
    "[03:00:19.600] INFO: new Nobody knows 13\n";

class MachinesTest : public QueryTest {
 protected:
  absl::StatusOr<v1::GetMachineResponse> Get(const std::string& machine) {
    v1::GetMachineRequest request;
    request.set_machine(machine);
    return handler_.GetMachine(request);
  }
};

TEST_F(MachinesTest, OneMachineIsSeenFromItsLogsAndJobs) {
  Import("prover-a", "broker.log", kBroker);
  Import("prover-b", "agent.log", kAgent);
  const auto response = Get("prover-b");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->machine().machine(), "prover-b");
  EXPECT_EQ(response->machine().streams_size(), 1);
  EXPECT_EQ(response->machine().counts().not_understood(), 2);
  EXPECT_TRUE(response->machine().has_last_seen_time());
  EXPECT_THAT(response->epochs(), ElementsAre(7));
  EXPECT_EQ(response->work().started(), 2);
  EXPECT_EQ(response->work().completed(), 1);
  EXPECT_EQ(response->work().failed(), 1);
  ASSERT_EQ(response->failures_size(), 1);
  EXPECT_EQ(response->failures(0).kind(), v1::CAUSE_KIND_KILLED);
  EXPECT_EQ(response->failures(0).count(), 1);

  ASSERT_EQ(response->clock_offsets_size(), 1);
  const v1::ClockOffset& clock = response->clock_offsets(0);
  EXPECT_EQ(clock.machine(), "prover-a");
  EXPECT_EQ(FromProtoDuration(clock.at_least()), absl::Milliseconds(499));
  EXPECT_EQ(FromProtoDuration(clock.at_most()), absl::Milliseconds(1021));
  EXPECT_EQ(clock.pairs(), 3);
  EXPECT_FALSE(clock.moved());

  ASSERT_EQ(response->starts_size(), 1);
  EXPECT_EQ(response->starts(0).source(), "agent.log");
  EXPECT_EQ(response->starts(0).steps(0).kind(), "bb.configured");
  // The start is before these epochs: an earlier job may be of an epoch that is not known.
  EXPECT_FALSE(response->starts(0).has_first_job_time());
  EXPECT_FALSE(response->more_starts());
  ASSERT_EQ(response->unknown_messages_size(), 1);
  EXPECT_EQ(response->unknown_messages(0).count(), 2);
  EXPECT_EQ(response->unknown_messages(0).message_template(), "Nobody knows <n>");
  EXPECT_EQ(response->completeness().sources_size(), 2);
}

TEST_F(MachinesTest, TheOtherMachineSeesTheOppositeOffset) {
  Import("prover-a", "broker.log", kBroker);
  Import("prover-b", "agent.log", kAgent);
  const auto response = Get("prover-a");
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->clock_offsets_size(), 1);
  EXPECT_EQ(response->clock_offsets(0).machine(), "prover-b");
  EXPECT_EQ(FromProtoDuration(response->clock_offsets(0).at_most()), absl::Milliseconds(-499));
  EXPECT_EQ(response->work().started(), 0);
  EXPECT_TRUE(response->failures().empty());
  EXPECT_TRUE(response->unknown_messages().empty());
  ASSERT_EQ(response->starts_size(), 1);
  EXPECT_EQ(response->starts(0).steps(0).kind(), "broker.started");
}

TEST_F(MachinesTest, AStartWithinTheseEpochsHasItsFirstJob) {
  Import("prover-a", "broker.log", kBroker);
  Import("prover-b", "agent.log",
         "[03:00:30.000] INFO: bb-prover Using native BB at /bb and working directory /tmp/bb-1\n"
         "[03:00:33.000] INFO: a Starting job id=7:A:bb type=A inputsUri=x\n");
  const auto response = Get("prover-b");
  ASSERT_EQ(response->starts_size(), 1);
  EXPECT_EQ(response->starts(0).first_job(), "7:A:bb");
  EXPECT_EQ(FromProtoTimestamp(response->starts(0).first_job_time()), kSomeDay + 3'633'000);
}

TEST_F(MachinesTest, MachinesThatStartInTheSameMillisecondBothDo) {
  constexpr char kStart[] =
      "[03:00:30.000] INFO: bb-prover Using native BB at /bb and working directory /tmp/bb\n";
  Import("prover-a", "broker.log", kBroker);
  Import("prover-b", "agent.log", kStart);
  Import("prover-c", "agent.log", kStart);
  EXPECT_EQ(Get("prover-b")->starts_size(), 1);
  EXPECT_EQ(Get("prover-c")->starts_size(), 1);
}

TEST_F(MachinesTest, TheListAndTheComparisonSayHowFarTheLogsAre) {
  Import("prover-a", "broker.log", kBroker);
  Import("prover-b", "agent.log", kAgent);
  EXPECT_TRUE(handler_.ListMachines({})->completeness().complete());
  EXPECT_TRUE(handler_.CompareMachines({})->completeness().complete());
  EXPECT_TRUE(handler_.ListUnknownMessages({})->completeness().complete());
  Archive("prover-c", "agent.log", kAgent);
  for (const v1::Completeness& completeness :
       {handler_.ListMachines({})->completeness(), handler_.CompareMachines({})->completeness(),
        handler_.ListUnknownMessages({})->completeness()}) {
    EXPECT_FALSE(completeness.complete());
    EXPECT_EQ(completeness.sources(0).stream().machine(), "prover-c");
    EXPECT_EQ(completeness.sources(0).condition(), v1::SOURCE_CONDITION_LATE);
  }
}

TEST_F(MachinesTest, TheListSaysWhenEachWasLastSeenAndItsVersions) {
  Import("prover-a", "broker.log", kBroker);
  Import("prover-b", "agent.log", kAgent);
  const auto response = handler_.ListMachines({});
  ASSERT_EQ(response->machines_size(), 2);
  EXPECT_EQ(response->machines(1).machine(), "prover-b");
  EXPECT_TRUE(response->machines(1).has_last_seen_time());
  EXPECT_TRUE(response->machines(1).has_last_record_time());
}

TEST_F(MachinesTest, AnUnknownMachineIsRefusedWithTheNearestName) {
  Import("prover-a", "broker.log", kBroker);
  const absl::Status unknown = Get("prover_a").status();
  EXPECT_TRUE(absl::IsNotFound(unknown)) << unknown;
  EXPECT_THAT(std::string(unknown.message()), HasSubstr("did you mean \"prover-a\"?"));
  v1::TailLinesRequest tail;
  tail.set_machine("prover_a");
  EXPECT_EQ(handler_.OpenTail(tail).status(), unknown);
  tail.set_machine("prover-a");
  tail.set_source("agent.log");
  EXPECT_THAT(std::string(handler_.OpenTail(tail).status().message()),
              HasSubstr("has no log of machine \"prover-a\" named \"agent.log\""));
  const absl::Status none = Get("").status();
  EXPECT_TRUE(absl::IsInvalidArgument(none)) << none;
  EXPECT_TRUE(absl::StartsWith(none.message(), "machine:"));
}

}  // namespace
}  // namespace proverlog
