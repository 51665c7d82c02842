#include <string>
#include <utility>
#include <vector>

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
using google::protobuf::Timestamp;

absl::Duration Between(const Timestamp& begin, const Timestamp& end) {
  return absl::Milliseconds(FromProtoTimestamp(end) - FromProtoTimestamp(begin));
}

std::string Seconds(const Timestamp& time) {
  return HumanTime(time).substr(0, std::string("2026-11-21 03:00:46").size());
}

std::string PercentOf(double part) { return absl::StrFormat("%.0f%%", 100 * part); }

std::string TypesTable(const v1::GetProgressResponse& response) {
  const bool expects = response.total().has_expected();
  std::vector<Table::Column> columns = {
      {"TYPE", Align::kLeft}, {"DONE"}, {"RUNNING"}, {"QUEUED"}, {"GIVEN UP"}};
  if (expects) columns.push_back({"EXPECTED"});
  Table table(std::move(columns));
  const auto add = [&](const v1::TypeProgress& type, const std::string& name) {
    std::vector<std::string> row = {name, HumanCount(type.done()), HumanCount(type.running()),
                                    HumanCount(type.queued()), HumanCount(type.given_up())};
    if (expects) row.push_back(HumanCount(type.expected()));
    table.AddRow(std::move(row));
  };
  for (const v1::TypeProgress& type : response.types()) add(type, Printable(type.type()));
  add(response.total(), "all");
  return table.ToString();
}

std::string DoneText(const v1::GetProgressResponse& response) {
  const v1::TypeProgress& total = response.total();
  const std::string so_far =
      absl::StrCat(HumanCount(total.done()), " done, ", HumanCount(total.running()), " running, ",
                   HumanCount(total.queued()), " queued");
  if (total.expected() == 0) return absl::StrCat("Jobs: ", so_far, "\n");
  return absl::StrCat("Jobs: ", so_far, ", of about ", HumanCount(total.expected()), " (",
                      PercentOf(static_cast<double>(total.done()) / total.expected()), " done)\n");
}

std::string BasisText(const v1::GetProgressResponse& response) {
  const std::string earlier = Plural(response.earlier_epochs_size(), "earlier epoch");
  switch (response.expected_basis()) {
    case v1::EXPECTED_BASIS_TRANSACTIONS:
      return absl::StrCat("Expected as in ", earlier, ", by the epoch's ",
                          Plural(response.transactions(), "transaction"), ".\n");
    case v1::EXPECTED_BASIS_LEAF_JOBS:
      return absl::StrCat("Expected as in ", earlier,
                          ", by the jobs that had begun as long after their start.\n");
    case v1::EXPECTED_BASIS_EARLIER_EPOCHS:
      return absl::StrCat("Expected as in ", earlier,
                          "; there are too few jobs to tell how large this one is.\n");
    default:
      return "No earlier epoch of its kind was proven: nothing tells how many jobs are to come, or"
             " when it ends.\n";
  }
}

std::string EstimateText(const v1::GetProgressResponse& response) {
  if (!response.has_estimate()) return "";
  const v1::EndEstimate& estimate = response.estimate();
  std::string text = absl::StrCat(estimate.to_l1() ? "Proof on L1: about " : "Root proven: about ",
                                  Seconds(estimate.time()), " UTC");
  if (!estimate.has_earliest_time()) {
    return absl::StrCat(text, "; one earlier epoch gives no interval\n");
  }
  return absl::StrCat(text, ", between ", TimeOfDay(estimate.earliest_time()).substr(0, 8), " and ",
                      TimeOfDay(estimate.latest_time()).substr(0, 8), " in ",
                      PercentOf(estimate.share()), " of cases\n");
}

std::string MarginText(const v1::GetProgressResponse& response) {
  if (!response.has_margin()) return "";
  const absl::Duration margin = FromProtoDuration(response.margin());
  return absl::StrCat(", ", HumanDuration(absl::AbsDuration(margin)),
                      margin < absl::ZeroDuration() ? " before that" : " after that");
}

std::string DeadlineText(const v1::GetProgressResponse& response) {
  return WrapText(absl::StrCat("Deadline:    ", Seconds(response.deadline().time()), " UTC",
                               response.deadline().at_the_latest() ? " at the latest" : "",
                               MarginText(response), "; ",
                               DeadlineSourceText(response.deadline())));
}

std::string VerdictText(const v1::GetProgressResponse& response) {
  switch (response.verdict()) {
    case v1::PROGRESS_VERDICT_ON_TIME:
      return "On time.\n";
    case v1::PROGRESS_VERDICT_AT_RISK:
      return "At risk: it may end after the deadline.\n";
    case v1::PROGRESS_VERDICT_LATE:
      return response.has_estimate() && FromProtoDuration(response.margin()) >= absl::ZeroDuration()
                 ? "Late: the deadline has passed, and no log says that the proof is on L1.\n"
                 : "Late: it ends after the deadline.\n";
    default:
      return "";
  }
}

std::string UnderWayText(const v1::GetProgressResponse& response, bool timing_given) {
  std::string text = absl::StrCat("As of ", HumanTime(response.as_of_time()), " UTC");
  if (response.has_start_time()) {
    absl::StrAppend(&text, ", ",
                    HumanDuration(Between(response.start_time(), response.as_of_time())),
                    " after it began");
  }
  if (response.has_last_complete_time()) {
    absl::StrAppend(&text, "; the last job was done at ", TimeOfDay(response.last_complete_time()));
  }
  absl::StrAppend(&text, ".\n", DoneText(response));
  if (response.has_proof_ready_time()) {
    absl::StrAppend(&text, "The proof is ready since ", HumanTime(response.proof_ready_time()),
                    " UTC and not on L1.\n");
  }
  const std::string deadline =
      response.has_deadline()
          ? DeadlineText(response)
          : WrapText(absl::StrCat("Deadline:    not known", NoDeadlineText(timing_given)));
  return absl::StrCat(text, EstimateText(response), deadline, VerdictText(response));
}

std::string OverText(const v1::GetProgressResponse& response) {
  std::string text = "It is over";
  if (response.has_start_time()) {
    absl::StrAppend(&text, ": from ", HumanTime(response.start_time()), " to ",
                    HumanTime(response.end_time()), " UTC, ",
                    HumanDuration(Between(response.start_time(), response.end_time())));
  }
  absl::StrAppend(&text, ".\n");
  if (response.has_publish_time()) {
    absl::StrAppend(&text, "On L1:       ", Seconds(response.publish_time()), " UTC\n");
  }
  return response.has_deadline() ? absl::StrCat(text, DeadlineText(response)) : text;
}

}  // namespace

std::string DeadlineSourceText(const v1::ProofDeadline& deadline) {
  const std::string length = absl::StrCat(
      "epochs of ", HumanDuration(deadline.epoch_length()),
      deadline.network().empty() ? "" : absl::StrCat(", as ", deadline.network(), " has them"));
  switch (deadline.source()) {
    case v1::DEADLINE_SOURCE_LOG:
      return "the log prints it";
    case v1::DEADLINE_SOURCE_OTHER_EPOCH:
      return absl::StrCat("the log prints that of epoch ", deadline.from_epoch(), ", with ",
                          length);
    case v1::DEADLINE_SOURCE_PRESET:
      return absl::StrCat("from when the session of epoch ", deadline.from_epoch(), " began, with ",
                          length);
    case v1::DEADLINE_SOURCE_REQUEST:
      return absl::StrCat("from when the session of epoch ", deadline.from_epoch(),
                          " began, with the times that were given");
    default:
      return "";
  }
}

std::string NoDeadlineText(bool timing_given) {
  return timing_given ? ": no log shows when a session began, or with the times that were given it"
                        " would have been too late by then"
                      : "; give --slot-duration and --epoch-slots";
}

std::string ProgressText(const v1::GetProgressResponse& response, bool timing_given) {
  std::string text =
      absl::StrCat(CompletenessText(response.completeness()), "Epoch ", response.epoch(), " of ",
                   Printable(response.prover()), ": ", OutcomeText(response.outcome()), "\n");
  absl::StrAppend(&text,
                  response.over() ? OverText(response) : UnderWayText(response, timing_given), "\n",
                  TypesTable(response));
  return response.over() ? text : absl::StrCat(text, WrapText(BasisText(response)));
}

}  // namespace proverlog
