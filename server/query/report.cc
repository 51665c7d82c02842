#include "server/query/report.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "analysis/epoch_summary.h"
#include "analysis/job_flow.h"
#include "analysis/job_timeline.h"
#include "analysis/startup.h"
#include "model/job_purpose.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/completeness.h"
#include "server/query/report_findings.h"
#include "server/query/report_lines.h"
#include "server/query/store_convert.h"
#include "server/query/throughput.h"

namespace proverlog {
namespace {

constexpr int kMaxEpochsOfReport = 10;
constexpr int kDefaultEpochsOfReport = 2;
constexpr int64_t kMaxJobsOfReport = 100'000;  // of all epochs
constexpr int kMaxStartups = 100;
constexpr int kMaxEventsOfReport = 10'000;
constexpr int kEventsAtOnce = 1000;
constexpr char kFirstKey[] = "00000000-0000-0000-0000-000000000000";
// A program may start that long before the epoch that it is for.
constexpr Millis kStartupLead = 600'000;

// An epoch as it was loaded, and what follows.
struct LoadedEpoch {
  EpochState state;
  EpochSummary summary;
};

absl::StatusOr<EpochWindow> ReadWindow(const v1::GetReportRequest& request) {
  EpochWindow window;
  if (request.has_start_time() != request.has_end_time()) {
    return InvalidField(request.has_start_time() ? "end_time" : "start_time",
                        "a time needs both its start and its end");
  }
  if (!request.has_start_time()) return window;
  window.begin = FromProtoTimestamp(request.start_time());
  window.end = FromProtoTimestamp(request.end_time());
  if (*window.begin < *window.end) return window;
  return InvalidField("end_time", "it is not after start_time");
}

// The epochs that are meant, the earliest first.
absl::StatusOr<std::vector<int32_t>> EpochsOf(QueryStore& store, const ProverRef& prover,
                                              const v1::GetReportRequest& request,
                                              const EpochWindow& window) {
  std::set<int32_t> epochs(request.epochs().begin(), request.epochs().end());
  if (!epochs.empty() && *epochs.begin() < 0) {
    return InvalidField("epochs", absl::StrCat(*epochs.begin(), " is negative"));
  }
  if (epochs.empty()) {
    const auto found = store.FindEpochs(
        prover, window, window.begin ? kMaxEpochsOfReport + 1 : kDefaultEpochsOfReport);
    if (!found.ok()) return found.status();
    for (const EpochRevision& epoch : *found) epochs.insert(epoch.epoch);
  }
  if (epochs.size() > kMaxEpochsOfReport) {
    return InvalidField("epochs", absl::StrCat("there are more than ", kMaxEpochsOfReport,
                                               "; name those to report on"));
  }
  if (epochs.empty()) {
    return absl::NotFoundError(absl::StrCat("prover \"", prover.name, "\" has no epoch",
                                            window.begin ? " in this time" : ""));
  }
  return std::vector<int32_t>(epochs.begin(), epochs.end());
}

absl::StatusOr<std::vector<LoadedEpoch>> LoadEpochs(QueryStore& store, const ProverRef& prover,
                                                    const std::vector<int32_t>& numbers) {
  std::vector<LoadedEpoch> epochs;
  int64_t jobs = 0;
  for (const int32_t number : numbers) {
    auto state = store.LoadEpochState(prover, number, kMaxJobsOfReport);
    if (!state.ok()) return state.status();
    jobs += static_cast<int64_t>(state->jobs.size());
    if (jobs > kMaxJobsOfReport) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the epochs have more than ", kMaxJobsOfReport,
                       " jobs, too many for one report; name fewer"));
    }
    EpochSummary summary = SummarizeEpoch(number, state->jobs, state->context);
    if (summary.totals.jobs == 0 && summary.sessions.empty()) {
      return absl::NotFoundError(
          absl::StrCat("prover \"", prover.name, "\" has no epoch ", number));
    }
    epochs.push_back({*std::move(state), std::move(summary)});
  }
  return epochs;
}

// From the first to the last instant of the epochs, and of the time that was asked for.
EpochWindow SpanOf(const std::vector<LoadedEpoch>& epochs, const EpochWindow& asked) {
  EpochWindow span = asked;
  for (const LoadedEpoch& epoch : epochs) {
    const EpochSummary& summary = epoch.summary;
    if (!summary.first_at) continue;
    span.begin = std::min(span.begin.value_or(*summary.first_at), *summary.first_at);
    span.end = std::max(span.end.value_or(*summary.last_at + 1), *summary.last_at + 1);
  }
  return span;
}

v1::ReportReliability ReliabilityOf(const LoadedEpoch& epoch) {
  v1::ReportReliability reliability;
  const JobCounts& totals = epoch.summary.totals;
  reliability.set_epoch(epoch.summary.epoch);
  reliability.set_jobs(totals.jobs);
  reliability.set_ended(totals.completed + totals.failed);
  reliability.set_completed(totals.completed);
  reliability.set_aborted(totals.aborted);
  int32_t first_attempt = 0;
  int32_t enqueues = 0;
  int32_t reuses = 0;
  for (const Job& job : epoch.state.jobs) {
    first_attempt += job.state == JobState::kCompleted && job.attempt_count <= 1 ? 1 : 0;
    for (const Fact& fact : job.facts) {
      enqueues += fact.kind == FactKind::kEnqueued ? 1 : 0;
      reuses += fact.kind == FactKind::kReused ? 1 : 0;
    }
  }
  reliability.set_first_attempt(first_attempt);
  reliability.set_enqueues(enqueues);
  reliability.set_reuses(reuses);
  return reliability;
}

// By type: the types that feed it.
std::map<std::string, std::set<std::string>> FeedersIn(const std::vector<LoadedEpoch>& epochs) {
  std::map<std::string, std::set<std::string>> feeders;
  for (const LoadedEpoch& epoch : epochs) {
    for (const JobTypeSummary& type : epoch.summary.job_types) {
      for (const std::string& fed : type.feeds) feeders[fed].insert(type.type);
    }
  }
  return feeders;
}

// When the first job of each type completed.
std::map<std::string, UnixMillis> FirstCompletions(const std::vector<Job>& jobs) {
  std::map<std::string, UnixMillis> first;
  for (const Job& job : jobs) {
    if (job.state != JobState::kCompleted || !job.ended_at) continue;
    const auto [entry, is_new] = first.emplace(job.id.type, *job.ended_at);
    if (!is_new) entry->second = std::min(entry->second, *job.ended_at);
  }
  return first;
}

// Counts the jobs of fed types that were enqueued after one that feeds them had completed.
void CountOrder(const LoadedEpoch& epoch,
                const std::map<std::string, std::set<std::string>>& feeders,
                std::map<std::string, v1::ReportJobType>& types) {
  const std::map<std::string, UnixMillis> completed = FirstCompletions(epoch.state.jobs);
  for (const Job& job : epoch.state.jobs) {
    if (!job.exists || !job.enqueued_at) continue;
    v1::ReportJobType& type = types[job.id.type];
    type.set_enqueued(type.enqueued() + 1);
    const auto of_type = feeders.find(job.id.type);
    if (of_type == feeders.end()) continue;
    const bool after =
        std::any_of(of_type->second.begin(), of_type->second.end(), [&](const std::string& feeder) {
          const auto first = completed.find(feeder);
          return first != completed.end() && first->second <= *job.enqueued_at;
        });
    if (after) type.set_enqueued_after_feeding(type.enqueued_after_feeding() + 1);
  }
}

void AddJobTypes(const std::vector<LoadedEpoch>& epochs, v1::GetReportResponse& response) {
  const auto feeders = FeedersIn(epochs);
  std::map<std::string, v1::ReportJobType> types;
  std::vector<std::string> order;
  for (const LoadedEpoch& epoch : epochs) {
    CountOrder(epoch, feeders, types);
    for (const JobTypeSummary& summary : epoch.summary.job_types) {
      v1::ReportJobType& type = types[summary.type];
      if (type.epochs().empty()) order.push_back(summary.type);
      type.add_epochs(epoch.summary.epoch);
    }
  }
  for (const std::string& name : order) {
    v1::ReportJobType& type = types[name];
    type.set_type(name);
    type.set_purpose(std::string(PurposeOf(name)));
    const auto of_type = feeders.find(name);
    if (of_type != feeders.end()) {
      for (const std::string& feeder : of_type->second) type.add_fed_by(feeder);
    }
    *response.add_job_types() = std::move(type);
  }
}

// What went on between two instants, of the epochs' jobs.
v1::ReportWindow WindowOf(const std::vector<const LoadedEpoch*>& epochs, UnixMillis begin,
                          UnixMillis end) {
  JobFlow total;
  std::map<std::string, JobFlow> by_type;
  std::vector<std::string> order;
  for (const LoadedEpoch* epoch : epochs) {
    for (const JobTypeSummary& type : epoch->summary.job_types) {
      if (by_type.try_emplace(type.type).second) order.push_back(type.type);
    }
    for (const Job& job : epoch->state.jobs) {
      if (!job.exists) continue;
      const JobTimeline timeline = TimelineOf(job);
      CountFlow(timeline, begin, end, total);
      CountFlow(timeline, begin, end, by_type[timeline.type]);
    }
  }
  v1::ReportWindow window;
  *window.mutable_start_time() = ToProtoTimestamp(begin);
  *window.mutable_end_time() = ToProtoTimestamp(end);
  *window.mutable_total() = proverlog::ToProto(total);
  for (const std::string& type : order) {
    v1::TypeFlow& flow = *window.add_job_types();
    flow.set_type(type);
    *flow.mutable_flow() = proverlog::ToProto(by_type[type]);
  }
  return window;
}

void AddWindows(const std::vector<LoadedEpoch>& epochs, const EpochWindow& asked,
                v1::GetReportResponse& response) {
  std::vector<const LoadedEpoch*> all;
  for (const LoadedEpoch& epoch : epochs) {
    all.push_back(&epoch);
    const EpochSummary& summary = epoch.summary;
    if (!summary.first_at) continue;
    v1::ReportWindow& window = *response.add_windows();
    window = WindowOf({&epoch}, *summary.first_at, *summary.last_at + 1);
    window.set_epoch(summary.epoch);
  }
  if (asked.begin) *response.add_windows() = WindowOf(all, *asked.begin, *asked.end);
}

// The events of no epoch in the window, at most kMaxEventsOfReport.
absl::StatusOr<std::vector<Event>> LoadEvents(QueryStore& store, const ProverRef& prover,
                                              const EpochWindow& window) {
  std::vector<Event> events;
  EventFilter filter;
  if (window.begin) filter.after = EventPosition{*window.begin, "", kFirstKey};
  for (;;) {
    auto rows = store.ListEvents(prover, filter, kEventsAtOnce);
    if (!rows.ok()) return rows.status();
    for (EventRow& row : *rows) {
      if (window.end && row.event.at >= *window.end) return events;
      events.push_back(std::move(row.event));
    }
    if (rows->size() < kEventsAtOnce || events.size() >= kMaxEventsOfReport) return events;
    filter.after = rows->back().position;
  }
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

absl::Status AddStartups(QueryStore& store, const ProverRef& prover, EpochWindow span,
                         const std::vector<Job>& jobs, v1::GetReportResponse& response) {
  if (span.begin) *span.begin -= kStartupLead;
  const auto events = LoadEvents(store, prover, span);
  if (!events.ok()) return events.status();
  std::vector<Startup> startups = StartupsOf(*events, jobs);
  std::stable_sort(startups.begin(), startups.end(), [](const Startup& a, const Startup& b) {
    return a.steps.front().at < b.steps.front().at;
  });
  if (startups.size() > kMaxStartups) startups.resize(kMaxStartups);
  std::set<int64_t> ids;
  for (const Startup& startup : startups) ids.insert(startup.stream_id);
  const auto streams = store.LoadStreams(prover, {ids.begin(), ids.end()});
  if (!streams.ok()) return streams.status();
  std::map<int64_t, std::string> sources;
  for (const StreamStatus& stream : *streams) sources[stream.key.stream_id] = stream.source;
  for (const Startup& startup : startups) {
    v1::ReportStartup& proto = *response.add_startups();
    proto.set_machine(startup.machine);
    proto.set_source(sources[startup.stream_id]);
    for (const Event& step : startup.steps) *proto.add_steps() = StepToProto(step);
    if (!startup.first_job_at) continue;
    *proto.mutable_first_job_time() = ToProtoTimestamp(*startup.first_job_at);
    proto.set_first_job(startup.first_job);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::GetReportResponse> GetReport(QueryStore& store, const ProverRef& prover,
                                                const v1::GetReportRequest& request,
                                                absl::Time now) {
  const auto window = ReadWindow(request);
  if (!window.ok()) return window.status();
  const auto numbers = EpochsOf(store, prover, request, *window);
  if (!numbers.ok()) return numbers.status();
  auto epochs = LoadEpochs(store, prover, *numbers);
  if (!epochs.ok()) return epochs.status();

  v1::GetReportResponse response;
  response.set_prover(prover.name);
  std::vector<Job> jobs;
  for (const LoadedEpoch& epoch : *epochs) {
    v1::GetEpochSummaryResponse& summary = *response.add_epochs();
    summary = proverlog::ToProto(epoch.summary);
    summary.set_prover(prover.name);
    for (const CircuitSummary& circuit : epoch.state.circuits) {
      *summary.add_circuits() = proverlog::ToProto(circuit);
    }
    *response.add_reliability() = ReliabilityOf(epoch);
    UniteCompleteness(CompletenessOf(epoch.state, epoch.summary, prover.name, now),
                      *response.mutable_completeness());
    jobs.insert(jobs.end(), epoch.state.jobs.begin(), epoch.state.jobs.end());
  }
  AddWindows(*epochs, *window, response);
  AddJobTypes(*epochs, response);
  const EpochWindow span = SpanOf(*epochs, *window);
  if (auto status = AddStartups(store, prover, span, jobs, response); !status.ok()) return status;
  if (auto status = AddLinesToReport(store, prover, span, now, response); !status.ok()) {
    return status;
  }
  AddFindings(response);
  return response;
}

}  // namespace proverlog
