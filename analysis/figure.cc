#include "analysis/figure.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

using Value = std::optional<double>;
using Scope = FigureScope;

template <typename T>
Value ToValue(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return static_cast<double>(*value);
}

const JobTypeSummary* TypeOf(const EpochSummary& summary, const std::string& name) {
  for (const JobTypeSummary& type : summary.job_types) {
    if (type.type == name) return &type;
  }
  return nullptr;
}

// Of the epoch, or of one type of it.
template <int32_t JobCounts::*kCount>
Value CountOf(const EpochFigures& figures, const FigureOf& of) {
  if (of.type.empty()) return figures.summary.totals.*kCount;
  const JobTypeSummary* const type = TypeOf(figures.summary, of.type);
  if (type == nullptr) return 0;
  return type->counts.*kCount;
}

// What the machine did, or all of them.
const SubjectFigures* SubjectOf(const EpochFigures& figures, const FigureOf& of) {
  if (of.machine.empty()) return &figures.work;
  const auto found = figures.machines.find(of.machine);
  return found == figures.machines.end() ? nullptr : &found->second;
}

const SubjectOnType* RowOf(const EpochFigures& figures, const FigureOf& of) {
  const SubjectFigures* const subject = SubjectOf(figures, of);
  if (subject == nullptr) return nullptr;
  for (const SubjectOnType& row : subject->job_types) {
    if (row.type == of.type) return &row;
  }
  return nullptr;
}

const SubjectWork* WorkOf(const EpochFigures& figures, const FigureOf& of) {
  if (of.type.empty()) {
    const SubjectFigures* const subject = SubjectOf(figures, of);
    return subject == nullptr ? nullptr : &subject->total;
  }
  const SubjectOnType* const row = RowOf(figures, of);
  return row == nullptr ? nullptr : &row->work;
}

template <int32_t SubjectWork::*kCount>
Value WorkCount(const EpochFigures& figures, const FigureOf& of) {
  const SubjectWork* const work = WorkOf(figures, of);
  return work == nullptr ? 0 : work->*kCount;
}

Value ThroughputOf(const EpochFigures& figures, const FigureOf& of) {
  const SubjectWork* const work = WorkOf(figures, of);
  return work == nullptr ? std::nullopt : work->per_second;
}

Value RunningTime(const EpochFigures& figures, const FigureOf& of) {
  const SubjectWork* const work = WorkOf(figures, of);
  return work == nullptr ? 0 : static_cast<double>(work->running);
}

template <double DurationStats::*kFigure>
Value DurationOf(const EpochFigures& figures, const FigureOf& of) {
  const SubjectOnType* const row = RowOf(figures, of);
  if (row == nullptr || row->duration.count == 0) return std::nullopt;
  return row->duration.*kFigure;
}

template <DurationStats JobTypeSummary::*kStats, double DurationStats::*kFigure>
Value WaitOf(const EpochFigures& figures, const FigureOf& of) {
  const JobTypeSummary* const type = TypeOf(figures.summary, of.type);
  if (type == nullptr || (type->*kStats).count == 0) return std::nullopt;
  return (type->*kStats).*kFigure;
}

Value WallTime(const EpochFigures& figures, const FigureOf& /*of*/) {
  const EpochSummary& summary = figures.summary;
  if (!summary.first_at || !summary.last_at) return std::nullopt;
  return static_cast<double>(*summary.last_at - *summary.first_at);
}

Value ProvingTime(const EpochFigures& figures, const FigureOf& /*of*/) {
  return ToValue(figures.summary.times.proving);
}
Value TopTreeTime(const EpochFigures& figures, const FigureOf& /*of*/) {
  return figures.summary.times.top_tree;
}
Value SubmissionTime(const EpochFigures& figures, const FigureOf& /*of*/) {
  return ToValue(figures.summary.times.submission);
}
Value Sessions(const EpochFigures& figures, const FigureOf& /*of*/) {
  return static_cast<double>(figures.summary.sessions.size());
}
Value Machines(const EpochFigures& figures, const FigureOf& /*of*/) {
  return static_cast<double>(figures.summary.machines.size());
}
Value AgentProcesses(const EpochFigures& figures, const FigureOf& /*of*/) {
  return static_cast<double>(figures.summary.processes.size());
}

const MachineShare* ShareOf(const EpochFigures& figures, const std::string& machine) {
  for (const MachineShare& share : figures.summary.machines) {
    if (share.machine == machine) return &share;
  }
  return nullptr;
}
Value BusyTime(const EpochFigures& figures, const FigureOf& of) {
  const MachineShare* const share = ShareOf(figures, of.machine);
  return share == nullptr ? 0 : static_cast<double>(share->busy);
}
Value Share(const EpochFigures& figures, const FigureOf& of) {
  const MachineShare* const share = ShareOf(figures, of.machine);
  return share == nullptr ? 0 : share->share;
}

// What the summary counts of all; of a machine it is what its agents did.
template <int32_t JobCounts::*kOfAll, int32_t SubjectWork::*kOfMachine>
Value CountOrWork(const EpochFigures& figures, const FigureOf& of) {
  return of.machine.empty() ? CountOf<kOfAll>(figures, of) : WorkCount<kOfMachine>(figures, of);
}

std::vector<Figure> TimesAndCounts() {
  using Unit = FigureUnit;
  return {
      {"wall_time", Unit::kMillis, Scope::kNever, Scope::kNever, WallTime},
      {"proving_time", Unit::kMillis, Scope::kNever, Scope::kNever, ProvingTime},
      {"top_tree_time", Unit::kMillis, Scope::kNever, Scope::kNever, TopTreeTime},
      {"submission_time", Unit::kMillis, Scope::kNever, Scope::kNever, SubmissionTime},
      {"sessions", Unit::kCount, Scope::kNever, Scope::kNever, Sessions},
      {"machines", Unit::kCount, Scope::kNever, Scope::kNever, Machines},
      {"agent_processes", Unit::kCount, Scope::kNever, Scope::kNever, AgentProcesses},
      {"jobs", Unit::kCount, Scope::kMaybe, Scope::kMaybe,
       CountOrWork<&JobCounts::jobs, &SubjectWork::jobs>},
      {"enqueued", Unit::kCount, Scope::kMaybe, Scope::kNever, CountOf<&JobCounts::enqueued>},
      {"started", Unit::kCount, Scope::kMaybe, Scope::kNever, CountOf<&JobCounts::started>},
      {"completed", Unit::kCount, Scope::kMaybe, Scope::kMaybe,
       CountOrWork<&JobCounts::completed, &SubjectWork::completed>},
      {"failed", Unit::kCount, Scope::kMaybe, Scope::kNever, CountOf<&JobCounts::failed>},
      {"failed_attempts", Unit::kCount, Scope::kMaybe, Scope::kMaybe,
       WorkCount<&SubjectWork::failed_attempts>},
      {"aborted", Unit::kCount, Scope::kMaybe, Scope::kNever, CountOf<&JobCounts::aborted>},
      {"abandoned", Unit::kCount, Scope::kMaybe, Scope::kNever, CountOf<&JobCounts::abandoned>},
      {"in_flight", Unit::kCount, Scope::kMaybe, Scope::kNever, CountOf<&JobCounts::in_flight>},
      {"retries", Unit::kCount, Scope::kMaybe, Scope::kNever, CountOf<&JobCounts::retries>},
      {"timeouts", Unit::kCount, Scope::kMaybe, Scope::kNever, CountOf<&JobCounts::timeouts>},
      {"max_parallel", Unit::kCount, Scope::kMaybe, Scope::kNever,
       CountOf<&JobCounts::max_parallel>},
      {"throughput", Unit::kPerSecond, Scope::kMaybe, Scope::kMaybe, ThroughputOf},
      {"running_time", Unit::kMillis, Scope::kMaybe, Scope::kMaybe, RunningTime},
      {"busy_time", Unit::kMillis, Scope::kNever, Scope::kAlways, BusyTime},
      {"share", Unit::kShare, Scope::kNever, Scope::kAlways, Share},
  };
}

template <double DurationStats::*kFigure>
void AddDurations(const char* suffix, std::vector<Figure>& figures) {
  const auto add = [&](const char* name, Scope by_machine, auto value) {
    figures.push_back(
        {absl::StrCat(name, ".", suffix), FigureUnit::kMillis, Scope::kAlways, by_machine, value});
  };
  add("duration", Scope::kMaybe, DurationOf<kFigure>);
  add("queue_wait", Scope::kNever, WaitOf<&JobTypeSummary::queue_wait, kFigure>);
  add("turnaround", Scope::kNever, WaitOf<&JobTypeSummary::turnaround, kFigure>);
}

std::vector<Figure> MakeFigures() {
  std::vector<Figure> figures = TimesAndCounts();
  AddDurations<&DurationStats::min>("min", figures);
  AddDurations<&DurationStats::mean>("mean", figures);
  AddDurations<&DurationStats::p50>("p50", figures);
  AddDurations<&DurationStats::p90>("p90", figures);
  AddDurations<&DurationStats::p95>("p95", figures);
  AddDurations<&DurationStats::p99>("p99", figures);
  AddDurations<&DurationStats::max>("max", figures);
  return figures;
}

// How many characters must be put in, taken out or changed to make one of the other.
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

const std::vector<Figure>& Figures() {
  static const auto* const kFigures = new std::vector<Figure>(MakeFigures());
  return *kFigures;
}

const Figure* FindFigure(absl::string_view name) {
  const std::vector<Figure>& figures = Figures();
  const auto found = std::find_if(figures.begin(), figures.end(),
                                  [&](const Figure& figure) { return figure.name == name; });
  return found == figures.end() ? nullptr : &*found;
}

std::vector<std::string> NearestFigures(absl::string_view name) {
  constexpr size_t kMaxNames = 3;
  constexpr size_t kLongestName = 32;
  if (name.empty() || name.size() > kLongestName) return {};
  std::vector<std::pair<size_t, std::string>> near;
  for (const Figure& figure : Figures()) {
    const size_t distance = EditDistance(name, figure.name);
    if (distance <= std::max<size_t>(2, figure.name.size() / 2)) {
      near.emplace_back(distance, figure.name);
    }
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  near.resize(std::min(near.size(), kMaxNames));
  std::vector<std::string> names;
  for (auto& [distance, figure] : near) names.push_back(std::move(figure));
  return names;
}

}  // namespace proverlog
