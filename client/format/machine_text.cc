#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

using Align = Table::Align;

std::string Percentile(const v1::DurationStats& stats, const google::protobuf::Duration& value) {
  return stats.count() == 0 ? "-" : HumanDuration(value);
}

// What the logs of each machine tell of their versions, the latest log first.
std::string VersionsText(const v1::ListMachinesResponse& response) {
  constexpr size_t kMaxNameWidth = 40;
  constexpr size_t kMaxVersions = 3;
  std::vector<std::string> machines;
  for (const v1::Machine& machine : response.machines()) {
    std::vector<std::string> versions(machine.aztec_versions().begin(),
                                      machine.aztec_versions().end());
    versions.resize(std::min(versions.size(), kMaxVersions));
    if (versions.empty()) continue;
    machines.push_back(absl::StrCat(Shorten(Printable(machine.machine()), kMaxNameWidth), " (",
                                    absl::StrJoin(versions, "; "), ")"));
  }
  return machines.empty() ? "" : WrapList("Versions of Aztec: ", machines);
}

}  // namespace

std::string MachinesText(const v1::ListMachinesResponse& response) {
  Table table({{"MACHINE", Align::kLeft},
               {"LOGS"},
               {"LINES"},
               {"RECORDS"},
               {"UNKNOWN"},
               {"LAST RECORD (UTC)", Align::kTime},
               {"SENDER SEEN (UTC)", Align::kTime}});
  for (const v1::Machine& machine : response.machines()) {
    const auto time = [](bool known, const google::protobuf::Timestamp& at) {
      return known ? HumanTime(at).substr(0, 19) : std::string("-");
    };
    table.AddRow({machine.machine(), HumanCount(machine.streams_size()),
                  HumanCount(machine.counts().lines()), HumanCount(machine.counts().records()),
                  HumanCount(machine.counts().not_understood()),
                  time(machine.has_last_record_time(), machine.last_record_time()),
                  time(machine.has_last_seen_time(), machine.last_seen_time())});
  }
  return absl::StrCat(
      CompletenessText(response.completeness()), table.ToString(), VersionsText(response),
      response.more_streams() ? "Older logs are not counted: there are more than 10,000.\n" : "");
}

std::string ComparisonText(const v1::CompareMachinesResponse& response) {
  std::string text =
      absl::StrCat(CompletenessText(response.completeness()),
                   WrapText(absl::StrCat("Machines of ", response.prover(), " in epochs ",
                                         absl::StrJoin(response.epochs(), ", "))),
                   "\n", MachineSharesText(response.machines()));
  Table table({{"JOB TYPE", Align::kLeft},
               {"MACHINE", Align::kLeft},
               {"DONE"},
               {"FAILED"},
               {"PROVING P50"},
               {"P95"},
               {"MAX"}});
  for (const v1::JobTypeComparison& type : response.job_types()) {
    for (const v1::MachineOnType& machine : type.machines()) {
      const v1::DurationStats& duration = machine.duration();
      table.AddRow({type.type(), machine.machine(), HumanCount(machine.completed()),
                    HumanCount(machine.failed()), Percentile(duration, duration.p50()),
                    Percentile(duration, duration.p95()), Percentile(duration, duration.max())});
    }
  }
  if (!table.empty()) absl::StrAppend(&text, "\n", table.ToString());
  return text;
}

}  // namespace proverlog
