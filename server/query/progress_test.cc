// QueryService.GetProgress on logs in a database.

#include "server/query/progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "model/time.h"
#include "rpc/convert.h"
#include "server/query/query_fixture.h"

namespace proverlog {
namespace {

constexpr UnixMillis kThree = 1795230000000;  // 2026-11-21T03:00:00Z

std::string At(int minute, int second) {
  return absl::StrCat("[03:", absl::Dec(minute, absl::kZeroPad2), ":",
                      absl::Dec(second, absl::kZeroPad2), ".000] INFO: ");
}

std::string Enqueued(int epoch, const std::string& type, int number, int minute) {
  return absl::StrCat(At(minute, number), "b New proving job id=", epoch, ":", type, ":a", number,
                      " epochNumber=", epoch, "\n");
}

std::string Completed(int epoch, const std::string& type, int number, int minute) {
  return absl::StrCat(At(minute, number), "b Proving job complete id=", epoch, ":", type, ":a",
                      number, " type=", type, " totalAttempts=1\n");
}

// A broker's epoch: ten jobs, one done each second of the second minute, and a root in the third.
// It stops after `done` jobs.
std::string Broker(int epoch, int minute, int done = 11) {
  std::string log;
  for (int i = 0; i < 10; ++i) absl::StrAppend(&log, Enqueued(epoch, "PUBLIC_VM", i, minute));
  for (int i = 0; i < std::min(done, 10); ++i) {
    absl::StrAppend(&log, Completed(epoch, "PUBLIC_VM", i, minute + 1));
  }
  if (done <= 10) return log;
  return absl::StrCat(log, Enqueued(epoch, "ROOT_ROLLUP", 1, minute + 2),
                      Completed(epoch, "ROOT_ROLLUP", 1, minute + 3));
}

// The prover node's session of it; published where it has a `deadline`.
std::string Node(int epoch, int minute, const std::string& deadline = "") {
  std::string log =
      absl::StrCat(At(minute, 0), "prover-node:epoch-session Created EpochSession u-", epoch,
                   " {\"uuid\":\"u-", epoch, "\",\"kind\":\"full\",\"epochNumber\":", epoch, "}\n");
  if (deadline.empty()) return log;
  return absl::StrCat(
      log, At(minute + 3, 10), "prover-node:epoch-session Top-tree proof ready for EpochSession u-",
      epoch, " {\"uuid\":\"u-", epoch, "\",\"epochNumber\":", epoch, "}\n", At(minute + 3, 10),
      "p Candidate proof u-", epoch, " submitted for publishing {\"candidateId\":\"u-", epoch,
      "\",\"epoch\":", epoch, ",\"deadline\":\"", deadline, "\"}\n", At(minute + 3, 30),
      "p Submitted proof for epoch ", epoch, " (checkpoints 1..2) {\"uuid\":\"u-", epoch, "\"}\n",
      At(minute + 3, 31), "p Session u-", epoch, " exited with state completed\n");
}

class ProgressTest : public QueryTest {
 protected:
  // Two epochs that were published, and a third that begins.
  void ImportThree(int done) {
    Import("m", "broker.log", Broker(7, 0) + Broker(8, 10) + Broker(9, 20, done));
    Import("m", "node.log",
           Node(7, 0, "2026-11-21T03:20:00.000Z") + Node(8, 10, "2026-11-21T03:30:00.000Z") +
               Node(9, 20));
  }

  v1::GetProgressResponse Ask(const v1::GetProgressRequest& request = {},
                              UnixMillis now = kThree + 22 * kMinute) {
    auto response =
        GetProgress(store_, *store_.FindProver("demo"), request, absl::FromUnixMillis(now));
    EXPECT_TRUE(response.ok()) << response.status();
    return *std::move(response);
  }
};

TEST_F(ProgressTest, SaysHowFarTheLatestEpochIsAndWhenItWillEnd) {
  ImportThree(5);
  const v1::GetProgressResponse progress = Ask();
  EXPECT_EQ(progress.prover(), "demo");
  EXPECT_EQ(progress.epoch(), 9);
  EXPECT_EQ(progress.outcome(), v1::EPOCH_OUTCOME_IN_PROGRESS);
  EXPECT_FALSE(progress.over());
  EXPECT_EQ(FromProtoTimestamp(progress.as_of_time()), kThree + 21 * kMinute + 4000);
  EXPECT_EQ(FromProtoTimestamp(progress.last_complete_time()), kThree + 21 * kMinute + 4000);
  EXPECT_EQ(FromProtoTimestamp(progress.start_time()), kThree + 20 * kMinute);
  EXPECT_EQ(progress.total().done(), 5);
  EXPECT_EQ(progress.total().queued(), 5);
  EXPECT_EQ(progress.total().expected(), 11);
  ASSERT_EQ(progress.types_size(), 2);
  EXPECT_EQ(progress.types(1).type(), "ROOT_ROLLUP");
  EXPECT_EQ(progress.expected_basis(), v1::EXPECTED_BASIS_LEAF_JOBS);
  ASSERT_EQ(progress.earlier_epochs_size(), 2);
  EXPECT_EQ(progress.earlier_epochs(0), 8);
  // As in the others: five seconds to the last job, 2 m 21 s from there until it was on L1.
  const UnixMillis end = kThree + 23 * kMinute + 30'000;
  EXPECT_EQ(FromProtoTimestamp(progress.estimate().time()), end);
  EXPECT_EQ(FromProtoTimestamp(progress.estimate().latest_time()), end);
  EXPECT_TRUE(progress.estimate().to_l1());
  EXPECT_NEAR(progress.estimate().share(), 1.0 / 3, 1e-9);
  // Each epoch's deadline is ten minutes later.
  EXPECT_EQ(FromProtoTimestamp(progress.deadline().time()), kThree + 40 * kMinute);
  EXPECT_EQ(progress.deadline().source(), v1::DEADLINE_SOURCE_OTHER_EPOCH);
  EXPECT_EQ(progress.deadline().from_epoch(), 8);
  EXPECT_EQ(FromProtoDuration(progress.deadline().epoch_length()), absl::Minutes(10));
  EXPECT_EQ(FromProtoDuration(progress.margin()), absl::Minutes(16) + absl::Seconds(30));
  EXPECT_EQ(progress.verdict(), v1::PROGRESS_VERDICT_ON_TIME);
  EXPECT_EQ(progress.completeness().sources_size(), 2);
}

TEST_F(ProgressTest, AnEpochThatWasUnderWayWhenTheLogsBeganMeasuresNone) {
  const std::string broker = Broker(7, 0);
  const std::string node = Node(7, 0, "2026-11-21T03:20:00.000Z");
  Import("m", "broker.log",
         broker.substr(broker.find(At(1, 4))) + Broker(8, 10) + Broker(9, 20, 5));
  Import("m", "node.log",
         node.substr(node.find('\n') + 1) + Node(8, 10, "2026-11-21T03:30:00.000Z") + Node(9, 20));
  const v1::GetProgressResponse progress = Ask();
  ASSERT_EQ(progress.earlier_epochs_size(), 1);
  EXPECT_EQ(progress.earlier_epochs(0), 8);
  EXPECT_EQ(progress.total().expected(), 11);
}

TEST_F(ProgressTest, ADeadlineThatHasPassedIsMissed) {
  ImportThree(5);
  EXPECT_EQ(Ask({}, kThree + 40 * kMinute).verdict(), v1::PROGRESS_VERDICT_LATE);
  EXPECT_EQ(Ask({}, kThree + 40 * kMinute - 1).verdict(), v1::PROGRESS_VERDICT_AT_RISK);
}

TEST_F(ProgressTest, WhatTheLogsDoNotTellYetMayBeTimeLost) {
  ImportThree(5);
  // 16 m 30 s before the deadline it ends, if it went on since the last line.
  const UnixMillis last = kThree + 21 * kMinute + 4000;
  EXPECT_EQ(Ask({}, last + 16 * kMinute + 30'000).verdict(), v1::PROGRESS_VERDICT_ON_TIME);
  const v1::GetProgressResponse later = Ask({}, last + 16 * kMinute + 30'001);
  EXPECT_EQ(later.verdict(), v1::PROGRESS_VERDICT_AT_RISK);
  EXPECT_EQ(FromProtoTimestamp(later.as_of_time()), last);
}

TEST_F(ProgressTest, AnEndAfterTheDeadlineIsLate) {
  Import("m", "broker.log", Broker(7, 0) + Broker(9, 20, 5));
  Import("m", "node.log", Node(7, 0, "2026-11-21T03:20:00.000Z") + Node(9, 20));
  v1::GetProgressRequest request;
  *request.mutable_timing()->mutable_slot_duration() = ToProtoDuration(absl::Seconds(10));
  request.mutable_timing()->set_epoch_slots(6);
  const v1::GetProgressResponse progress = Ask(request);
  EXPECT_EQ(FromProtoTimestamp(progress.deadline().time()), kThree + 22 * kMinute);
  EXPECT_EQ(progress.deadline().source(), v1::DEADLINE_SOURCE_OTHER_EPOCH);
  EXPECT_EQ(FromProtoDuration(progress.margin()), -absl::Seconds(90));
  EXPECT_EQ(progress.verdict(), v1::PROGRESS_VERDICT_LATE);
}

TEST_F(ProgressTest, AnEpochThatIsOverSaysWhatItTook) {
  ImportThree(5);
  v1::GetProgressRequest request;
  request.set_epoch(8);
  const v1::GetProgressResponse progress = Ask(request);
  EXPECT_TRUE(progress.over());
  EXPECT_EQ(progress.outcome(), v1::EPOCH_OUTCOME_PUBLISHED);
  EXPECT_EQ(progress.verdict(), v1::PROGRESS_VERDICT_OVER);
  EXPECT_FALSE(progress.has_estimate());
  EXPECT_FALSE(progress.total().has_expected());
  EXPECT_EQ(FromProtoTimestamp(progress.end_time()), kThree + 13 * kMinute + 31'000);
  EXPECT_EQ(FromProtoTimestamp(progress.proof_ready_time()), kThree + 13 * kMinute + 10'000);
  EXPECT_EQ(FromProtoTimestamp(progress.publish_time()), kThree + 13 * kMinute + 30'000);
  EXPECT_EQ(progress.deadline().source(), v1::DEADLINE_SOURCE_LOG);
  EXPECT_EQ(FromProtoDuration(progress.margin()), absl::Minutes(16) + absl::Seconds(30));
}

TEST_F(ProgressTest, WithoutDeadlinesInTheLogsTheNetworkTellsThem) {
  Import("m", "broker.log", Broker(9, 20, 5));
  EXPECT_FALSE(Ask().has_deadline());
  Import("m", "node.log",
         absl::StrCat(At(0, 0), "cli Aztec Server listening on port 8080 {\"l1ChainId\":1,",
                      "\"l1RollupAddress\":\"0x603b\",\"rollupVersion\":0}\n", Node(9, 20)));
  const v1::GetProgressResponse preset = Ask();
  EXPECT_EQ(preset.deadline().source(), v1::DEADLINE_SOURCE_PRESET);
  EXPECT_EQ(preset.deadline().network(), "mainnet");
  EXPECT_EQ(preset.deadline().from_epoch(), 9);
  EXPECT_TRUE(preset.deadline().at_the_latest());
  EXPECT_EQ(FromProtoTimestamp(preset.deadline().time()), kThree + 20 * kMinute + 32 * 72'000);
  EXPECT_FALSE(preset.has_estimate());  // nothing was proven before
  EXPECT_FALSE(preset.has_margin());
  EXPECT_EQ(preset.verdict(), v1::PROGRESS_VERDICT_UNSPECIFIED);

  v1::GetProgressRequest request;
  *request.mutable_timing()->mutable_slot_duration() = ToProtoDuration(absl::Seconds(6));
  request.mutable_timing()->set_epoch_slots(10);
  request.mutable_timing()->set_proof_window_epochs(5);
  const v1::GetProgressResponse asked = Ask(request);
  EXPECT_EQ(asked.deadline().source(), v1::DEADLINE_SOURCE_REQUEST);
  EXPECT_EQ(FromProtoTimestamp(asked.deadline().time()), kThree + 25 * kMinute);
}

TEST_F(ProgressTest, TheLogsWordForTheTransactionsIsTheEpochsSize) {
  // Up to 4.x; the earlier epoch has four.
  std::string broker;
  for (int i = 0; i < 4; ++i) {
    absl::StrAppend(&broker, Enqueued(7, "PRIVATE_TX_BASE_ROLLUP", i, 0),
                    Completed(7, "PRIVATE_TX_BASE_ROLLUP", i, 1));
  }
  Import("m", "broker.log",
         absl::StrCat(broker, Enqueued(7, "ROOT_ROLLUP", 1, 2), Completed(7, "ROOT_ROLLUP", 1, 3),
                      Enqueued(9, "PRIVATE_TX_BASE_ROLLUP", 1, 20)));
  Import(
      "m", "node.log",
      absl::StrCat(At(20, 0), "prover-node:epoch-proving-job Starting epoch 9 proving job with ",
                   "checkpoints 1 to 2 {\"epochSizeTxs\":12,\"epochNumber\":9,\"uuid\":\"u\"}\n"));
  const v1::GetProgressResponse progress = Ask();
  EXPECT_EQ(progress.expected_basis(), v1::EXPECTED_BASIS_TRANSACTIONS);
  EXPECT_EQ(progress.transactions(), 12);
  EXPECT_EQ(progress.types(0).expected(), 12);
  EXPECT_FALSE(progress.estimate().has_earliest_time());  // one epoch gives no interval
  EXPECT_FALSE(progress.estimate().to_l1());
}

TEST_F(ProgressTest, AProofThatWaitsForL1IsNotTheEnd) {
  Import("m", "broker.log", Broker(7, 0));
  Import("m", "node.log",
         absl::StrCat(Node(7, 0), At(3, 10),
                      "prover-node:epoch-session Top-tree proof ready for EpochSession u-7 "
                      "{\"uuid\":\"u-7\",\"epochNumber\":7}\n"));
  v1::GetProgressRequest request;
  request.set_epoch(7);
  EXPECT_FALSE(Ask(request).over());
  EXPECT_EQ(Ask(request).outcome(), v1::EPOCH_OUTCOME_PROVEN);
  EXPECT_TRUE(Ask(request).has_proof_ready_time());
}

TEST_F(ProgressTest, BadInputIsNamed) {
  ImportThree(5);
  v1::GetProgressRequest request;
  EXPECT_EQ(handler_.GetProgress(request)->epoch(), 9);
  request.set_epoch(-1);
  EXPECT_EQ(handler_.GetProgress(request).status().message(), "epoch: -1 is negative");
  request.set_epoch(4711);
  const absl::Status unknown = handler_.GetProgress(request).status();
  EXPECT_TRUE(absl::IsNotFound(unknown));
  EXPECT_TRUE(absl::StrContains(unknown.message(), "its latest is 9")) << unknown;
  request.set_epoch(9);
  request.mutable_timing();
  const auto message = [&] {
    return std::string(handler_.GetProgress(request).status().message());
  };
  EXPECT_EQ(message(), "timing.slot_duration: 0 is not between 1ms and 1h");
  *request.mutable_timing()->mutable_slot_duration() = ToProtoDuration(absl::Seconds(72));
  EXPECT_EQ(message(), "timing.epoch_slots: 0 is not between 1 and 1000");
  request.mutable_timing()->set_epoch_slots(1001);
  EXPECT_EQ(message(), "timing.epoch_slots: 1001 is not between 1 and 1000");
  request.mutable_timing()->set_epoch_slots(32);
  request.mutable_timing()->set_proof_window_epochs(-2);
  EXPECT_EQ(message(), "timing.proof_window_epochs: -2 is not between 0 and 10000");
  request.mutable_timing()->set_proof_window_epochs(1);
  EXPECT_TRUE(handler_.GetProgress(request).ok());
}

TEST_F(ProgressTest, AProverWithoutAnEpochHasNoLatest) {
  Import("m", "broker.log", "[03:00:00.000] INFO: b Proving Broker started\n");
  EXPECT_TRUE(absl::IsNotFound(handler_.GetProgress({}).status()));
}

}  // namespace
}  // namespace proverlog
