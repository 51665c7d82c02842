#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/format/human.h"
#include "client/format/markdown.h"
#include "client/format/report_text.h"

namespace proverlog {
namespace {

std::string FinishedText(const v1::ListTransactionsResponse& finished) {
  if (finished.transaction_count() == 0) return "";
  std::string text = absl::StrCat(
      Plural(finished.transaction_count(), "transaction"), " with a finished AVM proof",
      finished.has_per_second()
          ? absl::StrCat(", ", HumanNumber(finished.per_second()), " a second")
          : "",
      "; up to ", finished.max_parallel(), " proofs at once",
      finished.more_runs() ? " (not all runs could be looked at)" : "", ":\n\n");
  for (const v1::Transaction& transaction : finished.transactions()) {
    const v1::CircuitRun& run = transaction.proofs(0).run();
    absl::StrAppend(&text, "- ", MarkdownCode(transaction.hash()), " in ",
                    HumanDuration(run.duration()), " on ", MarkdownText(run.machine()), "\n");
  }
  const int more = finished.transaction_count() - finished.transactions_size();
  if (more > 0) absl::StrAppend(&text, "- ... and ", HumanCount(more), " more\n");
  return text + "\n";
}

std::string BegunText(const v1::ReportTransactions& transactions) {
  if (transactions.begun().empty()) return "";
  constexpr int kShown = 20;
  std::string text = absl::StrCat(
      Plural(transactions.begun_size(), "transaction"), transactions.more_begun() ? " or more" : "",
      " of which the AVM proof was begun and is not known to be finished:\n\n");
  for (int i = 0; i < std::min(transactions.begun_size(), kShown); ++i) {
    absl::StrAppend(&text, "- ", MarkdownCode(transactions.begun(i)), "\n");
  }
  const int more = transactions.begun_size() - kShown;
  if (more > 0) absl::StrAppend(&text, "- ... and ", HumanCount(more), " more\n");
  return text + "\n";
}

}  // namespace

std::string ReportTransactionsText(const v1::GetReportResponse& report) {
  std::string text;
  for (const v1::ReportTransactions& epoch : report.transactions()) {
    const std::string of_epoch = absl::StrCat(FinishedText(epoch.finished()), BegunText(epoch));
    if (of_epoch.empty()) continue;
    absl::StrAppend(&text, "### Epoch ", epoch.finished().epoch(), "\n\n", of_epoch);
  }
  return text.empty() ? "" : absl::StrCat("## Transactions\n\n", text);
}

std::string ReportTroublesText(const v1::GetReportResponse& report) {
  const v1::ReportTroubles& troubles = report.troubles();
  MarkdownTable table({"Level", "Module", "Message", "Records", "First (UTC)", "In"});
  for (const v1::ReportTrouble& trouble : troubles.troubles()) {
    table.AddRow(
        {MarkdownText(trouble.level()), MarkdownText(trouble.module()),
         MarkdownText(trouble.message_template()), HumanCount(trouble.count()),
         trouble.has_first_time() ? HumanTime(trouble.first_time()) : "-",
         absl::StrCat(MarkdownText(trouble.source()), " of ", MarkdownText(trouble.machine()))});
  }
  std::string text = "## Warnings and errors\n\n";
  const bool complete = troubles.all_read() && report.completeness().complete();
  if (table.empty()) {
    absl::StrAppend(&text, complete ? "There are none in these logs, which are complete.\n\n"
                                    : "There are none in what could be read of these logs.\n\n");
  } else {
    absl::StrAppend(&text, table.ToString());
    const int more = troubles.kinds() - troubles.troubles_size();
    if (more > 0) absl::StrAppend(&text, "... and ", Plural(more, "more kind"), ".\n\n");
  }
  if (!troubles.all_read()) absl::StrAppend(&text, "Not all lines of the time were read.\n\n");
  return text;
}

}  // namespace proverlog
