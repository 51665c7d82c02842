#include <map>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using Align = Table::Align;

constexpr double kWeiPerGwei = 1e9;
constexpr size_t kFeeDigits = 10;   // "0.00492648"
constexpr size_t kHashLength = 66;  // "0x" and 64 digits

std::string TimeCell(bool has_time, const google::protobuf::Timestamp& time) {
  return has_time ? HumanTime(time).substr(5, 14) : "-";  // "11-21 03:00:46"
}

// Of the transaction that made it to L1, else of the last one.
const v1::L1Transaction* MainTransaction(const v1::Submission& submission) {
  const v1::L1Transaction* main = nullptr;
  for (const v1::L1Transaction& transaction : submission.transactions()) {
    if (main == nullptr || main->reverted()) main = &transaction;
  }
  return main;
}

std::string GweiCell(const v1::L1Transaction* transaction) {
  double wei = 0;
  if (transaction == nullptr || !absl::SimpleAtod(transaction->gas_price_wei(), &wei)) return "-";
  return absl::StrFormat("%.3g", wei / kWeiPerGwei);
}

std::string MarginCell(const v1::Submission& submission) {
  if (!submission.has_margin()) return "-";
  const absl::Duration margin = FromProtoDuration(submission.margin());
  return absl::StrCat(margin < absl::ZeroDuration() ? "-" : "",
                      HumanDuration(absl::AbsDuration(margin)));
}

std::string SubmissionTable(const v1::ListSubmissionsResponse& response) {
  Table table({{"EPOCH"},
               {"OUTCOME", Align::kTime},
               {"PROOF (UTC)", Align::kTime},
               {"ON L1", Align::kTime},
               {"TRIES"},
               {"GAS"},
               {"GWEI"},
               {"FEE, ETH", Align::kTime},
               {"MARGIN"}});
  for (const v1::Submission& submission : response.submissions()) {
    const v1::L1Transaction* main = MainTransaction(submission);
    const bool has_gas = main != nullptr && main->has_gas_used();
    table.AddRow({absl::StrCat(submission.epoch()), OutcomeText(submission.outcome()),
                  TimeCell(submission.has_proof_ready_time(), submission.proof_ready_time()),
                  TimeCell(submission.has_publish_time(), submission.publish_time()).substr(0, 14),
                  submission.tries() == 0 ? "-" : absl::StrCat(submission.tries()),
                  has_gas ? HumanCount(main->gas_used()) : "-", GweiCell(main),
                  submission.fee_eth().empty() ? "-" : submission.fee_eth().substr(0, kFeeDigits),
                  MarginCell(submission)});
  }
  return table.ToString();
}

// Whole, so that they can be looked up.
std::string TransactionTable(const v1::ListSubmissionsResponse& response) {
  Table table({{"EPOCH"}, {"TRANSACTION", Align::kTime}, {"", Align::kTime}});
  for (const v1::Submission& submission : response.submissions()) {
    for (const v1::L1Transaction& transaction : submission.transactions()) {
      table.AddRow({absl::StrCat(submission.epoch()),
                    Shorten(Printable(transaction.hash()), kHashLength),
                    transaction.reverted() ? "reverted" : ""});
    }
  }
  return table.empty() ? "" : absl::StrCat("\n", table.ToString());
}

std::string ErrorText(const v1::SubmissionError& error) {
  return WrapText(absl::StrCat("  ", HumanTime(error.time()), " UTC ", error.kind(),
                               error.words().empty() ? "" : ": ", Printable(error.words())));
}

// What a row has no place for.
std::string NotesOf(const v1::Submission& submission) {
  std::string text;
  if (submission.has_waiting_since_time()) {
    absl::StrAppend(&text, "  its proof is ready since ",
                    HumanTime(submission.waiting_since_time()), " UTC and ",
                    submission.has_submit_time() ? "not on L1\n" : "was not sent\n");
  }
  if (!submission.estimated_fee_eth().empty()) {
    absl::StrAppend(&text, "  not sent; sending it would have cost about ",
                    Printable(submission.estimated_fee_eth()), " ETH\n");
  }
  if (submission.tip_advance() == v1::TIP_ADVANCE_ANOTHER_PROVER) {
    absl::StrAppend(&text, "  another prover's proof of later blocks was on L1 already\n");
  } else if (submission.tip_advance() == v1::TIP_ADVANCE_LONGER_PROOF) {
    absl::StrAppend(&text, "  a longer proof stood before it; the logs do not say whose\n");
  }
  for (const v1::SubmissionError& error : submission.errors()) {
    absl::StrAppend(&text, ErrorText(error));
  }
  if (text.empty()) return "";
  return absl::StrCat("Epoch ", submission.epoch(), ":\n", text);
}

// How the deadlines behind the margins are known, each way once.
std::string SourcesText(const v1::ListSubmissionsResponse& response, bool timing_given) {
  std::map<v1::DeadlineSource, std::pair<std::string, int>> sources;
  int unknown = 0;
  for (const v1::Submission& submission : response.submissions()) {
    if (!submission.has_deadline()) {
      ++unknown;
      continue;
    }
    auto& [text, count] = sources[submission.deadline().source()];
    text = DeadlineSourceText(submission.deadline());
    ++count;
  }
  std::string text;
  for (const auto& [source, told] : sources) {
    absl::StrAppend(&text, WrapText(absl::StrCat("Deadlines of ", Plural(told.second, "epoch"),
                                                 ": ", told.first)));
  }
  if (unknown > 0) {
    absl::StrAppend(&text,
                    WrapText(absl::StrCat("No deadline is known of ", Plural(unknown, "epoch"),
                                          NoDeadlineText(timing_given))));
  }
  return text;
}

}  // namespace

std::string SubmissionsText(const v1::ListSubmissionsResponse& response, bool timing_given) {
  std::string text = CompletenessText(response.completeness());
  if (response.submissions().empty()) return absl::StrCat(text, "There is no epoch yet.\n");
  absl::StrAppend(&text, SubmissionTable(response), SourcesText(response, timing_given),
                  TransactionTable(response));
  for (const v1::Submission& submission : response.submissions()) {
    const std::string notes = NotesOf(submission);
    if (!notes.empty()) absl::StrAppend(&text, "\n", notes);
  }
  return absl::StrCat(text, NextPageText(response.next_page_token()));
}

}  // namespace proverlog
