#include "server/query/report.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "analysis/agent_use.h"
#include "analysis/critical_path.h"
#include "analysis/explanation.h"
#include "analysis/job_timeline.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/completeness.h"
#include "server/query/explain.h"
#include "server/query/known_epoch.h"
#include "server/query/loaded_epoch.h"
#include "server/query/report_findings.h"
#include "server/query/report_startups.h"
#include "server/query/report_transactions.h"
#include "server/query/report_troubles.h"
#include "server/query/report_types.h"
#include "server/query/report_windows.h"
#include "server/query/store_convert.h"
#include "server/query/time_asked.h"

namespace proverlog {
namespace {

constexpr int kMaxEpochsOfReport = 10;
constexpr int kDefaultEpochsOfReport = 2;
constexpr int64_t kMaxJobsOfReport = 100'000;  // of all epochs

// Both ends or none: a report's time is a section of it.
absl::StatusOr<EpochWindow> ReadTime(const v1::GetReportRequest& request) {
  if (request.has_start_time() == request.has_end_time()) return ReadWindow(request);
  return InvalidField(request.has_start_time() ? "end_time" : "start_time",
                      "a time needs both its start and its end");
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
  int64_t left = kMaxJobsOfReport;
  for (const int32_t number : numbers) {
    auto state = store.LoadEpochState(prover, number, left);
    if (absl::IsResourceExhausted(state.status())) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the epochs have more than ", kMaxJobsOfReport,
                       " jobs, too many for one report; name fewer"));
    }
    if (!state.ok()) return state.status();
    if (auto status = CheckKnown(store, prover, number, *state); !status.ok()) return status;
    left -= static_cast<int64_t>(state->jobs.size());
    EpochSummary summary = SummarizeLoaded(number, state->jobs, state->context);
    epochs.push_back({*std::move(state), std::move(summary)});
  }
  return epochs;
}

// What attempts failed of, for good or not.
std::map<CauseKind, int32_t> CausesOf(const LoadedEpoch& epoch) {
  const Explanation explanation =
      ExplainEpoch(epoch.summary, epoch.state.jobs, epoch.state.context);
  std::map<CauseKind, int32_t> causes = explanation.setbacks;
  for (const auto& [kind, count] : explanation.failures) causes[kind] += count;
  return causes;
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
  int32_t queued = 0;
  int32_t running = 0;
  for (const Job& job : epoch.state.jobs) {
    queued += job.exists && job.state == JobState::kQueued ? 1 : 0;
    running += job.exists && job.state == JobState::kRunning ? 1 : 0;
    first_attempt += job.state == JobState::kCompleted && job.attempt_count <= 1 ? 1 : 0;
    for (const Fact& fact : job.facts) {
      enqueues += fact.kind == FactKind::kEnqueued ? 1 : 0;
      reuses += fact.kind == FactKind::kReused ? 1 : 0;
    }
  }
  reliability.set_first_attempt(first_attempt);
  reliability.set_enqueues(enqueues);
  reliability.set_reuses(reuses);
  reliability.set_queued(queued);
  reliability.set_running(running);
  for (const auto& [kind, count] : CausesOf(epoch)) {
    v1::CauseCount& cause = *reliability.add_causes();
    cause.set_kind(ToProto(kind));
    cause.set_count(count);
  }
  return reliability;
}

v1::ReportPath PathOf(const LoadedEpoch& epoch) {
  const CriticalPath path = FindCriticalPath(epoch.state.jobs);
  const EpochSummary& summary = epoch.summary;
  v1::ReportPath proto;
  proto.set_epoch(summary.epoch);
  proto.set_ends_with_root(path.ends_with_root);
  *proto.mutable_length() = ToProtoDuration(absl::Milliseconds(path.totals.Sum()));
  *proto.mutable_queueing() = ToProtoDuration(absl::Milliseconds(path.totals.queueing));
  if (!summary.first_at) return proto;
  std::vector<JobTimeline> timelines;
  for (const Job& job : epoch.state.jobs) {
    if (job.exists) timelines.push_back(TimelineOf(job));
  }
  const OpenSpan time{*summary.first_at, *summary.last_at + 1};
  const AgentUse use = UseOfAgents(timelines, time);
  *proto.mutable_agent_time() =
      ToProtoDuration(absl::Milliseconds(use.agents * (*time.end - time.begin)));
  *proto.mutable_lost_capacity() = ToProtoDuration(absl::Milliseconds(use.lost_capacity));
  return proto;
}

}  // namespace

absl::StatusOr<v1::GetReportResponse> GetReport(QueryStore& store, const ProverRef& prover,
                                                const v1::GetReportRequest& request,
                                                absl::Time now) {
  const auto window = ReadTime(request);
  if (!window.ok()) return window.status();
  const auto numbers = EpochsOf(store, prover, request, *window);
  if (!numbers.ok()) return numbers.status();
  const auto epochs = LoadEpochs(store, prover, *numbers);
  if (!epochs.ok()) return epochs.status();

  v1::GetReportResponse response;
  response.set_prover(prover.name);
  for (const LoadedEpoch& epoch : *epochs) {
    v1::GetEpochSummaryResponse& summary = *response.add_epochs();
    summary = ToProto(epoch.summary);
    summary.set_prover(prover.name);
    for (const CircuitSummary& circuit : epoch.state.circuits) {
      *summary.add_circuits() = ToProto(circuit);
    }
    *response.add_reliability() = ReliabilityOf(epoch);
    *response.add_paths() = PathOf(epoch);
    UniteCompleteness(CompletenessOf(epoch.state, epoch.summary, prover.name, now),
                      *response.mutable_completeness());
  }
  AddWindows(*epochs, *window, response);
  AddJobTypes(*epochs, response);
  const std::vector<EpochWindow> times = TimesOf(*epochs, *window);
  auto status = AddStartups(store, prover, *epochs, times, response);
  if (status.ok()) status = AddTransactions(store, prover, *epochs, now, response);
  if (status.ok()) status = AddTroubles(store, prover, times, response);
  if (!status.ok()) return status;
  AddFindings(response);
  return response;
}

}  // namespace proverlog
