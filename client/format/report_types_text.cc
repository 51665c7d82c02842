#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/format/human.h"
#include "client/format/markdown.h"
#include "client/format/report_text.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using Report = v1::GetReportResponse;

const v1::JobTypeSummary* Find(const v1::GetEpochSummaryResponse& epoch, const std::string& type) {
  for (const v1::JobTypeSummary& summary : epoch.job_types()) {
    if (summary.type() == type) return &summary;
  }
  return nullptr;
}

// " (new in epoch 3055)" of a type that not all epochs have.
std::string EpochsOf(const Report& report, const v1::ReportJobType& type) {
  if (type.epochs_size() == report.epochs_size()) return "";
  const bool is_new = type.epochs(0) != report.epochs(0).epoch();
  return absl::StrCat(is_new ? " (new in " : " (only in ", HumanEpochs(type.epochs()), ")");
}

std::string PatternText(const v1::ReportJobType& type,
                        const std::map<std::string, std::vector<std::string>>& feeds) {
  std::vector<std::string> sentences;
  if (!type.fed_by().empty()) {
    sentences.push_back(absl::StrCat("takes the proofs of ", absl::StrJoin(type.fed_by(), ", ")));
    if (type.enqueued() > 0) {
      sentences.push_back(absl::StrCat(
          "enqueued after one of these had completed: ", HumanCount(type.enqueued_after_feeding()),
          " of ", HumanCount(type.enqueued())));
    }
  } else {
    sentences.push_back("takes no other job's proof, as far as the hierarchy is known");
  }
  const auto fed = feeds.find(type.type());
  if (fed != feeds.end()) {
    sentences.push_back(absl::StrCat("its proofs go to ", absl::StrJoin(fed->second, ", ")));
  }
  return absl::StrJoin(sentences, "; ");
}

// A row an epoch.
std::string TimesTable(const Report& report, const std::string& type) {
  MarkdownTable table({"Epoch", "Jobs", "Completed", "Failed", "Aborted", "Open", "At once",
                       "Measured", "Mean", "Median", "95 %", "Longest", "Waited (median)"});
  const auto cell = [](const v1::DurationStats& stats, const google::protobuf::Duration& value) {
    return stats.count() == 0 ? "-" : HumanDuration(value);
  };
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) {
    const v1::JobTypeSummary* summary = Find(epoch, type);
    if (summary == nullptr) continue;
    // Without an agent's log: from enqueue to completion.
    const bool by_agent = summary->duration().count() > 0;
    const v1::DurationStats& times = by_agent ? summary->duration() : summary->turnaround();
    table.AddRow(
        {absl::StrCat(epoch.epoch()), HumanCount(summary->jobs()), HumanCount(summary->completed()),
         HumanCount(summary->failed()), HumanCount(summary->aborted()),
         HumanCount(summary->in_flight() + summary->abandoned()),
         summary->started() == 0 ? "-" : HumanCount(summary->max_parallel()),
         absl::StrCat(HumanCount(times.count()),
                      by_agent || times.count() == 0 ? "" : " (with the queue)"),
         cell(times, times.mean()), cell(times, times.p50()), cell(times, times.p95()),
         cell(times, times.max()), cell(summary->queue_wait(), summary->queue_wait().p50())});
  }
  return table.ToString();
}

std::string HierarchyText(const Report& report,
                          const std::map<std::string, std::vector<std::string>>& feeds) {
  std::vector<std::string> observed;
  std::string lines;
  for (const v1::ReportJobType& type : report.job_types()) {
    observed.push_back(type.type());
    const auto fed = feeds.find(type.type());
    if (fed != feeds.end()) {
      absl::StrAppend(&lines, type.type(), " -> ", absl::StrJoin(fed->second, ", "), "\n");
    }
  }
  if (lines.empty()) return "";
  return absl::StrCat(
      "## Hierarchy\n\nBy the version that has these types: whose proofs go to whom.\n\n```\n",
      lines, "```\n\nAs observed, in the order in which they first appear: ",
      absl::StrJoin(observed, ", "), ".\n\n");
}

std::string StepText(const v1::StartupStep& step) {
  std::vector<std::string> fields;
  for (const auto& [name, value] :
       std::map<std::string, std::string>(step.fields().begin(), step.fields().end())) {
    if (name == "size" && step.points() > 0) continue;
    fields.push_back(absl::StrCat(name, " ", MarkdownText(value)));
  }
  if (step.points() > 0) {
    fields.push_back(
        absl::StrCat(HumanCount(step.points()), " points, ", HumanBytes(step.bytes())));
  }
  return absl::StrJoin(fields, ", ");
}

}  // namespace

std::string ReportJobTypesText(const v1::GetReportResponse& report) {
  if (report.job_types().empty()) return "";
  std::map<std::string, std::vector<std::string>> feeds;
  for (const v1::ReportJobType& type : report.job_types()) {
    for (const std::string& feeder : type.fed_by()) feeds[feeder].push_back(type.type());
  }
  std::string text = "## Job types\n\n";
  for (const v1::ReportJobType& type : report.job_types()) {
    absl::StrAppend(&text, "### ", MarkdownText(type.type()), EpochsOf(report, type), "\n\n");
    absl::StrAppend(
        &text, "- **Purpose**: ",
        type.purpose().empty() ? "not known to this version of proverlog" : type.purpose(),
        "\n- **Pattern**: ", PatternText(type, feeds), "\n\n");
    absl::StrAppend(&text, TimesTable(report, type.type()));
  }
  return absl::StrCat(text, HierarchyText(report, feeds));
}

std::string ReportStartupsText(const v1::GetReportResponse& report) {
  if (report.startups().empty()) return "";
  std::string text =
      "## Start-up\n\nA step marked \"by\" has no time of its own in the log: it was over by "
      "then.\n\n";
  for (const v1::ReportStartup& startup : report.startups()) {
    absl::StrAppend(&text, "### ", MarkdownText(startup.source()), " of ",
                    MarkdownText(startup.machine()), ", ", HumanTime(startup.steps(0).time()),
                    " UTC\n\n");
    MarkdownTable table({"Step", "At", "Since the start", "What it names"});
    const UnixMillis begin = FromProtoTimestamp(startup.steps(0).time());
    for (const v1::StartupStep& step : startup.steps()) {
      table.AddRow({MarkdownText(step.kind()),
                    absl::StrCat(step.untimed() ? "by " : "", TimeOfDay(step.time())),
                    HumanDuration(absl::Milliseconds(FromProtoTimestamp(step.time()) - begin)),
                    StepText(step)});
    }
    if (startup.has_first_job_time()) {
      table.AddRow(
          {"first job", TimeOfDay(startup.first_job_time()),
           HumanDuration(absl::Milliseconds(FromProtoTimestamp(startup.first_job_time()) - begin)),
           MarkdownCode(startup.first_job())});
    }
    absl::StrAppend(&text, table.ToString());
  }
  if (report.more_startups()) absl::StrAppend(&text, "There may be more starts than these.\n\n");
  return text;
}

}  // namespace proverlog
