#include "server/query/report_startups.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "analysis/startup.h"
#include "rpc/convert.h"
#include "server/query/report_windows.h"

namespace proverlog {
namespace {

constexpr size_t kMaxStartups = 100;
constexpr size_t kMaxEventsForStarts = 10'000;
constexpr int kEventsAtOnce = 1000;
constexpr char kFirstKey[] = "00000000-0000-0000-0000-000000000000";
// A program may start that long before the epoch that it is for.
constexpr Millis kStartupLead = 600'000;

struct Events {
  std::vector<Event> events;  // at most kMaxEventsForStarts
  bool more = false;
};

// Adds the window's events of no epoch.
absl::Status LoadEvents(QueryStore& store, const ProverRef& prover, const EpochWindow& window,
                        Events& loaded) {
  EventFilter filter;
  filter.after = EventPosition{*window.begin, "", kFirstKey};
  filter.before = window.end;
  for (;;) {
    auto rows = store.ListEvents(prover, filter, kEventsAtOnce);
    if (!rows.ok()) return rows.status();
    for (EventRow& row : *rows) {
      if (loaded.events.size() == kMaxEventsForStarts) {
        loaded.more = true;
        return absl::OkStatus();
      }
      loaded.events.push_back(std::move(row.event));
    }
    if (rows->size() < kEventsAtOnce) return absl::OkStatus();
    filter.after = rows->back().position;
  }
}

absl::StatusOr<Events> LoadEvents(QueryStore& store, const ProverRef& prover,
                                  std::vector<EpochWindow> times) {
  for (EpochWindow& time : times) *time.begin -= kStartupLead;
  Events events;
  for (const EpochWindow& window : Unite(std::move(times))) {
    absl::Status status = LoadEvents(store, prover, window, events);
    if (!status.ok()) return status;
  }
  return events;
}

// Whether the jobs of all epochs are known that may have been started between the start and its
// first job.
absl::StatusOr<bool> KnowsFirstJob(QueryStore& store, const ProverRef& prover,
                                   const std::vector<LoadedEpoch>& epochs, const Startup& startup) {
  const EpochWindow until_job = {startup.steps.front().at, *startup.first_job_at + 1};
  const auto found = store.FindEpochs(prover, until_job, static_cast<int>(epochs.size()) + 1);
  if (!found.ok()) return found.status();
  return std::all_of(found->begin(), found->end(), [&](const EpochRevision& other) {
    return std::any_of(epochs.begin(), epochs.end(), [&](const LoadedEpoch& epoch) {
      return epoch.summary.epoch == other.epoch;
    });
  });
}

v1::StartupStep StepToProto(const Event& step) {
  v1::StartupStep proto;
  proto.set_kind(step.kind);
  *proto.mutable_time() = ToProtoTimestamp(step.at);
  proto.set_untimed(IsUntimedStep(step.kind));
  for (const auto& [name, value] : step.fields) (*proto.mutable_fields())[name] = value;
  const auto size = step.fields.find("size");
  int64_t points = 0;
  if (IsUntimedStep(step.kind) && size != step.fields.end() &&
      absl::SimpleAtoi(size->second, &points)) {
    proto.set_points(points);
    proto.set_bytes(points * kBytesAPoint);
  }
  return proto;
}

absl::StatusOr<std::map<int64_t, std::string>> SourcesOf(QueryStore& store, const ProverRef& prover,
                                                         const std::vector<Startup>& startups) {
  std::set<int64_t> ids;
  for (const Startup& startup : startups) ids.insert(startup.stream_id);
  const auto streams = store.LoadStreams(prover, {ids.begin(), ids.end()});
  if (!streams.ok()) return streams.status();
  std::map<int64_t, std::string> sources;
  for (const StreamStatus& stream : *streams) sources[stream.key.stream_id] = stream.source;
  return sources;
}

}  // namespace

absl::Status AddStartups(QueryStore& store, const ProverRef& prover,
                         const std::vector<LoadedEpoch>& epochs,
                         const std::vector<EpochWindow>& times, v1::GetReportResponse& report) {
  const auto events = LoadEvents(store, prover, times);
  if (!events.ok()) return events.status();
  JobStarts job_starts;
  for (const LoadedEpoch& epoch : epochs) job_starts.Add(epoch.state.jobs);
  std::vector<Startup> startups = StartupsOf(events->events, job_starts);
  std::stable_sort(startups.begin(), startups.end(), [](const Startup& a, const Startup& b) {
    return a.steps.front().at < b.steps.front().at;
  });
  report.set_more_startups(events->more || startups.size() > kMaxStartups);
  startups.resize(std::min(startups.size(), kMaxStartups));
  auto sources = SourcesOf(store, prover, startups);
  if (!sources.ok()) return sources.status();
  for (const Startup& startup : startups) {
    v1::ReportStartup& proto = *report.add_startups();
    proto.set_machine(startup.machine);
    proto.set_source((*sources)[startup.stream_id]);
    for (const Event& step : startup.steps) *proto.add_steps() = StepToProto(step);
    if (!startup.first_job_at) continue;
    const auto known = KnowsFirstJob(store, prover, epochs, startup);
    if (!known.ok()) return known.status();
    if (!*known) continue;
    *proto.mutable_first_job_time() = ToProtoTimestamp(*startup.first_job_at);
    proto.set_first_job(startup.first_job);
  }
  return absl::OkStatus();
}

}  // namespace proverlog
