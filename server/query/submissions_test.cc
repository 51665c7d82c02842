// QueryService.ListSubmissions on logs in a database.

#include "server/query/submissions.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/time.h"
#include "rpc/convert.h"
#include "server/query/query_fixture.h"

namespace proverlog {
namespace {

constexpr UnixMillis kThree = 1795230000000;  // 2026-11-21T03:00:00Z

std::string At(int minute, int second) {
  return absl::StrCat("[03:", absl::Dec(minute, absl::kZeroPad2), ":",
                      absl::Dec(second, absl::kZeroPad2), ".000] INFO: p ");
}

// Epochs of a node of 4.x, the even ones published, each in ten minutes.
std::string Started(int epoch, int minute) {
  return absl::StrCat(At(minute, 0), "Starting epoch ", epoch,
                      " proving job with checkpoints 1 to 2 {\"uuid\":\"u-", epoch,
                      "\",\"epochNumber\":", epoch, "}\n");
}
std::string Finalized(int epoch, int minute) {
  return absl::StrCat(At(minute, 0), "Finalized proof for epoch ", epoch, " {\"uuid\":\"u-", epoch,
                      "\",\"epochNumber\":", epoch, "}\n");
}
constexpr char kSubmitting[] =
    "Submitting epoch proof to L1 rollup contract {\"proofSize\":14656}\n";
std::string Published(int epoch, int minute) {
  return absl::StrCat(
      At(minute, 30), "Published epoch proof to L1 rollup contract {\"gasPrice\":\"2000000000\",",
      "\"gasUsed\":\"3000000\",\"transactionHash\":\"0xab\",\"calldataGas\":210000,",
      "\"calldataSize\":15812,\"sender\":\"0x5e\",\"epochNumber\":", epoch, "}\n", At(minute, 31),
      "Submitted proof for epoch ", epoch, " (checkpoints 1 to 2) {\"uuid\":\"u-", epoch, "\"}\n");
}
std::string Reverted(int minute) {
  return absl::StrCat(At(minute, 10), kSubmitting, At(minute, 20),
                      "Rollup submit epoch proof tx reverted with Rollup__InvalidProof\n");
}
std::string Whole(int epoch, int minute) {
  return absl::StrCat(Started(epoch, minute), Finalized(epoch, minute + 5), Reverted(minute + 5),
                      At(minute + 6, 0), kSubmitting, Published(epoch, minute + 6));
}

class SubmissionsTest : public QueryTest {
 protected:
  v1::ListSubmissionsResponse Ask(const v1::ListSubmissionsRequest& request = {}) {
    auto response = ListSubmissions(store_, *store_.FindProver("demo"), request,
                                    absl::FromUnixMillis(kThree + 50 * kMinute));
    EXPECT_TRUE(response.ok()) << response.status();
    return *std::move(response);
  }
};

TEST_F(SubmissionsTest, SaysWhatBecameOfEachProof) {
  Import("m", "node.log",
         absl::StrCat(Whole(7, 0), Started(8, 10), At(15, 0),
                      "Error running epoch 8 prover job: Error: Cannot submit epoch proof for 1-2 ",
                      "as proven checkpoint is 4 {\"uuid\":\"u-8\",\"epochNumber\":8}\n",
                      Started(9, 20), Finalized(9, 25)));
  v1::ListSubmissionsRequest request;
  *request.mutable_timing()->mutable_slot_duration() = ToProtoDuration(absl::Seconds(60));
  request.mutable_timing()->set_epoch_slots(10);
  const v1::ListSubmissionsResponse list = Ask(request);
  EXPECT_EQ(list.prover(), "demo");
  EXPECT_EQ(list.completeness().sources_size(), 1);
  EXPECT_EQ(list.next_page_token(), "");
  ASSERT_EQ(list.submissions_size(), 3);

  const v1::Submission& waiting = list.submissions(0);
  EXPECT_EQ(waiting.epoch(), 9);
  EXPECT_EQ(FromProtoTimestamp(waiting.waiting_since_time()), kThree + 25 * kMinute);
  EXPECT_EQ(waiting.tries(), 0);
  EXPECT_FALSE(waiting.has_margin());

  const v1::Submission& beaten = list.submissions(1);
  EXPECT_EQ(beaten.outcome(), v1::EPOCH_OUTCOME_FAILED);
  EXPECT_EQ(beaten.tip_advance(), v1::TIP_ADVANCE_ANOTHER_PROVER);
  EXPECT_FALSE(beaten.has_waiting_since_time());

  const v1::Submission& published = list.submissions(2);
  EXPECT_EQ(published.epoch(), 7);
  EXPECT_EQ(published.outcome(), v1::EPOCH_OUTCOME_PUBLISHED);
  EXPECT_EQ(FromProtoTimestamp(published.proof_ready_time()), kThree + 5 * kMinute);
  EXPECT_EQ(FromProtoTimestamp(published.submit_time()), kThree + 5 * kMinute + 10'000);
  EXPECT_EQ(FromProtoTimestamp(published.publish_time()), kThree + 6 * kMinute + 30'000);
  EXPECT_EQ(published.tries(), 2);
  ASSERT_EQ(published.transactions_size(), 1);
  const v1::L1Transaction& transaction = published.transactions(0);
  EXPECT_EQ(transaction.hash(), "0xab");
  EXPECT_EQ(transaction.gas_used(), 3'000'000);
  EXPECT_EQ(transaction.gas_price_wei(), "2000000000");
  EXPECT_EQ(transaction.fee_eth(), "0.006");
  EXPECT_EQ(transaction.calldata_bytes(), 15812);
  EXPECT_EQ(transaction.sender(), "0x5e");
  EXPECT_EQ(published.fee_eth(), "0.006");
  ASSERT_EQ(published.errors_size(), 1);
  EXPECT_EQ(published.errors(0).kind(), "l1.reverted");
  EXPECT_EQ(published.errors(0).words(), "Rollup__InvalidProof");
  EXPECT_EQ(published.deadline().source(), v1::DEADLINE_SOURCE_REQUEST);
  EXPECT_EQ(FromProtoTimestamp(published.deadline().time()), kThree + 10 * kMinute);
  EXPECT_EQ(FromProtoDuration(published.margin()), absl::Minutes(3) + absl::Seconds(30));
}

TEST_F(SubmissionsTest, PagesMeetAndTellTheSame) {
  std::string log;
  for (int i = 0; i < 5; ++i) absl::StrAppend(&log, Whole(7 + i, 10 * i));
  Import("m", "node.log", log);
  const v1::ListSubmissionsResponse whole = Ask();
  ASSERT_EQ(whole.submissions_size(), 5);
  v1::ListSubmissionsRequest request;
  request.set_page_size(2);
  int at = 0;
  do {
    const v1::ListSubmissionsResponse page = Ask(request);
    EXPECT_LE(page.submissions_size(), 2);
    for (const v1::Submission& submission : page.submissions()) {
      EXPECT_EQ(submission.DebugString(), whole.submissions(at++).DebugString());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(at, 5);
}

TEST_F(SubmissionsTest, WhatTwoSessionsMaySayIsNeithers) {
  // Epochs 7 and 8 have a proof when a line that names none says that a transaction reverted.
  Import("m", "node.log",
         absl::StrCat(Started(7, 0), Started(8, 1), Finalized(7, 4), Finalized(8, 5), Reverted(6),
                      Published(7, 8), Published(8, 9)));
  v1::ListSubmissionsRequest request;
  request.set_page_size(1);
  for (int i = 0; i < 2; ++i) {
    const v1::ListSubmissionsResponse page = Ask(request);
    EXPECT_EQ(page.submissions(0).errors_size(), 0) << page.submissions(0).epoch();
    EXPECT_EQ(page.submissions(0).tries(), 1);
    request.set_page_token(page.next_page_token());
  }
}

TEST_F(SubmissionsTest, BadInputIsNamed) {
  Import("m", "node.log", Whole(7, 0));
  v1::ListSubmissionsRequest request;
  EXPECT_EQ(handler_.ListSubmissions(request)->submissions_size(), 1);
  request.set_page_size(101);
  EXPECT_EQ(handler_.ListSubmissions(request).status().message(),
            "page_size: 101 is not between 0 and 100");
  request.set_page_size(0);
  request.set_page_token("nonsense");
  EXPECT_EQ(handler_.ListSubmissions(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.clear_page_token();
  request.mutable_timing()->set_epoch_slots(3);
  EXPECT_EQ(handler_.ListSubmissions(request).status().message(),
            "timing.slot_duration: 0 is not between 1ms and 1h");
  request.clear_timing();
  request.set_prover("nobody");
  EXPECT_TRUE(absl::IsNotFound(handler_.ListSubmissions(request).status()));
}

}  // namespace
}  // namespace proverlog
