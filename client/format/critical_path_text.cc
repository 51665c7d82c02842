#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

constexpr int kMaxLinksShown = 50;

absl::Duration Of(const google::protobuf::Duration& part) { return FromProtoDuration(part); }

std::string Cell(const google::protobuf::Duration& part) {
  return Of(part) == absl::ZeroDuration() ? "-" : HumanDuration(part);
}

std::string Percent(absl::Duration part, absl::Duration whole) {
  if (whole == absl::ZeroDuration()) return "-";
  return absl::StrFormat("%.0f %%", 100 * absl::FDivDuration(part, whole));
}

std::string TypeOf(const std::string& job) {
  const std::vector<std::string> parts = absl::StrSplit(job, ':');
  return parts.size() < 2 ? job : parts[1];
}

absl::Duration OfJob(const v1::PathParts& parts) {
  return Of(parts.queueing()) + Of(parts.retrying()) + Of(parts.running()) + Of(parts.reporting()) +
         Of(parts.unknown());
}

using Parts = std::vector<const google::protobuf::Duration*>;

// In the order of the table's columns.
Parts PartsOf(const v1::PathParts& parts, bool with_unknown) {
  Parts columns = {&parts.handing_over(), &parts.queueing(), &parts.retrying(), &parts.running(),
                   &parts.reporting()};
  if (with_unknown) columns.push_back(&parts.unknown());
  return columns;
}

std::string HeadText(const v1::GetCriticalPathResponse& response) {
  const absl::Duration length = Of(response.totals().handing_over()) + OfJob(response.totals());
  std::string text = absl::StrCat(
      WrapText(absl::StrCat("Its critical path: ", Plural(response.link_count(), "job"), " in ",
                            HumanDuration(length), ", ", HumanTime(response.start_time()), " to ",
                            TimeOfDay(response.end_time()), " UTC.")),
      response.ends_with_root()
          ? "It ends with the root rollup.\n"
          : "No root rollup completed: it ends with the job that ended last.\n");
  if (Of(response.lead_time()) > absl::ZeroDuration()) {
    absl::StrAppend(&text, "Its first job was enqueued ", HumanDuration(response.lead_time()),
                    " after the epoch's first line about a job.\n");
  }
  return text;
}

// What the reader must not take for granted.
std::string BasisText(const v1::GetCriticalPathResponse& response) {
  std::string text = WrapText(
      "Logs do not say which job waited for which. A job's predecessor is inferred: of those whose "
      "type feeds its type, the one that ended last before it was enqueued.");
  if (response.inferred() == 0) return text;
  if (response.ambiguous() == 0) {
    absl::StrAppend(&text, response.inferred() == 1
                               ? "For the one link no other job comes close.\n"
                               : absl::StrCat("For none of the ", response.inferred(),
                                              " links another job comes close.\n"));
    return text;
  }
  absl::StrAppend(
      &text,
      WrapText(absl::StrCat(
          response.ambiguous(), " of ", Plural(response.inferred(), "link"),
          " (marked ~) may lead elsewhere: another such job ended within 50 ms before, or two "
          "machines' clocks are compared.")));
  return text;
}

std::string LinksTable(const v1::GetCriticalPathResponse& response) {
  const bool with_unknown = Of(response.totals().unknown()) > absl::ZeroDuration();
  std::vector<Table::Column> columns = {{"", Table::Align::kTime},
                                        {"JOB TYPE", Table::Align::kLeft},
                                        {"HANDED OVER"},
                                        {"QUEUED"},
                                        {"RETRYING"},
                                        {"RUNNING"},
                                        {"REPORTING"}};
  if (with_unknown) columns.push_back({"UNKNOWN"});
  Table table(std::move(columns));
  const int hidden = std::max(response.links_size() - kMaxLinksShown, 0);
  for (int i = hidden; i < response.links_size(); ++i) {
    const v1::PathLink& link = response.links(i);
    const bool uncertain = link.rivals() > 0 || link.across_machines();
    std::vector<std::string> row = {uncertain ? "~" : "", TypeOf(link.job())};
    for (const auto* part : PartsOf(link.parts(), with_unknown)) row.push_back(Cell(*part));
    table.AddRow(std::move(row));
  }
  const absl::Duration whole = Of(response.totals().handing_over()) + OfJob(response.totals());
  std::vector<std::string> sums = {"", "all"};
  std::vector<std::string> shares = {"", "of the path"};
  for (const auto* part : PartsOf(response.totals(), with_unknown)) {
    sums.push_back(Cell(*part));
    shares.push_back(Percent(Of(*part), whole));
  }
  table.AddRow(std::move(sums));
  table.AddRow(std::move(shares));
  const int left_out = response.link_count() - std::min(response.links_size(), kMaxLinksShown);
  return absl::StrCat(left_out > 0 ? absl::StrCat("The last ", kMaxLinksShown, "; ", left_out,
                                                  " before them are not shown.\n")
                                   : "",
                      table.ToString());
}

std::string CostliestText(const v1::GetCriticalPathResponse& response) {
  const absl::Duration whole = Of(response.totals().handing_over()) + OfJob(response.totals());
  std::string text = "What cost most, from enqueue to end:\n";
  Table table({{"TIME"}, {"PART"}, {"JOB", Table::Align::kTime}, {"RAN ON", Table::Align::kLeft}});
  for (const v1::PathLink& link : response.costliest()) {
    std::string where = "no log shows where";
    if (!link.machine().empty()) {
      where = absl::StrCat(link.machine(), " in ", link.agent_process());
    }
    if (link.attempts() > 1) absl::StrAppend(&where, "; ", Plural(link.attempts(), "attempt"));
    if (link.state() == v1::JOB_STATE_FAILED) absl::StrAppend(&where, "; failed");
    const absl::Duration took = OfJob(link.parts());
    table.AddRow({HumanDuration(took), Percent(took, whole), ShortId(link.job()), where});
  }
  return absl::StrCat(text, table.ToString());
}

}  // namespace

std::string CriticalPathText(const v1::GetCriticalPathResponse& response) {
  std::string text =
      absl::StrCat(CompletenessText(response.completeness()), "Epoch ", response.epoch(), " of ",
                   Printable(response.prover()), ": ", OutcomeText(response.outcome()), "\n");
  if (response.links().empty()) {
    return absl::StrCat(text, "No job completed or failed: there is no path.\n");
  }
  return absl::StrCat(text, HeadText(response), BasisText(response), "\n", LinksTable(response),
                      "\n", CostliestText(response));
}

}  // namespace proverlog
