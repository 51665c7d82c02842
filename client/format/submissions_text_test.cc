// The answer of `proverlog submissions` as text.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_split.h"
#include "client/format/summary.h"
#include "client/format/table.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr UnixMillis kSomeTime = 1795226400123;  // 2026-11-21 02:00:00.123

v1::ListSubmissionsResponse Answer() {
  v1::ListSubmissionsResponse response;
  response.mutable_completeness()->set_complete(true);
  v1::Submission& published = *response.add_submissions();
  published.set_epoch(3055);
  published.set_outcome(v1::EPOCH_OUTCOME_PUBLISHED);
  *published.mutable_proof_ready_time() = ToProtoTimestamp(kSomeTime);
  *published.mutable_publish_time() = ToProtoTimestamp(kSomeTime + 90'000);
  published.set_tries(2);
  v1::L1Transaction& reverted = *published.add_transactions();
  reverted.set_hash("0xdead");
  reverted.set_reverted(true);
  v1::L1Transaction& transaction = *published.add_transactions();
  transaction.set_hash("0xe64fe8e119b2c00821aeca7a7452b9b0fcbcf761e0a4f88ae8b105f45ba529f8");
  transaction.set_gas_used(3'284'321);
  transaction.set_gas_price_wei("1500000010");
  transaction.set_fee_eth("0.00492648153284321");
  published.set_fee_eth("0.00492648153284321");
  *published.mutable_margin() = ToProtoDuration(absl::Hours(30) + absl::Minutes(1));
  published.mutable_deadline()->set_source(v1::DEADLINE_SOURCE_LOG);
  v1::SubmissionError& error = *published.add_errors();
  *error.mutable_time() = ToProtoTimestamp(kSomeTime + 10'000);
  error.set_kind("l1.reverted");
  error.set_words("Rollup__InvalidProof\x1b[2J");
  return response;
}

TEST(SubmissionsTextTest, ARowAnEpoch) {
  const std::string text = SubmissionsText(Answer());
  EXPECT_THAT(
      text, StartsWith("EPOCH  OUTCOME    PROOF (UTC)     ON L1           TRIES        GAS  GWEI  "
                       "FEE, ETH       MARGIN\n"
                       " 3055  published  11-21 02:00:00  11-21 02:01:30      2  3,284,321   1.5  "
                       "0.00492648  30 h 01 m\n"));
  EXPECT_THAT(text, HasSubstr("\nEPOCH  TRANSACTION"));
  EXPECT_THAT(text, HasSubstr("\n 3055  0xe64fe8e119b2c00821aeca7a7452b9b0fcbcf761e0a4f88ae8b105f45"
                              "ba529f8\n"));
  EXPECT_THAT(text, HasSubstr("reverted\n"));
  EXPECT_THAT(text, HasSubstr("Deadlines of 1 epoch: the log prints it\n"));
  EXPECT_THAT(text, HasSubstr("\nEpoch 3055:\n"
                              "  2026-11-21 02:00:10.123 UTC l1.reverted: Rollup__InvalidProof?[2J"
                              "\n"));
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(DisplayWidth(line), kMaxLineWidth) << line;
  }
}

TEST(SubmissionsTextTest, WhatIsNotKnownIsNotShown) {
  v1::ListSubmissionsResponse response;
  response.mutable_completeness()->set_complete(true);
  response.add_submissions()->set_epoch(7);
  const std::string text = SubmissionsText(response);
  EXPECT_THAT(text, HasSubstr("No deadline is known of 1 epoch; give --slot-duration"));
  EXPECT_THAT(SubmissionsText(response, /*timing_given=*/true),
              HasSubstr("No deadline is known of 1 epoch: no log shows when a session began"));
  EXPECT_THAT(text, Not(HasSubstr("Epoch 7:")));
  response.clear_submissions();
  EXPECT_EQ(SubmissionsText(response), "There is no epoch yet.\n");
  response.mutable_completeness()->set_complete(false);
  response.mutable_completeness()->set_more_sources(true);
  EXPECT_THAT(SubmissionsText(response), StartsWith("Incomplete"));
}

TEST(SubmissionsTextTest, ALateProofHasANegativeMargin) {
  v1::ListSubmissionsResponse response = Answer();
  *response.mutable_submissions(0)->mutable_margin() = ToProtoDuration(-absl::Minutes(2));
  EXPECT_THAT(SubmissionsText(response), HasSubstr("-2 m 00 s\n"));
}

TEST(SubmissionsTextTest, NotesSayWhatTheRowCannot) {
  v1::ListSubmissionsResponse response = Answer();
  v1::Submission& submission = *response.mutable_submissions(0);
  *submission.mutable_waiting_since_time() = ToProtoTimestamp(kSomeTime);
  EXPECT_THAT(
      SubmissionsText(response),
      HasSubstr("  its proof is ready since 2026-11-21 02:00:00.123 UTC and was not sent\n"));
  *submission.mutable_submit_time() = ToProtoTimestamp(kSomeTime);
  EXPECT_THAT(SubmissionsText(response), HasSubstr("UTC and not on L1\n"));
  submission.set_estimated_fee_eth("0.0123");
  EXPECT_THAT(SubmissionsText(response),
              HasSubstr("  not sent; sending it would have cost about 0.0123 ETH\n"));
  submission.set_tip_advance(v1::TIP_ADVANCE_ANOTHER_PROVER);
  EXPECT_THAT(SubmissionsText(response),
              HasSubstr("  another prover's proof of later blocks was on L1 already\n"));
  submission.set_tip_advance(v1::TIP_ADVANCE_LONGER_PROOF);
  EXPECT_THAT(SubmissionsText(response), HasSubstr("a longer proof stood before it"));
  response.set_next_page_token("more");
  EXPECT_THAT(SubmissionsText(response), HasSubstr("--page-token more"));
}

}  // namespace
}  // namespace proverlog
