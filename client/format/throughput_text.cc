#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using Align = Table::Align;
using Rows = google::protobuf::RepeatedPtrField<v1::Throughput>;

constexpr int kMaxEpochsNamed = 10;

// Two decimals: "0.25", "12.30".
std::string Decimal(double value) { return absl::StrFormat("%.2f", value); }

std::string Percent(double share) { return absl::StrFormat("%.0f %%", 100 * share); }

std::string WhatText(const v1::GetThroughputResponse& response) {
  std::vector<std::string> epochs;
  for (const int32_t epoch : response.epochs()) {
    if (epochs.size() == kMaxEpochsNamed) break;
    epochs.push_back(absl::StrCat(epoch));
  }
  std::string what =
      absl::StrCat("Throughput of ", Printable(response.prover()), ", ",
                   response.epochs_size() == 1 ? "epoch " : "epochs ", absl::StrJoin(epochs, ", "));
  if (response.epochs_size() > kMaxEpochsNamed) {
    absl::StrAppend(&what, " and ", response.epochs_size() - kMaxEpochsNamed, " more");
  }
  if (response.epochs().empty()) {
    what = absl::StrCat("Throughput of ", Printable(response.prover()),
                        ": no job is known of this time");
  }
  const absl::Duration length = absl::Milliseconds(FromProtoTimestamp(response.end_time()) -
                                                   FromProtoTimestamp(response.start_time()));
  return absl::StrCat(WrapText(what), HumanTime(response.start_time()), " to ",
                      HumanTime(response.end_time()), " UTC, ", HumanDuration(length), "\n");
}

std::string FlowText(const v1::JobFlow& flow) {
  std::vector<std::string> ends = {absl::StrCat(HumanCount(flow.completed()), " completed")};
  const auto add = [&](int32_t count, absl::string_view what) {
    if (count > 0) ends.push_back(absl::StrCat(HumanCount(count), " ", what));
  };
  add(flow.failed(), "failed");
  add(flow.aborted(), "aborted");
  add(flow.abandoned(), "abandoned");
  add(flow.ended_unseen(), "found ended after the broker restarted");
  return WrapText(absl::StrCat("Jobs: ", HumanCount(flow.in_flight_before()),
                               " in flight at the beginning, ", HumanCount(flow.created()),
                               " created, ", absl::StrJoin(ends, ", "), ", ",
                               HumanCount(flow.in_flight_after()), " in flight at the end."));
}

std::string LevelText(const v1::LevelStats& level) {
  std::string text = absl::StrCat(Decimal(level.mean()), " on average");
  if (level.peak() == 0) return text;
  return absl::StrCat(text, ", ", level.peak(), " at most (", TimeOfDay(level.peak_time()), ")");
}

std::string TotalText(const v1::Throughput& total) {
  return WrapText(absl::StrCat("Completed ", Decimal(total.completed_per_second()),
                               " jobs a second. Attempts running: ", LevelText(total.running()),
                               ". Jobs queued: ", LevelText(total.queued()), "."));
}

bool IsEmpty(const v1::ThroughputStep& step) {
  return step.created() == 0 && step.completed() == 0 && step.running().peak() == 0 &&
         step.queued().peak() == 0;
}

// Of a type or a machine without the steps in which nothing of it was there.
std::string StepsTable(const v1::Throughput& row, bool with_date) {
  const bool with_queue = row.has_queued();
  std::vector<Table::Column> columns = {{with_date ? "FROM (UTC)" : "FROM", Align::kTime}};
  if (with_queue) columns.push_back({"CREATED"});
  columns.insert(columns.end(), {{"DONE"}, {"A SECOND"}, {"RUNNING"}, {"PEAK"}});
  if (with_queue) columns.insert(columns.end(), {{"QUEUED"}, {"PEAK"}});
  Table table(std::move(columns));
  for (const v1::ThroughputStep& step : row.steps()) {
    if (!row.name().empty() && IsEmpty(step)) continue;
    std::vector<std::string> cells = {with_date ? HumanTime(step.start_time())
                                                : TimeOfDay(step.start_time())};
    if (with_queue) cells.push_back(HumanCount(step.created()));
    cells.push_back(HumanCount(step.completed()));
    cells.push_back(Decimal(step.completed_per_second()));
    cells.push_back(Decimal(step.running().mean()));
    cells.push_back(HumanCount(step.running().peak()));
    if (with_queue) {
      cells.push_back(Decimal(step.queued().mean()));
      cells.push_back(HumanCount(step.queued().peak()));
    }
    table.AddRow(std::move(cells));
  }
  return table.ToString();
}

bool SpansDays(const v1::GetThroughputResponse& response) {
  return HumanTime(response.start_time()).substr(0, 10) !=
         HumanTime(response.end_time()).substr(0, 10);
}

std::string AllSteps(const v1::GetThroughputResponse& response) {
  const bool with_date = SpansDays(response);
  std::string text = absl::StrCat("\nSteps of ", HumanDuration(response.step()), ":\n",
                                  StepsTable(response.total(), with_date));
  for (const Rows* rows : {&response.job_types(), &response.machines()}) {
    for (const v1::Throughput& row : *rows) {
      if (row.steps().empty()) continue;
      absl::StrAppend(&text, "\n", Shorten(Printable(row.name()), kMaxLineWidth - 1), ":\n",
                      StepsTable(row, with_date));
    }
  }
  return text;
}

std::string TypesTable(const Rows& types) {
  Table table({{"JOB TYPE", Align::kLeft},
               {"CREATED"},
               {"DONE"},
               {"A SECOND"},
               {"RUNNING"},
               {"PEAK"},
               {"QUEUED"},
               {"PEAK"}});
  for (const v1::Throughput& type : types) {
    table.AddRow({type.name(), HumanCount(type.created()), HumanCount(type.completed()),
                  Decimal(type.completed_per_second()), Decimal(type.running().mean()),
                  HumanCount(type.running().peak()), Decimal(type.queued().mean()),
                  HumanCount(type.queued().peak())});
  }
  return table.empty() ? "" : absl::StrCat("\n", table.ToString());
}

std::string MachinesTable(const Rows& machines) {
  Table table({{"MACHINE", Align::kLeft}, {"DONE"}, {"A SECOND"}, {"RUNNING"}, {"PEAK"}});
  for (const v1::Throughput& machine : machines) {
    table.AddRow({machine.name(), HumanCount(machine.completed()),
                  Decimal(machine.completed_per_second()), Decimal(machine.running().mean()),
                  HumanCount(machine.running().peak())});
  }
  return table.empty() ? "" : absl::StrCat("\n", table.ToString());
}

std::string AgentsText(const v1::GetThroughputResponse& response) {
  if (response.agent_processes().empty()) return "";
  Table table({{"AGENT PROCESS", Align::kLeft},
               {"MACHINE", Align::kLeft},
               {"AGENTS"},
               {"STARTED"},
               {"DONE"},
               {"USED"},
               {"IDLE"},
               {"FIRST", Align::kTime},
               {"LAST", Align::kTime}});
  // To the second, or where it is of several days to the minute.
  const auto time = [with_date = SpansDays(response)](const google::protobuf::Timestamp& at) {
    return with_date ? HumanTime(at).substr(0, 16) : TimeOfDay(at).substr(0, 8);
  };
  for (const v1::ProcessUse& use : response.agent_processes()) {
    table.AddRow({use.agent_process(), use.machine(), HumanCount(use.agents()),
                  HumanCount(use.started()), HumanCount(use.completed()),
                  Percent(use.utilization()), HumanDuration(use.idle_while_queued()),
                  time(use.first_time()), time(use.last_time())});
  }
  return absl::StrCat("\n", table.ToString(),
                      WrapText(absl::StrCat(
                          "AGENTS are the most that a process was seen to run at once, it has at "
                          "least as many; USED is the part of the time in which they ran; IDLE is "
                          "the time of free ones, added up, while a job was queued of a type that "
                          "the process runs.")),
                      WrapText(absl::StrCat("All ", Plural(response.agents(), "agent"), ": used ",
                                            Percent(response.utilization()),
                                            ". Idle with a job queued for each of "
                                            "them (lost capacity): ",
                                            HumanDuration(response.lost_capacity()), ".")));
}

}  // namespace

std::string ThroughputText(const v1::GetThroughputResponse& response) {
  const std::string begin = CompletenessText(response.completeness());
  if (!response.has_start_time()) {
    return absl::StrCat(begin, "No job is known of epoch ", response.epochs(0), " of ",
                        Printable(response.prover()), ".\n");
  }
  return absl::StrCat(
      begin, WhatText(response), FlowText(response.flow()), TotalText(response.total()),
      AllSteps(response), TypesTable(response.job_types()), MachinesTable(response.machines()),
      AgentsText(response),
      response.more() ? "There are more types, machines or processes than are listed.\n" : "");
}

}  // namespace proverlog
