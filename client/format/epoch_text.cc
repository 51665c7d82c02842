#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

using Align = Table::Align;

// Of "2026-11-21 03:00:46.633".

// The first table of an epoch: what became of the jobs.
std::string JobCountsTable(const v1::GetEpochSummaryResponse& summary) {
  const bool any_abandoned = summary.totals().abandoned() > 0;
  std::vector<Table::Column> columns = {
      {"JOB TYPE", Align::kLeft}, {"JOBS"}, {"DONE"}, {"FAILED"}, {"ABORTED"}};
  if (any_abandoned) columns.push_back({"ABANDONED"});
  for (const char* title : {"OPEN", "RETRIES", "TIMEOUTS", "PARALLEL"}) columns.push_back({title});
  Table table(std::move(columns));
  for (const v1::JobTypeSummary& type : summary.job_types()) {
    std::vector<std::string> row = {type.type(), HumanCount(type.jobs()),
                                    HumanCount(type.completed()), HumanCount(type.failed()),
                                    HumanCount(type.aborted())};
    if (any_abandoned) row.push_back(HumanCount(type.abandoned()));
    for (const int32_t count : {type.in_flight(), type.retries(), type.timeouts()}) {
      row.push_back(HumanCount(count));
    }
    row.push_back(type.started() == 0 ? "-" : HumanCount(type.max_parallel()));
    table.AddRow(std::move(row));
  }
  return table.ToString();
}

std::string DurationCell(const v1::DurationStats& stats,
                         const google::protobuf::Duration& duration) {
  return stats.count() == 0 ? "-" : HumanDuration(duration);
}

bool AnyStart(const v1::GetEpochSummaryResponse& summary) { return summary.totals().started() > 0; }

// The second table: how long they took. Without an agent's log there is only the turnaround.
std::string JobTimesTable(const v1::GetEpochSummaryResponse& summary) {
  std::vector<Table::Column> columns = {{"JOB TYPE", Align::kLeft}};
  if (AnyStart(summary)) {
    for (const char* title : {"MEASURED", "PROVING P50", "P95", "MAX", "WAIT P50", "P95"}) {
      columns.push_back({title});
    }
    columns.push_back({"TURNAROUND P50"});
  } else {
    for (const char* title : {"MEASURED", "TURNAROUND P50", "P95", "MAX"}) {
      columns.push_back({title});
    }
  }
  Table table(std::move(columns));
  for (const v1::JobTypeSummary& type : summary.job_types()) {
    const v1::DurationStats& duration = type.duration();
    const v1::DurationStats& wait = type.queue_wait();
    const v1::DurationStats& turnaround = type.turnaround();
    if (AnyStart(summary)) {
      table.AddRow({type.type(), HumanCount(duration.count()),
                    DurationCell(duration, duration.p50()), DurationCell(duration, duration.p95()),
                    DurationCell(duration, duration.max()), DurationCell(wait, wait.p50()),
                    DurationCell(wait, wait.p95()), DurationCell(turnaround, turnaround.p50())});
    } else {
      table.AddRow(
          {type.type(), HumanCount(turnaround.count()), DurationCell(turnaround, turnaround.p50()),
           DurationCell(turnaround, turnaround.p95()), DurationCell(turnaround, turnaround.max())});
    }
  }
  return table.ToString();
}

// What the statistics leave out, or measure between two clocks.
std::string Caveats(const v1::GetEpochSummaryResponse& summary) {
  int32_t ambiguous = 0;
  int32_t negative = 0;
  int32_t across = 0;
  for (const v1::JobTypeSummary& type : summary.job_types()) {
    ambiguous += type.duration().ambiguous();
    negative += type.queue_wait().negative() + type.turnaround().negative();
    across += type.queue_wait().across_machines();
  }
  std::string text;
  if (ambiguous > 0) {
    absl::StrAppend(
        &text, Plural(ambiguous, "proving time"),
        " left out: several attempts were open, and the log does not say which ended.\n");
  }
  if (negative > 0) {
    absl::StrAppend(&text, Plural(negative, "time"),
                    " left out: it would be negative, so two machines' clocks disagree.\n");
  }
  if (across > 0) {
    absl::StrAppend(&text, Plural(across, "wait"),
                    " measured between the clocks of two machines.\n");
  }
  return text;
}

std::string NormalizedCell(const v1::LogStream& stream) {
  if (stream.normalized_offset() >= stream.committed_offset()) return "all";
  return HumanBytes(stream.normalized_offset());
}

std::string SourcesTable(const v1::GetEpochSummaryResponse& summary) {
  Table table({{"LOG", Align::kLeft},
               {"MACHINE", Align::kLeft},
               {"COMMITTED"},
               {"READ"},
               {"RECORDS"},
               {"UNKNOWN"},
               {"LAST RECORD (UTC)", Align::kTime},
               {"STATE", Align::kLeft}});
  for (const v1::SourceState& source : summary.completeness().sources()) {
    const v1::LogStream& stream = source.stream();
    table.AddRow({stream.source(), stream.machine(), HumanBytes(stream.committed_offset()),
                  NormalizedCell(stream), HumanCount(stream.counts().records()),
                  HumanCount(stream.counts().not_understood()),
                  stream.has_last_record_time()
                      ? HumanTime(stream.last_record_time()).substr(0, kSecondsLength)
                      : "-",
                  HumanEnum(v1::SourceCondition_Name(source.condition()), "SOURCE_CONDITION_")});
  }
  return absl::StrCat(
      table.ToString(), GapsText(summary.completeness()),
      summary.completeness().more_sources() ? "There are more logs of this time.\n" : "");
}

// The processes with the most completed attempts; more would fill the screen.
std::string AgentProcessesText(const v1::GetEpochSummaryResponse& summary) {
  constexpr size_t kMaxShown = 20;
  std::vector<const v1::AgentProcess*> processes;
  for (const v1::AgentProcess& process : summary.agent_processes()) processes.push_back(&process);
  std::stable_sort(processes.begin(), processes.end(),
                   [](const auto* a, const auto* b) { return a->completed() > b->completed(); });
  const size_t shown = std::min(processes.size(), kMaxShown);
  Table table({{"AGENT PROCESS", Align::kLeft},
               {"MACHINE", Align::kLeft},
               {"STARTED"},
               {"COMPLETED"},
               {"FAILED"},
               {"PARALLEL"},
               {"BUSY"}});
  for (size_t i = 0; i < shown; ++i) {
    const v1::AgentProcess& process = *processes[i];
    table.AddRow({Printable(process.agent_process()), process.machine(),
                  HumanCount(process.started()), HumanCount(process.completed()),
                  HumanCount(process.failed()), HumanCount(process.max_parallel()),
                  HumanDuration(process.busy_time())});
  }
  if (shown == processes.size()) return table.empty() ? "" : table.ToString();
  const auto more = static_cast<int64_t>(processes.size() - shown);
  return absl::StrCat(table.ToString(), "... and ", HumanCount(more), " more (--format json)\n");
}

// Sizes are means.
std::string CircuitsText(const v1::GetEpochSummaryResponse& summary) {
  Table table({{"CIRCUIT", Align::kLeft},
               {"STEP", Align::kLeft},
               {"RUNS"},
               {"OF A JOB"},
               {"P50"},
               {"P95"},
               {"MAX"},
               {"INPUT"},
               {"OUTPUT"}});
  const auto bytes = [](bool known, double size) {
    return known ? HumanBytes(std::llround(size)) : "-";
  };
  for (const v1::CircuitSummary& circuit : summary.circuits()) {
    table.AddRow({circuit.circuit().empty() ? "-" : Printable(circuit.circuit()), circuit.step(),
                  HumanCount(circuit.runs()), HumanCount(circuit.joined()),
                  HumanDuration(circuit.p50()), HumanDuration(circuit.p95()),
                  HumanDuration(circuit.max()),
                  bytes(circuit.has_mean_input_bytes(), circuit.mean_input_bytes()),
                  bytes(circuit.has_mean_output_bytes(), circuit.mean_output_bytes())});
  }
  return table.empty() ? "" : table.ToString();
}

std::string Section(const std::string& text) {
  return text.empty() ? "" : absl::StrCat(text, "\n");
}

}  // namespace

std::string OutcomeText(v1::EpochOutcome outcome) {
  return HumanEnum(v1::EpochOutcome_Name(outcome), "EPOCH_OUTCOME_");
}

std::string CountsText(const v1::JobCounts& counts) {
  if (counts.jobs() == 0) return "no job is known";
  std::vector<std::string> states = {absl::StrCat(HumanCount(counts.completed()), " completed")};
  const auto add = [&](int32_t count, const char* what) {
    if (count > 0) states.push_back(absl::StrCat(HumanCount(count), " ", what));
  };
  add(counts.failed(), "failed");
  add(counts.aborted(), "aborted");
  add(counts.abandoned(), "abandoned");
  add(counts.in_flight(), "in flight");
  std::string text = absl::StrCat(Plural(counts.jobs(), "job"), ": ", absl::StrJoin(states, ", "));
  if (counts.retries() > 0 || counts.timeouts() > 0) {
    absl::StrAppend(&text, "; ", HumanCount(counts.retries()),
                    counts.retries() == 1 ? " retry, " : " retries, ",
                    Plural(counts.timeouts(), "time-out"));
  }
  return text;
}

// Jobs that are open are those that are neither done nor failed nor aborted: a column of them would
// take the room of the times.
std::string EpochsTable(const google::protobuf::RepeatedPtrField<v1::Epoch>& epochs,
                        bool with_date) {
  Table table({{"EPOCH"},
               {"OUTCOME", Align::kLeft},
               {with_date ? "BEGINS (UTC)" : "BEGINS", Align::kTime},
               {"TOOK"},
               {"JOBS"},
               {"DONE"},
               {"FAILED"},
               {"ABORTED"},
               {"RETRY"},
               {"TIMEOUT"}});
  for (const v1::Epoch& epoch : epochs) {
    const v1::JobCounts& totals = epoch.totals();
    const std::string begins = HumanTime(epoch.first_time()).substr(0, kSecondsLength);
    table.AddRow({absl::StrCat(epoch.epoch()), OutcomeText(epoch.outcome()),
                  epoch.has_first_time() ? begins.substr(with_date ? 0 : kDateLength + 1) : "-",
                  epoch.has_wall_time() ? HumanDuration(epoch.wall_time()) : "-",
                  HumanCount(totals.jobs()), HumanCount(totals.completed()),
                  HumanCount(totals.failed()), HumanCount(totals.aborted()),
                  HumanCount(totals.retries()), HumanCount(totals.timeouts())});
  }
  return table.ToString();
}

std::string EpochsText(const v1::ListEpochsResponse& response) {
  return absl::StrCat(IncompleteLine(response.completeness()), EpochsTable(response.epochs(), true),
                      NextPageText(response.next_page_token()));
}

std::string JobTypesText(const v1::GetEpochSummaryResponse& summary) {
  return absl::StrCat(JobCountsTable(summary), "\n", JobTimesTable(summary), Caveats(summary));
}

std::string MachineSharesText(const google::protobuf::RepeatedPtrField<v1::MachineShare>& shares) {
  Table table(
      {{"MACHINE", Align::kLeft}, {"STARTED"}, {"COMPLETED"}, {"FAILED"}, {"BUSY"}, {"SHARE"}});
  for (const v1::MachineShare& share : shares) {
    table.AddRow({share.machine(), HumanCount(share.started()), HumanCount(share.completed()),
                  HumanCount(share.failed()), HumanDuration(share.busy_time()),
                  absl::StrFormat("%.1f %%", share.share() * 100)});
  }
  return table.empty() ? "No agent's log is known: proving times and machines are unknown.\n"
                       : table.ToString();
}

std::string EpochSummaryText(const v1::GetEpochSummaryResponse& summary) {
  std::string text =
      absl::StrCat(IncompleteLine(summary.completeness()), "Epoch ", summary.epoch(), " of ",
                   summary.prover(), ": ", OutcomeText(summary.outcome()), "\n");
  if (summary.has_first_time()) {
    absl::StrAppend(&text, HumanTime(summary.first_time()), " to ", HumanTime(summary.last_time()),
                    " UTC, ", HumanDuration(summary.wall_time()), "\n");
  }
  std::string counts = CountsText(summary.totals());
  if (AnyStart(summary)) {
    absl::StrAppend(&counts, "; ", HumanCount(summary.totals().max_parallel()), " in parallel");
  }
  absl::StrAppend(&text, WrapText(counts), "\n", Section(SessionsText(summary)));
  if (!summary.job_types().empty()) {
    absl::StrAppend(&text, JobTypesText(summary), "\n", MachineSharesText(summary.machines()),
                    "\n");
  }
  absl::StrAppend(&text, Section(AgentProcessesText(summary)), Section(CircuitsText(summary)),
                  SourcesTable(summary));
  return text;
}

}  // namespace proverlog
