#include "server/query/machines.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "analysis/clock_skew.h"
#include "analysis/machine_comparison.h"
#include "analysis/machine_failures.h"
#include "analysis/startup.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/completeness.h"
#include "server/query/explain.h"
#include "server/query/known_epoch.h"
#include "server/query/known_machine.h"
#include "server/query/store_convert.h"

namespace proverlog {
namespace {

constexpr size_t kMaxStreams = 10'000;
constexpr size_t kMaxMachines = 1000;
constexpr int kMaxStreamsOfMachine = 100;
constexpr int kMaxVersions = 20;
constexpr int kEpochs = 10;
constexpr int kMaxStarts = 20;
constexpr int kMaxUnknown = 5;

// A machine, of its logs one after the other, the latest first.
class MachineSum {
 public:
  void Add(const StreamStatus& stream, const std::string& prover) {
    proto_.set_machine(stream.machine);
    AddCounts(stream.counts, counts_);
    const v1::LogStream log = ToProto(stream, prover);
    if (stream.seen_at) seen_at_ = std::max(*stream.seen_at, seen_at_.value_or(*stream.seen_at));
    const bool is_known = log.aztec_version().empty() ||
                          std::find(proto_.aztec_versions().begin(), proto_.aztec_versions().end(),
                                    log.aztec_version()) != proto_.aztec_versions().end();
    if (!is_known && proto_.aztec_versions_size() < kMaxVersions) {
      proto_.add_aztec_versions(log.aztec_version());
    }
    if (proto_.streams_size() < kMaxStreamsOfMachine) *proto_.add_streams() = log;
  }

  v1::Machine Finish() && {
    *proto_.mutable_counts() = ToProto(counts_);
    if (counts_.first_at) {
      *proto_.mutable_first_record_time() = ToProtoTimestamp(*counts_.first_at);
      *proto_.mutable_last_record_time() = ToProtoTimestamp(*counts_.last_at);
    }
    if (seen_at_) *proto_.mutable_last_seen_time() = ToProtoTimestamp(*seen_at_);
    return std::move(proto_);
  }

 private:
  v1::Machine proto_;
  StreamCounts counts_;
  std::optional<UnixMillis> seen_at_;
};

// What the machine sent.
absl::Status AddLogs(QueryStore& store, const ProverRef& prover, const std::string& machine,
                     v1::GetMachineResponse& response) {
  LogFilter filter;
  filter.machine = machine;
  auto streams = store.FindStreams(prover, filter, kMaxStreams + 1);
  if (!streams.ok()) return streams.status();
  response.set_more_streams(streams->size() > kMaxStreams);
  streams->resize(std::min(streams->size(), kMaxStreams));
  std::stable_sort(streams->begin(), streams->end(),
                   [](const StreamStatus& a, const StreamStatus& b) {
                     return a.received_at.value_or(0) > b.received_at.value_or(0);
                   });
  MachineSum sum;
  for (const StreamStatus& stream : *streams) sum.Add(stream, prover.name);
  *response.mutable_machine() = std::move(sum).Finish();
  return absl::OkStatus();
}

struct LatestJobs {
  std::vector<Job> jobs;
  std::map<int32_t, EpochWindow> epochs;
};

// The jobs of the latest epochs, as many of these as there is room for.
absl::StatusOr<LatestJobs> LoadLatestJobs(QueryStore& store, const ProverRef& prover) {
  const auto epochs = store.FindEpochs(prover, {}, kEpochs);
  if (!epochs.ok()) return epochs.status();
  LatestJobs latest;
  for (const EpochRevision& epoch : *epochs) {
    const size_t left = kMaxJobsLoaded - latest.jobs.size();
    auto state = store.LoadEpoch(prover, epoch.epoch, static_cast<int64_t>(left));
    if (absl::IsResourceExhausted(state.status()) && !latest.epochs.empty()) break;
    if (!state.ok()) return state.status();
    for (Job& job : state->jobs) latest.jobs.push_back(std::move(job));
    latest.epochs[epoch.epoch] = {epoch.first_at, epoch.last_at + 1};
  }
  return latest;
}

void AddWork(const std::string& machine, const LatestJobs& latest,
             v1::GetMachineResponse& response) {
  response.mutable_work()->set_machine(machine);
  for (const MachineShare& share : CompareMachines(latest.jobs).machines) {
    if (share.machine == machine) *response.mutable_work() = ToProto(share);
  }
  for (const auto& [kind, count] : FailuresOn(machine, latest.jobs)) {
    v1::CauseCount& row = *response.add_failures();
    row.set_kind(ToProto(kind));
    row.set_count(count);
  }
}

void AddClocks(const std::string& machine, const LatestJobs& latest,
               v1::GetMachineResponse& response) {
  for (const auto& [other, offset] : OffsetsFrom(machine, EstimateClockOffsets(latest.jobs))) {
    v1::ClockOffset& row = *response.add_clock_offsets();
    row.set_machine(other);
    const auto millis = [](Millis value) { return MillisToProto(static_cast<double>(value)); };
    if (offset.at_least) *row.mutable_at_least() = millis(*offset.at_least);
    if (offset.at_most) *row.mutable_at_most() = millis(*offset.at_most);
    row.set_pairs(offset.pairs);
    row.set_moved(offset.Moved());
  }
}

v1::ProgramStart ToProto(const Startup& startup) {
  v1::ProgramStart proto;
  proto.set_stream_id(startup.stream_id);
  for (const Event& event : startup.steps) {
    v1::StartStep& step = *proto.add_steps();
    *step.mutable_time() = ToProtoTimestamp(event.at);
    step.set_kind(event.kind);
    for (const auto& [name, value] : event.fields) (*step.mutable_fields())[name] = value;
  }
  return proto;
}

absl::Status AddStarts(QueryStore& store, const ProverRef& prover, const std::string& machine,
                       const LatestJobs& latest, v1::GetMachineResponse& response) {
  const auto events = store.LoadMachineEvents(prover, machine, StartupKinds());
  if (!events.ok()) return events.status();
  std::vector<Startup> starts = StartupsOf(events->events, latest.jobs);
  std::stable_sort(starts.begin(), starts.end(), [](const Startup& a, const Startup& b) {
    return a.steps.front().at > b.steps.front().at;
  });
  response.set_more_starts(events->more || starts.size() > kMaxStarts);
  starts.resize(std::min<size_t>(starts.size(), kMaxStarts));
  std::vector<int64_t> ids;
  for (const Startup& start : starts) ids.push_back(start.stream_id);
  const auto streams = store.LoadStreams(prover, ids);
  if (!streams.ok()) return streams.status();
  std::map<int64_t, std::string> sources;
  for (const StreamStatus& stream : *streams) sources[stream.key.stream_id] = stream.source;
  for (const Startup& start : starts) {
    v1::ProgramStart& proto = *response.add_starts();
    proto = ToProto(start);
    proto.set_source(sources[start.stream_id]);
    // Of an older one the first job may be of an epoch that is not looked at.
    const bool is_covered =
        !latest.epochs.empty() && latest.epochs.begin()->second.begin <= start.steps.front().at;
    if (!is_covered || !start.first_job_at) continue;
    *proto.mutable_first_job_time() = ToProtoTimestamp(*start.first_job_at);
    proto.set_first_job(start.first_job);
  }
  return absl::OkStatus();
}

absl::Status AddUnknown(QueryStore& store, const ProverRef& prover, const std::string& machine,
                        v1::GetMachineResponse& response) {
  const auto page = store.ListUnknown(prover, machine, std::nullopt, kMaxUnknown);
  if (!page.ok()) return page.status();
  for (const UnknownRow& row : page->rows) {
    v1::FrequentUnknown& message = *response.add_unknown_messages();
    message.set_module(row.kind.module);
    message.set_level(row.kind.level);
    message.set_message_template(row.kind.message_template);
    message.set_count(row.count.count);
    if (row.count.last_at) *message.mutable_last_time() = ToProtoTimestamp(*row.count.last_at);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::ListMachinesResponse> ListMachines(QueryStore& store, const ProverRef& prover,
                                                      absl::Time now) {
  auto completeness = CompletenessOf(store, prover, EpochWindow{}, now);
  if (!completeness.ok()) return completeness.status();
  auto streams = store.ListStreams(prover, kMaxStreams + 1);
  if (!streams.ok()) return streams.status();
  v1::ListMachinesResponse response;
  *response.mutable_completeness() = *std::move(completeness);
  response.set_more_streams(streams->size() > kMaxStreams);
  streams->resize(std::min(streams->size(), kMaxStreams));
  std::map<std::string, MachineSum> machines;
  for (const StreamStatus& stream : *streams) machines[stream.machine].Add(stream, prover.name);
  for (auto& [name, machine] : machines) {
    if (static_cast<size_t>(response.machines_size()) == kMaxMachines) break;
    *response.add_machines() = std::move(machine).Finish();
  }
  return response;
}

absl::StatusOr<v1::GetMachineResponse> GetMachine(QueryStore& store, const ProverRef& prover,
                                                  const v1::GetMachineRequest& request,
                                                  absl::Time now) {
  const std::string& machine = request.machine();
  if (machine.empty()) return InvalidField("machine", "name one; `proverlog machines` lists them");
  if (auto status = CheckMachine(store, prover, machine); !status.ok()) return status;
  v1::GetMachineResponse response;
  response.set_prover(prover.name);
  if (auto status = AddLogs(store, prover, machine, response); !status.ok()) return status;
  const auto latest = LoadLatestJobs(store, prover);
  if (!latest.ok()) return latest.status();
  auto completeness = CompletenessOf(store, prover, latest->epochs, now);
  if (!completeness.ok()) return completeness.status();
  *response.mutable_completeness() = *std::move(completeness);
  for (auto epoch = latest->epochs.rbegin(); epoch != latest->epochs.rend(); ++epoch) {
    response.add_epochs(epoch->first);
  }
  AddWork(machine, *latest, response);
  AddClocks(machine, *latest, response);
  auto status = AddStarts(store, prover, machine, *latest, response);
  if (status.ok()) status = AddUnknown(store, prover, machine, response);
  if (!status.ok()) return status;
  return response;
}

}  // namespace proverlog
