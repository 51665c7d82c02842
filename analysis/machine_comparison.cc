#include "analysis/machine_comparison.h"

#include <map>
#include <utility>

namespace proverlog {
namespace {

struct MachineCollector {
  MachineOnType row;
  DurationCollector duration;

  void Add(const Attempt& attempt) {
    row.started += attempt.started_at ? 1 : 0;
    if (!attempt.ended_at) return;
    row.failed += attempt.ended_by == FactKind::kAgentFailed ? 1 : 0;
    if (attempt.ended_by != FactKind::kAgentCompleted) return;
    ++row.completed;
    if (!attempt.started_at) return;
    if (attempt.ambiguous) {
      duration.AddAmbiguous();
    } else {
      duration.Add({*attempt.ended_at - *attempt.started_at, false});
    }
  }
};

}  // namespace

MachineComparison CompareMachines(const std::vector<Job>& jobs) {
  std::map<std::string, std::map<std::string, MachineCollector>> types;
  for (const Job& job : jobs) {
    for (const Attempt& attempt : job.attempts)
      types[job.id.type][attempt.origin.machine].Add(attempt);
  }

  // The summary of all the jobs, as if they were one epoch's, has the shares and the types' order.
  const EpochSummary summary = SummarizeEpoch(0, jobs);
  MachineComparison comparison;
  comparison.machines = summary.machines;
  for (const JobTypeSummary& type : summary.job_types) {
    JobTypeComparison row{type.type, {}};
    for (auto& [machine, collector] : types[type.type]) {
      MachineOnType on_type = collector.row;
      on_type.machine = machine;
      on_type.duration = collector.duration.Stats();
      row.machines.push_back(std::move(on_type));
    }
    if (!row.machines.empty()) comparison.job_types.push_back(std::move(row));
  }
  return comparison;
}

}  // namespace proverlog
