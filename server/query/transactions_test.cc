// QueryService.ListTransactions and GetTransaction on logs in a database.

#include "server/query/transactions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rpc/convert.h"
#include "server/query/query_fixture.h"

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// An agent that begins in this log. It proves 0xabcd1 alone, then 0xabcd2 and 0xef003 beside each
// other, so that nobody knows which is whose, and 0xabcd2 again.
constexpr char kAgent[] =
    "[03:00:00.000] INFO: bb-prover Using native BB at /bb and working directory /tmp/bb-1\n"
    "[03:00:01.000] INFO: a Starting job id=7:PUBLIC_VM:aa type=PUBLIC_VM inputsUri=x\n"
    "[03:00:09.000] INFO: bb-prover Generated proof for avm-circuit(0xabcd1) in 8001 ms "
    "{\"circuitName\":\"avm-circuit\",\"proofSize\":9}\n"
    "[03:00:09.500] INFO: a Job id=7:PUBLIC_VM:aa type=PUBLIC_VM completed outputUri=x\n"
    "[03:00:10.000] INFO: a Starting job id=7:PUBLIC_VM:bb type=PUBLIC_VM inputsUri=x\n"
    "[03:00:10.001] INFO: a Starting job id=7:PUBLIC_VM:cc type=PUBLIC_VM inputsUri=x\n"
    "[03:00:14.000] INFO: bb-prover Generated proof for avm-circuit(0xabcd2) in 4000 ms\n"
    "[03:00:15.000] INFO: bb-prover Generated proof for avm-circuit(0xef003) in 5000 ms\n"
    "[03:00:19.001] INFO: bb-prover Generated proof for avm-circuit(0xabcd2) in 1000 ms\n"
    "[03:00:19.500] INFO: a Job id=7:PUBLIC_VM:bb type=PUBLIC_VM completed outputUri=x\n";

class TransactionsTest : public QueryTest {
 protected:
  absl::StatusOr<v1::GetTransactionResponse> Get(const std::string& hash) {
    v1::GetTransactionRequest request;
    request.set_hash(hash);
    return handler_.GetTransaction(request);
  }
};

TEST_F(TransactionsTest, AnEpochsTransactionsWithTheirProofs) {
  Import("prover-b", "agent.log", kAgent);
  v1::ListTransactionsRequest request;
  request.set_epoch(7);
  const auto response = handler_.ListTransactions(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->transaction_count(), 3);
  EXPECT_EQ(response->proof_count(), 4);
  EXPECT_EQ(response->joined_count(), 1);
  EXPECT_EQ(response->max_parallel(), 2);
  EXPECT_EQ(FromProtoTimestamp(response->first_time()), kSomeDay + 3'600'999);
  EXPECT_EQ(FromProtoTimestamp(response->last_time()), kSomeDay + 3'619'001);
  EXPECT_NEAR(response->per_second(), 3 / 18.002, 1e-9);
  ASSERT_EQ(response->transactions_size(), 3);
  EXPECT_EQ(response->transactions(0).hash(), "0xabcd1");
  EXPECT_EQ(response->transactions(0).proofs(0).job(), "7:PUBLIC_VM:aa");
  EXPECT_EQ(response->transactions(0).proofs(0).run().machine(), "prover-b");
  EXPECT_EQ(response->transactions(1).proofs_size(), 2);
  EXPECT_EQ(response->transactions(1).proofs(0).job(), "");
  EXPECT_FALSE(response->more_runs());
  EXPECT_EQ(response->completeness().sources_size(), 1);
}

TEST_F(TransactionsTest, APageGoesOnBehindTheOneBefore) {
  Import("prover-b", "agent.log", kAgent);
  v1::ListTransactionsRequest request;
  request.set_epoch(7);
  request.set_page_size(1);
  std::vector<std::string> hashes;
  do {
    const auto page = handler_.ListTransactions(request);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_EQ(page->transaction_count(), 3);
    ASSERT_EQ(page->transactions_size(), 1);
    hashes.push_back(page->transactions(0).hash());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(hashes, ElementsAre("0xabcd1", "0xabcd2", "0xef003"));
}

TEST_F(TransactionsTest, ALogThatTwoMachinesSentCountsOnce) {
  Import("prover-b", "agent.log", kAgent);
  Import("prover-c", "agent.log", kAgent);
  v1::ListTransactionsRequest request;
  request.set_epoch(7);
  EXPECT_EQ(handler_.ListTransactions(request)->proof_count(), 4);
  EXPECT_EQ(Get("0xabcd2")->transaction().proofs_size(), 2);
}

TEST_F(TransactionsTest, OneTransactionComesWithItsLinesAndJob) {
  Import("prover-b", "agent.log", kAgent);
  const auto response = Get("ABCD1");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->transaction().hash(), "0xabcd1");
  ASSERT_EQ(response->transaction().proofs_size(), 1);
  const v1::AvmProof& proof = response->transaction().proofs(0);
  EXPECT_EQ(proof.source(), "agent.log");
  EXPECT_EQ(proof.epoch(), 7);
  ASSERT_EQ(proof.lines_size(), 3);
  EXPECT_TRUE(proof.lines(1).is_fact());
  EXPECT_TRUE(absl::StrContains(proof.lines(1).text(), "avm-circuit(0xabcd1)"));
  ASSERT_EQ(response->jobs_size(), 1);
  EXPECT_EQ(response->jobs(0).id(), "7:PUBLIC_VM:aa");
  EXPECT_EQ(response->epochs_searched(), 1);
  EXPECT_EQ(response->earliest_epoch(), 7);
  EXPECT_TRUE(Get("0xef00")->jobs().empty());
}

// Nothing tells the epoch of a proof in a process of which no job is known.
TEST_F(TransactionsTest, AProofOfNoEpochIsFoundAllTheSame) {
  Import("prover-a", "broker.log",
         "[03:00:00.000] INFO: b New proving job id=7:A:aa epochNumber=7\n");
  Import("prover-b", "agent.log",
         "[03:00:09.000] INFO: bb-prover Generated proof for avm-circuit(0xabcd1) in 8001 ms\n"
         "[03:00:09.500] INFO: bb-prover The line before is over\n");
  const auto response = Get("0xabcd1");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_FALSE(response->transaction().proofs(0).has_epoch());
  EXPECT_TRUE(response->jobs().empty());
}

TEST_F(TransactionsTest, OnlyTheEpochThatIsAskedForIsSearched) {
  Import("prover-b", "agent.log", kAgent);
  Import("prover-a", "broker.log",
         "[03:00:00.000] INFO: b New proving job id=9:A:aa epochNumber=9\n");
  v1::GetTransactionRequest request;
  request.set_hash("0xabcd1");
  request.set_epoch(9);
  const absl::Status status = handler_.GetTransaction(request).status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("in the logs of epoch 9"));
  request.set_epoch(7);
  EXPECT_TRUE(handler_.GetTransaction(request).ok());
  request.set_epoch(8);
  EXPECT_THAT(std::string(handler_.GetTransaction(request).status().message()),
              HasSubstr("has no epoch 8"));
}

TEST_F(TransactionsTest, BadQuestionsAreRefused) {
  Import("prover-b", "agent.log", kAgent);
  const auto refused = [](const absl::Status& status, const std::string& message) {
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message));
  };
  refused(Get("0xabcd").status(),
          "hash: 0xabcd is the beginning of several, such as 0xabcd1 and 0xabcd2");
  for (const std::string& hash :
       {std::string(), std::string("0xabc"), std::string("0xabcg"), std::string(65, 'a')}) {
    refused(Get(hash).status(), "hash: ");
  }
  v1::ListTransactionsRequest request;
  request.set_epoch(-1);
  refused(handler_.ListTransactions(request).status(), "epoch: ");
  request.set_epoch(7);
  request.set_page_token("nonsense");
  refused(handler_.ListTransactions(request).status(), "page_token: ");
  request.clear_page_token();
  request.set_page_size(1001);
  refused(handler_.ListTransactions(request).status(), "page_size: ");
  request.clear_page_size();
  request.set_epoch(8);
  EXPECT_TRUE(absl::IsNotFound(handler_.ListTransactions(request).status()));
}

}  // namespace
}  // namespace proverlog
