#include "client/format/report_text.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/format/human.h"
#include "client/format/markdown.h"
#include "client/format/summary.h"

namespace proverlog {
namespace {

using Report = v1::GetReportResponse;

std::string EpochNames(const Report& report) {
  std::vector<int32_t> epochs;
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) epochs.push_back(epoch.epoch());
  return HumanEpochs(epochs);
}

std::string MachinesCell(const v1::GetEpochSummaryResponse& epoch) {
  std::vector<std::string> names;
  for (const v1::MachineShare& machine : epoch.machines()) {
    names.push_back(MarkdownText(machine.machine()));
  }
  return names.empty() ? "not known" : absl::StrJoin(names, ", ");
}

std::string OverviewText(const Report& report) {
  MarkdownTable table({"Epoch", "Outcome", "Machines", "From (UTC)", "To (UTC)", "Took", "Jobs",
                       "Completed", "Failed", "Aborted", "Open", "At once"});
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) {
    const v1::JobCounts& totals = epoch.totals();
    const bool dated = epoch.has_first_time();
    table.AddRow({absl::StrCat(epoch.epoch()), OutcomeText(epoch.outcome()), MachinesCell(epoch),
                  dated ? HumanTime(epoch.first_time()) : "-",
                  dated ? EndTime(epoch.first_time(), epoch.last_time()) : "-",
                  dated ? HumanDuration(epoch.wall_time()) : "-", HumanCount(totals.jobs()),
                  HumanCount(totals.completed()), HumanCount(totals.failed()),
                  HumanCount(totals.aborted()), HumanCount(totals.in_flight() + totals.abandoned()),
                  totals.started() == 0 ? "-" : HumanCount(totals.max_parallel())});
  }
  return absl::StrCat("## Overview\n\n", table.ToString());
}

// Without times: those of an epoch are beside its types.
std::string FlowTable(const v1::ReportWindow& window) {
  MarkdownTable table({"Job type", "In flight before", "Created", "Completed", "Failed", "Aborted",
                       "Abandoned", "Ended unseen", "In flight after"});
  const auto add = [&](const std::string& type, const v1::JobFlow& flow) {
    table.AddRow({type, HumanCount(flow.in_flight_before()), HumanCount(flow.created()),
                  HumanCount(flow.completed()), HumanCount(flow.failed()),
                  HumanCount(flow.aborted()), HumanCount(flow.abandoned()),
                  HumanCount(flow.ended_unseen()), HumanCount(flow.in_flight_after())});
  };
  for (const v1::TypeFlow& type : window.job_types()) add(MarkdownText(type.type()), type.flow());
  add("all", window.total());
  return table.ToString();
}

// How long the jobs took that completed in the time.
std::string TimesTable(const v1::ReportWindow& window) {
  MarkdownTable table({"Job type", "Completed", "Measured", "Mean", "Median", "95 %", "Longest"});
  for (const v1::TypeFlow& type : window.job_types()) {
    const v1::DurationStats& times = type.duration();
    if (times.count() == 0) continue;
    table.AddRow({MarkdownText(type.type()), HumanCount(type.flow().completed()),
                  HumanCount(times.count()), HumanDuration(times.mean()),
                  HumanDuration(times.p50()), HumanDuration(times.p95()),
                  HumanDuration(times.max())});
  }
  return table.empty() ? "" : table.ToString();
}

std::string WindowsText(const Report& report) {
  std::string text;
  for (const v1::ReportWindow& window : report.windows()) {
    absl::StrAppend(
        &text, "### ", window.has_epoch() ? absl::StrCat("Epoch ", window.epoch(), ", ") : "",
        HumanTime(window.start_time()), " to ", EndTime(window.start_time(), window.end_time()),
        " UTC\n\n", FlowTable(window), TimesTable(window));
  }
  return text.empty() ? "" : absl::StrCat("## Windows\n\n", text);
}

std::string BytesCell(bool known, double bytes) {
  return known ? HumanBytes(std::llround(bytes)) : "-";
}

std::string RatioCell(const v1::CircuitSummary& circuit) {
  const bool known = circuit.has_mean_input_bytes() && circuit.has_mean_output_bytes() &&
                     circuit.mean_output_bytes() > 0;
  if (!known) return "-";
  return absl::StrCat(HumanNumber(circuit.mean_input_bytes() / circuit.mean_output_bytes()),
                      " : 1");
}

std::string WitnessesText(const Report& report) {
  MarkdownTable table(
      {"Circuit", "Epoch", "Witnesses", "Median", "95 %", "Longest", "Input", "Output", "Ratio"});
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) {
    for (const v1::CircuitSummary& circuit : epoch.circuits()) {
      if (circuit.step() != "witness") continue;
      table.AddRow({MarkdownText(circuit.circuit()), absl::StrCat(epoch.epoch()),
                    HumanCount(circuit.runs()), HumanDuration(circuit.p50()),
                    HumanDuration(circuit.p95()), HumanDuration(circuit.max()),
                    BytesCell(circuit.has_mean_input_bytes(), circuit.mean_input_bytes()),
                    BytesCell(circuit.has_mean_output_bytes(), circuit.mean_output_bytes()),
                    RatioCell(circuit)});
    }
  }
  if (table.empty()) return "";
  return absl::StrCat("## Witness generation\n\nSizes are means of those that are printed.\n\n",
                      table.ToString());
}

std::string Percent(int64_t part, int64_t whole) {
  if (whole == 0) return "-";
  return HumanPercent(static_cast<double>(part) / static_cast<double>(whole), 2);
}

std::string ReliabilityText(const Report& report) {
  MarkdownTable table({"Epoch", "Distinct ids", "Ended", "Completed", "Success rate",
                       "First attempt", "Aborted", "Retries", "Time-outs", "Enqueues",
                       "From cache"});
  for (int i = 0; i < report.reliability_size(); ++i) {
    const v1::ReportReliability& epoch = report.reliability(i);
    const v1::JobCounts& totals = report.epochs(i).totals();
    table.AddRow({absl::StrCat(epoch.epoch()), HumanCount(epoch.jobs()), HumanCount(epoch.ended()),
                  HumanCount(epoch.completed()), Percent(epoch.completed(), epoch.ended()),
                  Percent(epoch.first_attempt(), epoch.completed()), HumanCount(epoch.aborted()),
                  HumanCount(totals.retries()), HumanCount(totals.timeouts()),
                  HumanCount(epoch.enqueues()), HumanCount(epoch.reuses())});
  }
  return absl::StrCat(
      "## Reliability\n\nThe success rate is of jobs that completed or failed for good; aborted "
      "ones"
      " are in neither.\n\n",
      table.ToString());
}

std::string MachinesText(const Report& report) {
  MarkdownTable table({"Machine", "Epoch", "Started", "Completed", "Failed", "Busy", "Share"});
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) {
    for (const v1::MachineShare& machine : epoch.machines()) {
      table.AddRow({MarkdownText(machine.machine()), absl::StrCat(epoch.epoch()),
                    HumanCount(machine.started()), HumanCount(machine.completed()),
                    HumanCount(machine.failed()), HumanDuration(machine.busy_time()),
                    HumanPercent(machine.share(), 1)});
    }
  }
  return table.empty() ? "" : absl::StrCat("## Machines\n\n", table.ToString());
}

std::string FindingsText(const Report& report, const char* title,
                         const std::vector<std::pair<v1::FindingKind, const char*>>& kinds) {
  std::string text;
  for (const auto& [kind, mark] : kinds) {
    for (const v1::ReportFinding& finding : report.findings()) {
      if (finding.kind() == kind) {
        absl::StrAppend(&text, "- ", mark, MarkdownText(finding.text()), "\n");
      }
    }
  }
  return text.empty() ? "" : absl::StrCat("## ", title, "\n\n", text, "\n");
}

std::string SourcesText(const Report& report) {
  MarkdownTable table({"Log", "Machine", "State", "Committed", "Read", "Last record (UTC)"});
  for (const v1::SourceState& source : report.completeness().sources()) {
    const v1::LogStream& stream = source.stream();
    table.AddRow({MarkdownText(stream.source()), MarkdownText(stream.machine()),
                  HumanEnum(v1::SourceCondition_Name(source.condition()), "SOURCE_CONDITION_"),
                  HumanBytes(stream.committed_offset()), HumanBytes(stream.normalized_offset()),
                  stream.has_last_record_time() ? HumanTime(stream.last_record_time()) : "-"});
  }
  return table.empty() ? "" : absl::StrCat("## Logs\n\n", table.ToString());
}

}  // namespace

std::string ReportText(const v1::GetReportResponse& report) {
  std::string text = absl::StrCat("# Prover report: ", MarkdownText(report.prover()), ", ",
                                  EpochNames(report), "\n\n");
  const std::string incomplete = IncompleteLine(report.completeness());
  if (!incomplete.empty())
    absl::StrAppend(&text, "**", absl::StripSuffix(incomplete, "\n"), "**\n\n");
  absl::StrAppend(&text, OverviewText(report), WindowsText(report), ReportJobTypesText(report),
                  ReportStartupsText(report), WitnessesText(report), ReportTransactionsText(report),
                  ReliabilityText(report), ReportTroublesText(report), MachinesText(report));
  absl::StrAppend(
      &text, FindingsText(report, "Observations", {{v1::FINDING_KIND_OBSERVATION, ""}}),
      FindingsText(report, "Health",
                   {{v1::FINDING_KIND_HEALTHY, "✅ "}, {v1::FINDING_KIND_UNHEALTHY, "⚠️ "}}),
      FindingsText(report, "Recommendations", {{v1::FINDING_KIND_RECOMMENDATION, ""}}),
      SourcesText(report));
  while (absl::EndsWith(text, "\n\n")) text.pop_back();
  return text;
}

}  // namespace proverlog
