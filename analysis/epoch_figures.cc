#include "analysis/epoch_figures.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/string_view.h"

namespace proverlog {
namespace {

constexpr size_t kNodeBytes = 64;  // of a map or set, about, with what the allocator adds

size_t BytesOf(const std::string& text) { return text.capacity() + 1; }

size_t BytesOf(const std::vector<EpochSession>& sessions) {
  size_t bytes = 0;
  for (const EpochSession& session : sessions) {
    bytes += sizeof(session) + BytesOf(session.id) + BytesOf(session.kind) +
             BytesOf(session.machine) + BytesOf(session.reason);
    if (!session.trouble) continue;
    const Event& trouble = *session.trouble;
    bytes +=
        BytesOf(trouble.kind) + BytesOf(trouble.origin.machine) + BytesOf(trouble.origin.process);
    for (const auto& [name, value] : trouble.fields) {
      bytes +=
          kNodeBytes + sizeof(std::string) + BytesOf(name) + sizeof(std::string) + BytesOf(value);
    }
  }
  return bytes;
}

size_t BytesOf(const SubjectFigures& figures) {
  size_t bytes = sizeof(figures) + figures.streams.size() * kNodeBytes;
  for (const SubjectOnType& type : figures.job_types) bytes += sizeof(type) + BytesOf(type.type);
  return bytes;
}

}  // namespace

EpochFigures ComputeFigures(int32_t epoch, std::vector<Job> jobs, EpochContext context) {
  const std::optional<UnixMillis> closed_at = ClosedAt(context);
  SubjectCollector all{{}};
  std::map<std::string, SubjectCollector> by_machine;
  for (Job& job : jobs) {
    if (closed_at) Abandon(*closed_at, job);
    all.Add(job);
    std::set<absl::string_view> machines;
    for (const Attempt& attempt : job.attempts) machines.insert(attempt.origin.machine);
    for (const absl::string_view machine : machines) {
      const std::string name(machine);
      by_machine.try_emplace(name, SubjectFilter{name, {}, {}, {}}).first->second.Add(job);
    }
  }
  EpochFigures figures;
  figures.work = all.Figures();
  for (const auto& [name, collector] : by_machine) figures.machines[name] = collector.Figures();
  figures.summary = SummarizeEpoch(epoch, std::move(jobs), std::move(context));
  return figures;
}

const SubjectFigures* FindWork(const EpochFigures& figures, const SubjectFilter& filter) {
  if (filter.streams || filter.begin || filter.end) return nullptr;
  if (filter.machine.empty()) return &figures.work;
  const auto machine = figures.machines.find(filter.machine);
  return machine == figures.machines.end() ? nullptr : &machine->second;
}

size_t BytesOf(const EpochContext& context) { return sizeof(context) + BytesOf(context.sessions); }

size_t BytesOf(const EpochFigures& figures) {
  const EpochSummary& summary = figures.summary;
  size_t bytes = sizeof(figures) + BytesOf(summary.sessions) + BytesOf(figures.work);
  for (const JobTypeSummary& type : summary.job_types) {
    bytes += sizeof(type) + BytesOf(type.type);
    for (const std::string& fed : type.feeds) bytes += sizeof(std::string) + BytesOf(fed);
  }
  for (const MachineShare& share : summary.machines)
    bytes += sizeof(share) + BytesOf(share.machine);
  for (const AgentProcess& process : summary.processes) {
    bytes += sizeof(process) + BytesOf(process.process) + BytesOf(process.share.machine);
  }
  for (const auto& [name, machine] : figures.machines) {
    bytes += kNodeBytes + sizeof(std::string) + BytesOf(name) + BytesOf(machine);
  }
  return bytes;
}

}  // namespace proverlog
