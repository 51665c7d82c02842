#include "analysis/transactions.h"

#include <gtest/gtest.h>

namespace proverlog {
namespace {

CircuitRun Proof(const std::string& tx, UnixMillis end, int64_t micros) {
  CircuitRun run;
  run.step = CircuitStep::kProof;
  run.circuit = "avm-circuit";
  run.tx = tx;
  run.at = end;
  run.micros = micros;
  return run;
}

TEST(TransactionsTest, OfNoneThereIsNoRate) {
  const TransactionSummary summary = SummarizeTransactions({});
  EXPECT_TRUE(summary.transactions.empty());
  EXPECT_EQ(summary.per_second, std::nullopt);
  EXPECT_EQ(summary.first, std::nullopt);
  EXPECT_EQ(summary.max_parallel, 0);
}

TEST(TransactionsTest, ATransactionHasAllItsProofs) {
  CircuitRun joined = Proof("0xb", 3000, 1'000'000);
  joined.job = JobId{7, "PUBLIC_VM", "aa"};
  const TransactionSummary summary = SummarizeTransactions(
      {Proof("0xa", 5000, 500'000), joined, Proof("0xc", 3000, 1), Proof("0xa", 4000, 100'000)});
  ASSERT_EQ(summary.transactions.size(), 3U);
  EXPECT_EQ(summary.transactions[0].hash, "0xb");
  EXPECT_EQ(summary.transactions[1].hash, "0xc");
  EXPECT_EQ(summary.transactions[2].hash, "0xa");
  ASSERT_EQ(summary.transactions[2].proofs.size(), 2U);
  EXPECT_EQ(summary.transactions[2].proofs[0].at, 4000);
  EXPECT_EQ(summary.proofs, 4);
  EXPECT_EQ(summary.joined, 1);
  EXPECT_EQ(summary.first, absl::FromUnixMillis(2000));
  EXPECT_EQ(summary.last, absl::FromUnixMillis(5000));
  EXPECT_DOUBLE_EQ(*summary.per_second, 1);
}

TEST(TransactionsTest, AProofThatEndsWhenAnotherBeginsIsNotBesideIt) {
  EXPECT_EQ(SummarizeTransactions({Proof("0xa", 2000, 1'000'000), Proof("0xb", 1000, 500'000)})
                .max_parallel,
            1);
  EXPECT_EQ(SummarizeTransactions(
                {Proof("0xa", 2000, 1'000'001), Proof("0xb", 1000, 500'000), Proof("0xc", 1500, 1)})
                .max_parallel,
            2);
}

// As long as a record can be late, the last end is not that of the first beginning.
TEST(TransactionsTest, ALongProofBeginsBeforeThoseThatEndEarlier) {
  EXPECT_EQ(
      SummarizeTransactions({Proof("0xa", 9000, 9'000'000), Proof("0xb", 5000, 1'000'000)}).first,
      absl::FromUnixMillis(0));
}

}  // namespace
}  // namespace proverlog
