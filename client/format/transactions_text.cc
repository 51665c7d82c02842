#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

using Align = Table::Align;

// Long enough for `proverlog transaction`.
std::string ShortHash(const std::string& hash) {
  constexpr size_t kShown = 18;
  return Printable(hash.substr(0, kShown));
}

std::string FiguresText(const v1::ListTransactionsResponse& response) {
  std::string text = absl::StrCat("Epoch ", response.epoch(), " of ", Printable(response.prover()),
                                  ": ", Plural(response.transaction_count(), "public transaction"));
  if (response.proof_count() == 0) {
    return absl::StrCat(text, "\nThe logs tell of no AVM proof that was finished.\n");
  }
  text = WrapText(absl::StrCat(text, ", ", Plural(response.proof_count(), "AVM proof"),
                               "; which job it was for is known of ",
                               HumanCount(response.joined_count())));
  std::string rate = absl::StrCat(HumanTime(response.first_time()), " to ",
                                  TimeOfDay(response.last_time()), " UTC");
  if (response.has_per_second()) {
    absl::StrAppendFormat(&rate, ": %.3g transactions a second", response.per_second());
  }
  return absl::StrCat(text,
                      WrapText(absl::StrCat(rate, "; at most ", HumanCount(response.max_parallel()),
                                            " AVM proofs at once")));
}

std::string ProofSizesText(const v1::CircuitRun& run) {
  std::string text;
  if (run.input_bytes() > 0) absl::StrAppend(&text, ", input ", HumanBytes(run.input_bytes()));
  if (run.output_bytes() > 0) absl::StrAppend(&text, ", proof ", HumanBytes(run.output_bytes()));
  if (run.circuit_size() > 0)
    absl::StrAppend(&text, ", ", HumanCount(run.circuit_size()), " gates");
  return text;
}

std::string ProofText(const v1::AvmProof& proof) {
  const v1::CircuitRun& run = proof.run();
  std::string text = WrapText(absl::StrCat(
      HumanTime(run.end_time()), " UTC: AVM proof finished on ", Printable(run.machine()),
      " after ", HumanDuration(run.duration()),
      proof.has_epoch() ? absl::StrCat(", epoch ", proof.epoch()) : ", its epoch is not known",
      ProofSizesText(run)));
  if (proof.job().empty()) {
    absl::StrAppend(&text, WrapText("  Which job it was made for is not known: more than one may "
                                    "have run in the process."));
  } else {
    absl::StrAppend(&text, "  of ", Printable(proof.job()), "\n");
  }
  absl::StrAppend(
      &text, WrapText(absl::StrCat("  byte ", run.offset(), " of ", Printable(proof.source()))));
  for (const v1::LogLine& line : proof.lines()) {
    absl::StrAppend(&text,
                    Shorten(absl::StrCat(line.is_fact() ? "  > " : "    ", Printable(line.text())),
                            kMaxLineWidth),
                    "\n");
  }
  if (!proof.lines_missing().empty()) {
    absl::StrAppend(&text, "    (", Printable(proof.lines_missing()), ")\n");
  }
  return text;
}

std::string JobLine(const v1::Job& job) {
  std::string text = absl::StrCat(ShortId(job.id()), ": ", StateText(job.state()));
  if (job.has_enqueue_time()) {
    absl::StrAppend(&text, ", enqueued ", TimeOfDay(job.enqueue_time()));
  }
  if (job.has_start_time()) absl::StrAppend(&text, ", started ", TimeOfDay(job.start_time()));
  if (job.has_end_time()) absl::StrAppend(&text, ", ended ", TimeOfDay(job.end_time()));
  return WrapText(absl::StrCat(text, ", ", Plural(job.attempts(), "attempt")));
}

}  // namespace

std::string TransactionsText(const v1::ListTransactionsResponse& response) {
  std::string text = absl::StrCat(CompletenessText(response.completeness()), FiguresText(response));
  if (response.more_runs()) {
    absl::StrAppend(&text, "Later ones are missing: the epoch has too many runs of circuits.\n");
  }
  Table table({{"TRANSACTION", Align::kTime},
               {"AVM PROOF ENDED", Align::kTime},
               {"AFTER"},
               {"JOB", Align::kTime},
               {"MACHINE", Align::kLeft}});
  for (const v1::Transaction& transaction : response.transactions()) {
    for (const v1::AvmProof& proof : transaction.proofs()) {
      table.AddRow({ShortHash(transaction.hash()), TimeOfDay(proof.run().end_time()),
                    HumanDuration(proof.run().duration()),
                    proof.job().empty() ? "-" : ShortId(proof.job()), proof.run().machine()});
    }
  }
  if (!table.empty()) absl::StrAppend(&text, "\n", table.ToString());
  return absl::StrCat(text, NextPageText(response.next_page_token()));
}

std::string TransactionText(const v1::GetTransactionResponse& response) {
  const v1::Transaction& transaction = response.transaction();
  std::string text = absl::StrCat(CompletenessText(response.completeness()), "Transaction ",
                                  Printable(transaction.hash()), "\n\n");
  for (const v1::AvmProof& proof : transaction.proofs()) absl::StrAppend(&text, ProofText(proof));
  if (!response.jobs().empty()) absl::StrAppend(&text, "\nJobs around it:\n");
  for (const v1::Job& job : response.jobs()) absl::StrAppend(&text, "  ", JobLine(job));
  absl::StrAppend(
      &text,
      "\nWhich base rollup took the proof is not in any log: none says of a rollup's job "
      "whose it is.\n");
  if (response.epochs_searched() > 1) {
    absl::StrAppend(&text, "Looked for in ", Plural(response.epochs_searched(), "epoch"),
                    ", the earliest is ", response.earliest_epoch(), ".\n");
  }
  return text;
}

}  // namespace proverlog
