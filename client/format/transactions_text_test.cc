// The answers of `proverlog transactions` and `proverlog transaction` as text.

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

constexpr UnixMillis kSomeTime = 1795226400123;  // 2026-11-21 02:00:00.123

v1::AvmProof Proof(const std::string& job) {
  v1::AvmProof proof;
  v1::CircuitRun& run = *proof.mutable_run();
  *run.mutable_end_time() = ToProtoTimestamp(kSomeTime);
  *run.mutable_duration() = ToProtoDuration(absl::Seconds(44));
  run.set_machine("prover-b");
  run.set_output_bytes(129'728);
  run.set_circuit_size(2'097'152);
  run.set_offset(4711);
  proof.set_job(job);
  proof.set_epoch(7);
  proof.set_source("agent.log");
  return proof;
}

v1::Transaction SomeTransaction() {
  v1::Transaction transaction;
  transaction.set_hash("0x" + std::string(64, '1'));
  *transaction.add_proofs() = Proof("7:PUBLIC_VM:" + std::string(64, 'a'));
  *transaction.add_proofs() = Proof("");
  return transaction;
}

void ExpectToFit(const std::string& text) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(DisplayWidth(line), kMaxLineWidth) << line;
  }
}

TEST(TransactionsTextTest, TheFiguresAreOfAllAndTheTableHasEachProof) {
  v1::ListTransactionsResponse response;
  response.set_prover("mine");
  response.set_epoch(7);
  response.set_transaction_count(1);
  response.set_proof_count(2);
  response.set_joined_count(1);
  *response.mutable_first_time() = ToProtoTimestamp(kSomeTime - 44'000);
  *response.mutable_last_time() = ToProtoTimestamp(kSomeTime);
  response.set_per_second(1.0 / 44);
  response.set_max_parallel(2);
  *response.add_transactions() = SomeTransaction();
  EXPECT_EQ(
      TransactionsText(response),
      "Epoch 7 of mine: 1 public transaction, 2 AVM proofs; which job it was for is known of 1\n"
      "2026-11-21 01:59:16.123 to 02:00:00.123 UTC: 0.0227 transactions a second; at most 2 "
      "AVM proofs at\n"
      "  once\n"
      "\n"
      "TRANSACTION         AVM PROOF ENDED   AFTER  JOB                   MACHINE\n"
      "0x1111111111111111  02:00:00.123     44.0 s  7:PUBLIC_VM:aaaaaaaa  prover-b\n"
      "0x1111111111111111  02:00:00.123     44.0 s  -                     prover-b\n");
  response.set_more_runs(true);
  response.set_next_page_token("abc");
  EXPECT_THAT(TransactionsText(response), HasSubstr("Later ones are missing: "));
  EXPECT_THAT(TransactionsText(response), HasSubstr("--page-token abc\n"));
}

TEST(TransactionsTextTest, WithoutProofsThereIsNoRate) {
  v1::ListTransactionsResponse response;
  response.set_prover("mine");
  response.set_epoch(7);
  EXPECT_EQ(TransactionsText(response),
            "Epoch 7 of mine: 0 public transactions\n"
            "The logs tell of no AVM proof that was finished.\n");
}

TEST(TransactionTextTest, SaysWhatIsKnownAndWhatNoLogSays) {
  v1::GetTransactionResponse response;
  *response.mutable_transaction() = SomeTransaction();
  response.mutable_transaction()->mutable_proofs(0)->add_lines()->set_text("the line\x1b[2J");
  response.mutable_transaction()->mutable_proofs(0)->mutable_lines(0)->set_is_fact(true);
  response.mutable_transaction()->mutable_proofs(1)->clear_epoch();
  response.mutable_transaction()->mutable_proofs(1)->set_lines_missing("they are old");
  v1::Job& job = *response.add_jobs();
  job.set_id("7:PUBLIC_VM:" + std::string(64, 'a'));
  job.set_state(v1::JOB_STATE_COMPLETED);
  *job.mutable_enqueue_time() = ToProtoTimestamp(kSomeTime - 50'000);
  job.set_attempts(2);
  const std::string text = TransactionText(response);
  ExpectToFit(text);
  EXPECT_THAT(text, HasSubstr("Transaction 0x" + std::string(64, '1') + "\n\n"));
  EXPECT_THAT(text, HasSubstr("2026-11-21 02:00:00.123 UTC: AVM proof finished on prover-b after "
                              "44.0 s, epoch 7, proof 130 kB,\n  2,097,152 gates\n"
                              "  of 7:PUBLIC_VM:" +
                              std::string(64, 'a') +
                              "\n"
                              "  byte 4711 of agent.log\n"
                              "  > the line?[2J\n"));
  EXPECT_THAT(text, HasSubstr("its epoch is not known"));
  EXPECT_THAT(text, HasSubstr("Which job it was made for is not known"));
  EXPECT_THAT(text, HasSubstr("    (they are old)\n"));
  EXPECT_THAT(text, HasSubstr("\nJobs around it:\n  7:PUBLIC_VM:aaaaaaaa: completed, enqueued "
                              "01:59:10.123, 2 attempts\n"));
  EXPECT_THAT(text, HasSubstr("\nWhich base rollup took the proof is not in any log"));
  EXPECT_THAT(text, Not(HasSubstr("Looked for")));
  response.set_epochs_searched(50);
  response.set_earliest_epoch(3006);
  EXPECT_THAT(TransactionText(response),
              HasSubstr("Looked for in 50 epochs, the earliest is 3006.\n"));
}

}  // namespace
}  // namespace proverlog
