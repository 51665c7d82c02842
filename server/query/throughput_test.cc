// QueryService.GetThroughput on logs in a database.

#include "server/query/throughput.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "rpc/convert.h"
#include "server/query/query_fixture.h"

namespace proverlog {
namespace {

constexpr UnixMillis kThree = 1795230000000;  // 2026-11-21T03:00:00Z
const absl::Time kLater = absl::FromUnixMillis(kThree + 3'600'000);

constexpr char kBroker[] =
    "[03:00:00.000] INFO: b New proving job id=7:A:aa epochNumber=7\n"
    "[03:00:01.000] INFO: b New proving job id=7:A:bb epochNumber=7\n"
    "[03:00:04.000] INFO: b New proving job id=8:B:cc epochNumber=8\n"
    "[03:00:06.000] INFO: b Proving job complete id=7:A:aa type=A totalAttempts=1\n"
    "[03:00:10.000] INFO: b Proving job complete id=7:A:bb type=A totalAttempts=1\n";
constexpr char kAgent[] =
    "[03:00:02.000] INFO: a Starting job id=7:A:aa type=A inputsUri=x\n"
    "[03:00:06.000] INFO: a Job id=7:A:aa type=A completed outputUri=x\n"
    "[03:00:07.000] INFO: a Starting job id=7:A:bb type=A inputsUri=x\n"
    "[03:00:10.000] INFO: a Job id=7:A:bb type=A completed outputUri=x\n";

class ThroughputTest : public QueryTest {
 protected:
  void ImportBoth() {
    Import("prover-a", "broker.log", kBroker);
    Import("prover-b", "agent.log", kAgent);
  }

  absl::StatusOr<v1::GetThroughputResponse> Ask(const v1::GetThroughputRequest& request,
                                                absl::Time now = kLater) {
    const auto prover = store_.FindProver("demo");
    if (!prover.ok()) return prover.status();
    return GetThroughput(store_, *prover, request, now);
  }

  static v1::GetThroughputRequest Between(UnixMillis begin, UnixMillis end) {
    v1::GetThroughputRequest request;
    *request.mutable_start_time() = ToProtoTimestamp(begin);
    *request.mutable_end_time() = ToProtoTimestamp(end);
    return request;
  }

  static v1::GetThroughputRequest OfEpoch(int32_t epoch) {
    v1::GetThroughputRequest request;
    request.set_epoch(epoch);
    return request;
  }
};

TEST_F(ThroughputTest, AnEpochFromItsFirstFactToItsLast) {
  ImportBoth();
  const auto answer = Ask(OfEpoch(7));
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->epochs_size(), 1);
  EXPECT_EQ(FromProtoTimestamp(answer->start_time()), kThree);
  EXPECT_EQ(FromProtoTimestamp(answer->end_time()), kThree + 10'001);
  EXPECT_EQ(answer->step().seconds(), 1);
  EXPECT_EQ(answer->flow().created(), 2);
  EXPECT_EQ(answer->flow().completed(), 2);
  EXPECT_EQ(answer->flow().in_flight_after(), 0);
  const v1::Throughput& total = answer->total();
  ASSERT_EQ(total.steps_size(), 11);
  EXPECT_EQ(total.steps(0).created(), 1);
  EXPECT_EQ(total.steps(10).completed(), 1);
  EXPECT_DOUBLE_EQ(total.steps(10).completed_per_second(), 1000);  // its step is 1 ms
  EXPECT_NEAR(total.completed_per_second(), 2 / 10.001, 1e-9);
  EXPECT_EQ(total.queued().peak(), 2);
  EXPECT_EQ(FromProtoTimestamp(total.queued().peak_time()), kThree + 1000);
  EXPECT_NEAR(total.running().mean(), 7 / 10.001, 1e-9);
  ASSERT_EQ(answer->job_types_size(), 1);
  EXPECT_EQ(answer->job_types(0).steps_size(), 0);
  ASSERT_EQ(answer->machines_size(), 1);
  EXPECT_FALSE(answer->machines(0).has_queued());
  ASSERT_EQ(answer->agent_processes_size(), 1);
  const v1::ProcessUse& use = answer->agent_processes(0);
  EXPECT_EQ(use.machine(), "prover-b");
  EXPECT_EQ(use.agent_process(), "agent.log");
  EXPECT_EQ(use.agents(), 1);
  EXPECT_EQ(use.busy().seconds(), 7);
  EXPECT_EQ(use.idle_while_queued().seconds(), 1);
  EXPECT_EQ(answer->lost_capacity().seconds(), 1);
  EXPECT_EQ(answer->completeness().sources_size(), 2);
}

TEST_F(ThroughputTest, ATimeCountsAllEpochsAndWhatGoesOnUntilNow) {
  ImportBoth();
  // Epoch 8 has a job in the queue, and no line in this time.
  const auto answer =
      Ask(Between(kThree + 5000, kThree + 60'000), absl::FromUnixMillis(kThree + 25'000));
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->epochs_size(), 2);
  EXPECT_EQ(FromProtoTimestamp(answer->end_time()), kThree + 25'000);
  EXPECT_EQ(answer->flow().in_flight_before(), 3);
  EXPECT_EQ(answer->flow().in_flight_after(), 1);
  EXPECT_EQ(Ask(Between(kThree + 11'000, kThree + 60'000))->epochs_size(), 1);
  const auto both = Ask(Between(kThree + 4000, kThree + 14'000));
  ASSERT_TRUE(both.ok()) << both.status();
  ASSERT_EQ(both->epochs_size(), 2);
  EXPECT_EQ(both->epochs(0), 8);
  EXPECT_EQ(both->flow().in_flight_before(), 2);
  EXPECT_EQ(both->flow().created(), 1);
  EXPECT_EQ(both->flow().completed(), 2);
  EXPECT_EQ(both->flow().in_flight_after(), 1);
  EXPECT_NEAR(both->total().queued().mean(), (3 + 10) / 10.0, 1e-9);
  auto of_epoch = Between(kThree + 4000, kThree + 14'000);
  of_epoch.set_epoch(8);
  EXPECT_EQ(Ask(of_epoch)->flow().in_flight_before(), 0);
}

TEST_F(ThroughputTest, StepsAreAsAskedAlsoOfTypesOrMachines) {
  ImportBoth();
  auto request = OfEpoch(7);
  *request.mutable_step() = MillisToProto(2500);
  request.set_breakdown(v1::THROUGHPUT_BREAKDOWN_JOB_TYPE);
  auto answer = Ask(request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->total().steps_size(), 5);
  ASSERT_EQ(answer->job_types(0).steps_size(), 5);
  EXPECT_EQ(answer->job_types(0).steps(2).completed(), 1);
  EXPECT_DOUBLE_EQ(answer->job_types(0).steps(2).completed_per_second(), 0.4);
  EXPECT_EQ(answer->machines(0).steps_size(), 0);
  request.set_breakdown(v1::THROUGHPUT_BREAKDOWN_MACHINE);
  answer = Ask(request);
  EXPECT_EQ(answer->job_types(0).steps_size(), 0);
  ASSERT_EQ(answer->machines(0).steps_size(), 5);
  EXPECT_NEAR(answer->machines(0).steps(0).running().mean(), 0.2, 1e-9);
}

TEST_F(ThroughputTest, ATimeInWhichNothingIsKnownIsEmpty) {
  ImportBoth();
  const auto answer = Ask(Between(kThree - 2'000'000, kThree - 1'000'000));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->epochs_size(), 0);
  EXPECT_EQ(answer->flow().created(), 0);
  EXPECT_EQ(answer->agent_processes_size(), 0);
}

TEST_F(ThroughputTest, BadQuestionsAreRefusedByTheirField) {
  ImportBoth();
  const auto refused = [&](const v1::GetThroughputRequest& request, const std::string& beginning) {
    const absl::Status status = Ask(request).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), beginning)) << status;
  };
  refused({}, "start_time: it is missing; name an epoch, or both ends of a time");
  auto half = Between(kThree, kThree + 1);
  half.clear_end_time();
  refused(half, "end_time: it is missing");
  refused(OfEpoch(-3), "epoch: -3 is negative");
  refused(Between(kThree, kThree),
          "end_time: 2026-11-21T03:00:00Z is not after the start, 2026-11-21T03:00:00Z");
  refused(Between(absl::ToUnixMillis(kLater), absl::ToUnixMillis(kLater) + 1),
          "start_time: it is not before now");
  auto request = OfEpoch(7);
  *request.mutable_step() = MillisToProto(0.5);
  refused(request, "step: 500us is not whole milliseconds");
  *request.mutable_step() = MillisToProto(-1000);
  refused(request, "step: -1s is not whole milliseconds");
  *request.mutable_step() = MillisToProto(20);
  refused(request, "step: the time has 501 steps, at most 500 can be shown; take at least 21 ms");
  request = OfEpoch(7);
  request.set_breakdown(static_cast<v1::ThroughputBreakdown>(9));
  refused(request, "breakdown: 9 is neither");
  auto after = OfEpoch(7);
  *after.mutable_start_time() = ToProtoTimestamp(kThree + 60'000);
  refused(after, "start_time: all that is known of epoch 7 is before it");
  auto before = OfEpoch(7);
  *before.mutable_end_time() = ToProtoTimestamp(kThree - 60'000);
  refused(before, "end_time: all that is known of epoch 7 is after it");
  EXPECT_TRUE(absl::IsNotFound(Ask(OfEpoch(99)).status()));
}

TEST_F(ThroughputTest, OfAnEpochWithoutJobsThereIsNothingToSay) {
  Import("m", "node.log",
         "[03:00:00.000] INFO: prover-node:epoch-session Created EpochSession u-7 "
         "{\"uuid\":\"u-7\",\"kind\":\"full\",\"epochNumber\":7}\n");
  const auto answer = Ask(OfEpoch(7));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->epochs(0), 7);
  EXPECT_FALSE(answer->has_start_time());
  EXPECT_FALSE(answer->has_end_time());
  EXPECT_EQ(answer->completeness().sources_size(), 1);
}

}  // namespace
}  // namespace proverlog
