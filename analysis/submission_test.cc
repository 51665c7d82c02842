#include "analysis/submission.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace proverlog {
namespace {

Event Make(const std::string& kind, UnixMillis at, std::map<std::string, std::string> fields = {},
           const std::string& machine = "m") {
  return {kind, at, std::move(fields), {machine, "node.log", 1, at}};
}

EpochContext Session(SessionState state, std::optional<UnixMillis> proof,
                     std::optional<UnixMillis> ended, const std::string& machine = "m") {
  EpochContext context;
  EpochSession session;
  session.state = state;
  session.machine = machine;
  session.proof_ready_at = proof;
  session.ended_at = ended;
  if (state == SessionState::kPublished) session.published_at = ended;
  context.sessions.push_back(session);
  return context;
}

Event Published(UnixMillis at, const std::string& gas, const std::string& price) {
  return Make("l1.published", at,
              {{"transactionHash", "0xab"},
               {"gasUsed", gas},
               {"gasPrice", price},
               {"calldataSize", "15812"},
               {"calldataGas", "210000"},
               {"sender", "0x5e"},
               {"blobGasUsed", "0"},
               {"blobDataGas", "0"},
               {"epochNumber", "7"}});
}

TEST(SubmissionTest, AProofThatWasPublished) {
  const Submission submission =
      SubmissionOf(Session(SessionState::kPublished, 100, 190),
                   {Published(180, "3284321", "1500000010"), Make("l1.submitting", 120)});
  EXPECT_EQ(submission.proof_ready_at, 100);
  EXPECT_EQ(submission.submitted_at, 120);
  EXPECT_EQ(submission.published_at, 190);
  EXPECT_EQ(submission.tries, 1);
  ASSERT_EQ(submission.transactions.size(), 1U);
  const L1Transaction& transaction = submission.transactions[0];
  EXPECT_EQ(transaction.hash, "0xab");
  EXPECT_EQ(transaction.gas_used, 3284321U);
  EXPECT_EQ(transaction.gas_price, 1500000010U);
  EXPECT_EQ(transaction.calldata_bytes, 15812);
  EXPECT_EQ(transaction.calldata_gas, 210000);
  EXPECT_EQ(transaction.sender, "0x5e");
  EXPECT_FALSE(transaction.reverted);
  EXPECT_EQ(WeiToEth(*submission.fee), "0.00492648153284321");
  EXPECT_TRUE(submission.errors.empty());
  EXPECT_FALSE(submission.waiting_since);
  EXPECT_EQ(submission.tip_advance, TipAdvance::kUnknown);
}

TEST(SubmissionTest, BlobsHaveAGasAndAPriceOfTheirOwn) {
  Event event = Published(180, "10", "3");
  event.fields["blobGasUsed"] = "7";
  event.fields["blobDataGas"] = "5n";
  EXPECT_EQ(*SubmissionOf({}, {event}).fee, 65);
}

TEST(SubmissionTest, WithoutGasOrPriceThereIsNoFee) {
  for (const char* gas : {"", "-1", "many"}) {
    const Submission submission = SubmissionOf({}, {Published(180, gas, "3")});
    EXPECT_FALSE(submission.fee);
    EXPECT_FALSE(submission.transactions[0].gas_used);
  }
}

TEST(SubmissionTest, AProofThatRevertsIsTriedAgain) {
  const Submission submission = SubmissionOf(
      Session(SessionState::kPublished, 100, 400),
      {Make("candidate.publishing", 110), Make("l1.submitting", 110),
       Make("l1.reverted", 150, {{"tx", "0xdead"}}),
       Make("l1.reverted", 151, {{"error", "Rollup__InvalidProof"}}),
       Make("candidate.publishing", 200), Make("l1.submitting", 200), Published(300, "10", "3")});
  EXPECT_EQ(submission.tries, 2);
  EXPECT_EQ(submission.submitted_at, 110);
  ASSERT_EQ(submission.transactions.size(), 2U);
  EXPECT_TRUE(submission.transactions[0].reverted);
  EXPECT_EQ(submission.transactions[0].hash, "0xdead");
  EXPECT_FALSE(submission.transactions[0].fee);
  EXPECT_EQ(*submission.fee, 30);
  ASSERT_EQ(submission.errors.size(), 2U);
  EXPECT_EQ(submission.errors[1].kind, "l1.reverted");
  EXPECT_EQ(submission.errors[1].words, "Rollup__InvalidProof");
}

TEST(SubmissionTest, AProofThatWasNotSentWaits) {
  EXPECT_EQ(SubmissionOf(Session(SessionState::kOpen, 100, std::nullopt), {}).waiting_since, 100);
  EXPECT_FALSE(SubmissionOf(Session(SessionState::kFailed, 100, 120), {}).waiting_since);
  EXPECT_FALSE(
      SubmissionOf(Session(SessionState::kOpen, std::nullopt, std::nullopt), {}).waiting_since);
  // Publishing is disabled: nobody will send it.
  const Submission dropped =
      SubmissionOf(Session(SessionState::kDropped, 100, std::nullopt),
                   {Make("l1.estimated", 110, {{"estimatedTotalFeeEth", "0.0123"}})});
  EXPECT_FALSE(dropped.waiting_since);
  EXPECT_EQ(dropped.estimated_fee, "0.0123");
}

TEST(SubmissionTest, SaysWhoMovedTheTipAsFarAsTheLogsDo) {
  const std::string beyond =
      "Error: Cannot submit epoch proof for 33-64 as proven checkpoint is 96";
  EXPECT_EQ(SubmissionOf(Session(SessionState::kFailed, 1, 2),
                         {Make("candidate.failed", 5, {{"error", beyond}})})
                .tip_advance,
            TipAdvance::kAnotherProver);
  EpochContext failed = Session(SessionState::kFailed, 1, 2);  // up to 4.x its reason says so
  failed.sessions[0].reason = "Cannot submit epoch proof for 33-64 as proven block is 96";
  EXPECT_EQ(SubmissionOf(failed, {}).tip_advance, TipAdvance::kAnotherProver);
  EXPECT_EQ(SubmissionOf(Session(SessionState::kSuperseded, 1, 2), {}).tip_advance,
            TipAdvance::kLongerProof);
  EXPECT_EQ(SubmissionOf(Session(SessionState::kFailed, 1, 2),
                         {Make("candidate.failed", 5, {{"error", "fetch failed"}})})
                .tip_advance,
            TipAdvance::kUnknown);
}

TEST(SubmissionTest, WhatNamesNoEpochBelongsToTheOnlyOneThatHadAProof) {
  const std::map<int32_t, EpochContext> contexts = {
      {7, Session(SessionState::kPublished, 100, 200)},
      {8, Session(SessionState::kOpen, 150, std::nullopt)},
      {9, Session(SessionState::kFailed, 100, 900, "other")}};
  const auto joined = JoinToEpochs(
      {Make("l1.failed", 99), Make("l1.failed", 100), Make("l1.failed", 149),
       Make("l1.failed", 170), Make("l1.failed", 201), Make("l1.failed", 170, {}, "other")},
      contexts);
  ASSERT_EQ(joined.size(), 3U);
  ASSERT_EQ(joined.at(7).size(), 2U);
  EXPECT_EQ(joined.at(7)[0].at, 100);
  EXPECT_EQ(joined.at(7)[1].at, 149);
  ASSERT_EQ(joined.at(8).size(), 1U);  // at 170 there were two
  EXPECT_EQ(joined.at(8)[0].at, 201);
  EXPECT_EQ(joined.at(9).size(), 1U);
}

TEST(WeiToEthTest, HasAllDigits) {
  EXPECT_EQ(WeiToEth(0), "0");
  EXPECT_EQ(WeiToEth(1), "0.000000000000000001");
  EXPECT_EQ(WeiToEth(1'000'000'000'000'000'000U), "1");
  EXPECT_EQ(WeiToEth(absl::uint128(1'500'000'000'000'000'000U) * 100), "150");
  EXPECT_EQ(WeiToEth(1'500'000'000'000'000'000U), "1.5");
}

}  // namespace
}  // namespace proverlog
