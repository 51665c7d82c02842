#include "server/query/throughput.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "analysis/epoch_summary.h"
#include "analysis/throughput.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/completeness.h"
#include "server/query/known_epoch.h"
#include "server/query/time_asked.h"

namespace proverlog {
namespace {

constexpr int kMaxEpochsOfTime = 1000;
// An answer stays below the 4 MiB that gRPC's clients take.
constexpr size_t kMaxSteps = 500;
constexpr size_t kMaxRows = 100;
constexpr size_t kMaxProcesses = 1000;

// What is asked, as far as the request says it.
struct Asked {
  std::optional<int32_t> epoch;
  EpochWindow window;
  std::optional<Millis> step;
};

absl::StatusOr<std::optional<Millis>> StepOf(const v1::GetThroughputRequest& request) {
  if (!request.has_step()) return std::nullopt;
  const absl::Duration step = FromProtoDuration(request.step());
  const Millis millis = absl::ToInt64Milliseconds(step);
  if (millis < 1 || absl::Milliseconds(millis) != step || step > absl::Hours(24 * 366)) {
    return InvalidField("step", absl::StrCat(absl::FormatDuration(step),
                                             " is not whole milliseconds from 1 ms to a year"));
  }
  return std::optional<Millis>(millis);
}

absl::StatusOr<Asked> ParseAsked(const v1::GetThroughputRequest& request, UnixMillis now) {
  Asked asked;
  if (request.has_epoch()) {
    if (auto status = CheckEpoch(request.epoch()); !status.ok()) return status;
    asked.epoch = request.epoch();
  }
  if (request.has_start_time()) {
    asked.window.begin = std::max<UnixMillis>(FromProtoTimestamp(request.start_time()), 0);
  }
  if (request.has_end_time()) {
    asked.window.end = std::min(FromProtoTimestamp(request.end_time()), now);
  }
  if (!asked.epoch && !(asked.window.begin && asked.window.end)) {
    return InvalidField(asked.window.begin ? "end_time" : "start_time",
                        "it is missing; name an epoch, or both ends of a time");
  }
  if (request.has_start_time() && *asked.window.begin >= now) {
    return InvalidField("start_time", "it is not before now");
  }
  if (auto status = CheckWindow(asked.window); !status.ok()) return status;
  if (!v1::ThroughputBreakdown_IsValid(request.breakdown())) {
    return InvalidField("breakdown", absl::StrCat(static_cast<int>(request.breakdown()),
                                                  " is neither by job type nor by machine"));
  }
  const auto step = StepOf(request);
  if (!step.ok()) return step.status();
  asked.step = *step;
  return asked;
}

bool IsInFlightIn(const std::vector<Job>& jobs, const EpochWindow& time) {
  return std::any_of(jobs.begin(), jobs.end(), [&](const Job& job) {
    if (!job.exists) return false;
    const JobTimeline timeline = TimelineOf(job);
    return timeline.created_at < *time.end &&
           timeline.ended_at.value_or(*time.begin) >= *time.begin;
  });
}

// The jobs that the answer is about. Of each only its timeline is kept.
struct Timelines {
  std::vector<int32_t> epochs;
  std::vector<JobTimeline> jobs;
  // Of their facts.
  std::optional<UnixMillis> first_at;
  std::optional<UnixMillis> last_at;
  v1::Completeness completeness;

  void Add(int32_t epoch, const std::vector<Job>& loaded) {
    epochs.push_back(epoch);
    for (const Job& job : loaded) {
      if (!job.exists) continue;
      jobs.push_back(TimelineOf(job));
      if (job.first_at) first_at = std::min(*job.first_at, first_at.value_or(*job.first_at));
      last_at = std::max(last_at, job.last_at);  // nothing is less than any instant
    }
  }
};

// The latest first.
absl::StatusOr<std::vector<int32_t>> EpochsOf(QueryStore& store, const ProverRef& prover,
                                              const EpochWindow& time) {
  const auto found = store.FindEpochs(prover, time, kMaxEpochsOfTime + 1);
  if (!found.ok()) return found.status();
  if (found->size() > kMaxEpochsOfTime) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the time has more than ", kMaxEpochsOfTime, " epochs; ask for less time"));
  }
  // Jobs of the epochs that a broker keeps may wait without a line since before the time.
  const auto before = store.FindEpochs(prover, {{}, time.begin}, kEpochsKept + 1);
  if (!before.ok()) return before.status();
  std::set<int32_t, std::greater<>> epochs;
  for (const EpochRevision& epoch : *found) epochs.insert(epoch.epoch);
  for (const EpochRevision& epoch : *before) epochs.insert(epoch.epoch);
  return std::vector<int32_t>(epochs.begin(), epochs.end());
}

absl::StatusOr<Timelines> LoadEpochTimelines(QueryStore& store, const ProverRef& prover,
                                             int32_t epoch, absl::Time now) {
  auto state = store.LoadEpochState(prover, epoch, kMaxJobsLoaded);
  if (!state.ok()) return state.status();
  if (auto status = CheckKnown(store, prover, epoch, *state); !status.ok()) return status;
  Timelines timelines;
  timelines.Add(epoch, state->jobs);
  const EpochSummary summary = SummarizeEpoch(epoch, std::move(state->jobs), state->context);
  timelines.completeness = CompletenessOf(*state, summary, prover.name, now);
  return timelines;
}

// Of all epochs with a job in flight in the time.
absl::StatusOr<Timelines> LoadTimelines(QueryStore& store, const ProverRef& prover,
                                        const EpochWindow& time, absl::Time now) {
  auto completeness = CompletenessOf(store, prover, time, now);
  if (!completeness.ok()) return completeness.status();
  const auto epochs = EpochsOf(store, prover, time);
  if (!epochs.ok()) return epochs.status();
  Timelines timelines;
  timelines.completeness = *std::move(completeness);
  for (const int32_t epoch : *epochs) {
    const auto state = store.LoadEpoch(prover, epoch, kMaxJobsLoaded);
    if (!state.ok()) return state.status();
    if (!IsInFlightIn(state->jobs, time)) continue;
    timelines.Add(epoch, state->jobs);
    if (timelines.jobs.size() > kMaxJobsLoaded) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the time has more than ", kMaxJobsLoaded,
                       " jobs, too many for one answer; ask for less time"));
    }
  }
  return timelines;
}

absl::StatusOr<TimeGrid> GridOf(const Asked& asked, const Timelines& timelines, UnixMillis now) {
  const UnixMillis first = timelines.first_at.value_or(now);
  TimeGrid grid;
  grid.begin = asked.window.begin.value_or(first);
  grid.end = asked.window.end.value_or(timelines.last_at.value_or(first) + 1);
  if (grid.end <= grid.begin) {
    return InvalidField(asked.window.begin ? "start_time" : "end_time",
                        absl::StrCat("all that is known of epoch ", *asked.epoch, " is ",
                                     asked.window.begin ? "before" : "after", " it"));
  }
  grid.step = asked.step.value_or(RoundStep(grid.Length()));
  if (grid.Steps() > kMaxSteps) {
    return InvalidField("step", absl::StrCat("the time has ", grid.Steps(), " steps, at most ",
                                             kMaxSteps, " can be shown; take at least ",
                                             (grid.Length() + kMaxSteps - 1) / kMaxSteps, " ms"));
  }
  return grid;
}

v1::LevelStats ToProto(const LevelStats& level, bool with_time) {
  v1::LevelStats proto;
  proto.set_mean(level.mean);
  proto.set_peak(level.peak);
  if (with_time && level.peak > 0) *proto.mutable_peak_time() = ToProtoTimestamp(level.peak_at);
  return proto;
}

double PerSecond(int32_t count, Millis length) {
  return 1000.0 * count / static_cast<double>(length);
}

struct RowShape {
  bool with_steps = false;
  bool with_queue = true;
};

v1::Throughput ToProto(const ThroughputRow& row, const TimeGrid& grid, RowShape shape) {
  v1::Throughput proto;
  proto.set_name(row.name);
  proto.set_created(row.created);
  proto.set_completed(row.completed);
  proto.set_completed_per_second(PerSecond(row.completed, grid.Length()));
  *proto.mutable_running() = ToProto(row.running, true);
  if (shape.with_queue) *proto.mutable_queued() = ToProto(row.queued, true);
  for (size_t i = 0; shape.with_steps && i < row.steps.size(); ++i) {
    const ThroughputStep& step = row.steps[i];
    v1::ThroughputStep& to = *proto.add_steps();
    *to.mutable_start_time() = ToProtoTimestamp(grid.BeginOf(i));
    to.set_created(step.created);
    to.set_completed(step.completed);
    to.set_completed_per_second(PerSecond(step.completed, grid.EndOf(i) - grid.BeginOf(i)));
    *to.mutable_running() = ToProto(step.running, false);
    if (shape.with_queue) *to.mutable_queued() = ToProto(step.queued, false);
  }
  return proto;
}

google::protobuf::Duration Sum(Millis millis) {
  return ToProtoDuration(absl::Milliseconds(millis));
}

v1::ProcessUse ToProto(const ProcessUse& use) {
  v1::ProcessUse proto;
  proto.set_machine(use.machine);
  proto.set_agent_process(use.process);
  proto.set_agents(use.agents);
  proto.set_started(use.started);
  proto.set_completed(use.completed);
  *proto.mutable_busy() = Sum(use.busy);
  proto.set_utilization(use.utilization);
  *proto.mutable_idle_while_queued() = Sum(use.idle_while_queued);
  *proto.mutable_first_time() = ToProtoTimestamp(use.first_at);
  *proto.mutable_last_time() = ToProtoTimestamp(use.last_at);
  return proto;
}

void AddFigures(const Throughput& throughput, v1::ThroughputBreakdown breakdown,
                v1::GetThroughputResponse& response) {
  const TimeGrid& grid = throughput.grid;
  *response.mutable_start_time() = ToProtoTimestamp(grid.begin);
  *response.mutable_end_time() = ToProtoTimestamp(grid.end);
  *response.mutable_step() = Sum(grid.step);
  *response.mutable_flow() = proverlog::ToProto(throughput.flow);
  *response.mutable_total() = ToProto(throughput.total, grid, {true, true});
  const auto add_rows = [&](const std::vector<ThroughputRow>& rows, RowShape shape, auto& to) {
    for (size_t i = 0; i < std::min(rows.size(), kMaxRows); ++i) {
      *to.Add() = ToProto(rows[i], grid, shape);
    }
    response.set_more(response.more() || rows.size() > kMaxRows);
  };
  add_rows(throughput.job_types, {breakdown == v1::THROUGHPUT_BREAKDOWN_JOB_TYPE, true},
           *response.mutable_job_types());
  add_rows(throughput.machines, {breakdown == v1::THROUGHPUT_BREAKDOWN_MACHINE, false},
           *response.mutable_machines());
  const AgentUse& agents = throughput.agents;
  for (const ProcessUse& use : agents.processes) {
    if (static_cast<size_t>(response.agent_processes_size()) == kMaxProcesses) {
      response.set_more(true);
      break;
    }
    *response.add_agent_processes() = ToProto(use);
  }
  response.set_agents(agents.agents);
  response.set_utilization(agents.utilization);
  *response.mutable_idle_while_queued() = Sum(agents.idle_while_queued);
  *response.mutable_lost_capacity() = Sum(agents.lost_capacity);
}

}  // namespace

v1::JobFlow ToProto(const JobFlow& flow) {
  v1::JobFlow proto;
  proto.set_in_flight_before(flow.in_flight_before);
  proto.set_created(flow.created);
  proto.set_completed(flow.completed);
  proto.set_failed(flow.failed);
  proto.set_aborted(flow.aborted);
  proto.set_abandoned(flow.abandoned);
  proto.set_ended_unseen(flow.ended_unseen);
  proto.set_in_flight_after(flow.in_flight_after);
  return proto;
}

absl::StatusOr<v1::GetThroughputResponse> GetThroughput(QueryStore& store, const ProverRef& prover,
                                                        const v1::GetThroughputRequest& request,
                                                        absl::Time now) {
  const UnixMillis now_millis = absl::ToUnixMillis(now);
  const auto asked = ParseAsked(request, now_millis);
  if (!asked.ok()) return asked.status();
  auto timelines = asked->epoch ? LoadEpochTimelines(store, prover, *asked->epoch, now)
                                : LoadTimelines(store, prover, asked->window, now);
  if (!timelines.ok()) return timelines.status();
  v1::GetThroughputResponse response;
  response.set_prover(prover.name);
  response.mutable_epochs()->Add(timelines->epochs.begin(), timelines->epochs.end());
  *response.mutable_completeness() = std::move(timelines->completeness);
  if (asked->epoch && timelines->jobs.empty()) return response;
  const auto grid = GridOf(*asked, *timelines, now_millis);
  if (!grid.ok()) return grid.status();
  AddFigures(ComputeThroughput(timelines->jobs, *grid), request.breakdown(), response);
  return response;
}

}  // namespace proverlog
