#include "server/query/query_handler.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "analysis/cause.h"
#include "analysis/epoch_summary.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/compare.h"
#include "server/query/compare_machines.h"
#include "server/query/completeness.h"
#include "server/query/critical_path.h"
#include "server/query/events.h"
#include "server/query/explain.h"
#include "server/query/fact_lines.h"
#include "server/query/find_prover.h"
#include "server/query/known_epoch.h"
#include "server/query/list_jobs.h"
#include "server/query/list_lines.h"
#include "server/query/machines.h"
#include "server/query/page_token.h"
#include "server/query/report.h"
#include "server/query/store_convert.h"
#include "server/query/throughput.h"
#include "server/query/transactions.h"
#include "server/query/trend.h"
#include "server/query/unknown_messages.h"

namespace proverlog {
namespace {

constexpr int kDefaultEpochsListed = 50;
constexpr int kMaxEpochsListed = 200;
constexpr int kMaxContextLines = 20;
// An answer stays below the 4 MiB that gRPC's clients take.
constexpr size_t kMaxFacts = 1000;
constexpr int kMaxFactsWithLines = 100;
constexpr int kMaxSetbacks = 10;
constexpr size_t kMaxBytesOfLines = size_t{2} << 20;

absl::StatusOr<JobId> ReadJobId(const std::string& field, const std::string& text) {
  if (const auto id = ParseJobId(text)) return JobId::From(*id);
  return InvalidField(field,
                      absl::StrCat("\"", text.substr(0, 256), "\" is not <epoch>:<TYPE>:<hash>"));
}

// Of the job's time, until now where it is in flight.
EpochWindow WindowOf(const Job& job) {
  EpochWindow window{job.first_at, std::nullopt};
  if (!IsInFlight(job.state) && job.last_at) window.end = *job.last_at + 1;
  return window;
}

void AddCauses(const Job& job, v1::GetJobResponse& response) {
  auto cause = CauseOfFailure(job);
  if (!cause) cause = CauseOfCancelling(job);
  if (cause) *response.mutable_cause() = ToProto(*cause);
  for (const Cause& setback : SetbacksOf(job)) {
    if (response.setbacks_size() == kMaxSetbacks) break;
    *response.add_setbacks() = ToProto(setback);
  }
}

}  // namespace

absl::StatusOr<ProverRef> QueryHandler::FindProver(const std::string& name) {
  return proverlog::FindProver(*store_, name);
}

absl::StatusOr<EpochState> QueryHandler::LoadFigures(const ProverRef& prover, int32_t epoch,
                                                     std::shared_ptr<const CachedEpoch>& figures) {
  figures = cache_ == nullptr ? nullptr : cache_->Find(prover, epoch);
  auto state = figures == nullptr
                   ? store_->LoadEpochState(prover, epoch, kMaxJobsLoaded)
                   : store_->LoadEpochChanges(prover, figures->known, kMaxJobsLoaded);
  if (!state.ok()) return state.status();
  if (auto status = CheckKnown(*store_, prover, epoch, *state); !status.ok()) return status;
  if (!state->as_known) {
    figures = ComputeEpoch(epoch, *state);
    if (cache_ != nullptr) cache_->Put(prover, figures);
  }
  return state;
}

absl::StatusOr<v1::ListEpochsResponse> QueryHandler::ListEpochs(
    const v1::ListEpochsRequest& request) {
  const auto page_size = PageSize(request.page_size(), kDefaultEpochsListed, kMaxEpochsListed);
  if (!page_size.ok()) return page_size.status();
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  const std::string this_request = absl::StrCat("epochs ", prover->name);
  std::optional<int32_t> before;
  if (!request.page_token().empty()) {
    const auto position = ParsePageToken(request.page_token(), this_request, 1);
    if (!position.ok()) return position.status();
    int32_t epoch = 0;
    if (!absl::SimpleAtoi(position->front(), &epoch) || epoch < 0) {
      return InvalidField("page_token", "it is damaged");
    }
    before = epoch;
  }

  // One more than asked for tells whether there is a next page.
  auto rows = store_->ListEpochs(*prover, before, *page_size + 1);
  if (!rows.ok()) return rows.status();
  v1::ListEpochsResponse response;
  if (rows->size() > static_cast<size_t>(*page_size)) {
    rows->pop_back();
    response.set_next_page_token(MakePageToken(this_request, {absl::StrCat(rows->back().epoch)}));
  }
  EpochWindow window;
  for (const EpochRow& row : *rows) {
    *response.add_epochs() = ToProto(row);
    const bool is_open = response.epochs().rbegin()->outcome() == v1::EPOCH_OUTCOME_IN_PROGRESS;
    Widen(row.first_at, is_open ? absl::ToUnixMillis(absl::Now()) : row.last_at, window);
  }
  return WithCompleteness(*store_, *prover, window, std::move(response));
}

absl::StatusOr<v1::GetEpochSummaryResponse> QueryHandler::GetEpochSummary(
    const v1::GetEpochSummaryRequest& request) {
  if (auto status = CheckEpoch(request.epoch()); !status.ok()) return status;
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  std::shared_ptr<const CachedEpoch> epoch;
  const auto state = LoadFigures(*prover, request.epoch(), epoch);
  if (!state.ok()) return state.status();

  v1::GetEpochSummaryResponse response = ToProto(epoch->figures.summary);
  response.set_prover(prover->name);
  *response.mutable_completeness() =
      CompletenessOf(*state, epoch->figures.summary, prover->name, absl::Now());
  for (const CircuitSummary& circuit : state->circuits) {
    *response.add_circuits() = ToProto(circuit);
  }
  return response;
}

absl::StatusOr<v1::GetReportResponse> QueryHandler::GetReport(const v1::GetReportRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::GetReport(*store_, *prover, request, absl::Now());
}

absl::StatusOr<v1::ListJobsResponse> QueryHandler::ListJobs(const v1::ListJobsRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::ListJobs(*store_, *prover, request, absl::Now());
}

absl::StatusOr<v1::GetJobResponse> QueryHandler::GetJob(const v1::GetJobRequest& request) {
  const auto id = ReadJobId("id", request.id());
  if (!id.ok()) return id.status();
  if (request.context_lines() < 0 || request.context_lines() > kMaxContextLines) {
    return InvalidField("context_lines", absl::StrCat(request.context_lines(),
                                                      " is not between 0 and ", kMaxContextLines));
  }
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  const auto job = FindJob("id", *prover, *id);
  if (!job.ok()) return job.status();

  v1::GetJobResponse response;
  auto completeness = CompletenessOf(*store_, *prover, WindowOf(*job), absl::Now());
  if (!completeness.ok()) return completeness.status();
  *response.mutable_completeness() = *std::move(completeness);
  *response.mutable_job() = ToProto(*job);
  AddCauses(*job, response);
  response.set_more(std::max(job->attempts.size(), job->facts.size()) > kMaxFacts);
  for (const Attempt& attempt : job->attempts) {
    if (static_cast<size_t>(response.attempts_size()) == kMaxFacts) break;
    *response.add_attempts() = ToProto(attempt);
  }
  const auto runs = store_->LoadCircuitRuns(*prover, job->id);
  if (!runs.ok()) return runs.status();
  for (const CircuitRun& run : *runs) *response.add_circuit_runs() = ToProto(run);
  if (auto status = AddFacts(*prover, *job, request.context_lines(), response); !status.ok()) {
    return status;
  }
  return response;
}

absl::StatusOr<Job> QueryHandler::FindJob(const std::string& field, const ProverRef& prover,
                                          const JobId& id) {
  auto job = store_->LoadJob(prover, id);
  if (!absl::IsNotFound(job.status()) || IsFullHash(id.hash)) return job;
  const auto found = store_->FindJobs(prover, id, 2);
  if (!found.ok()) return found.status();
  if (found->empty()) return job;
  if (found->size() > 1) {
    return InvalidField(field, absl::StrCat(id.ToString(), " is the beginning of several, such as ",
                                            found->front().ToString()));
  }
  return store_->LoadJob(prover, found->front());
}

absl::Status QueryHandler::AddFacts(const ProverRef& prover, const Job& job, int context_lines,
                                    v1::GetJobResponse& response) {
  std::set<int64_t> ids;
  for (const Fact& fact : job.facts) ids.insert(fact.origin.stream_id);
  const auto streams = store_->LoadStreams(prover, {ids.begin(), ids.end()});
  if (!streams.ok()) return streams.status();
  std::map<int64_t, std::string> sources;
  for (const StreamStatus& stream : *streams) sources[stream.key.stream_id] = stream.source;

  size_t line_bytes = 0;
  for (const Fact& fact : job.facts) {
    if (static_cast<size_t>(response.facts_size()) == kMaxFacts) break;
    v1::JobFact* proto = response.add_facts();
    *proto = ToProto(fact);
    proto->set_source(sources[fact.origin.stream_id]);
    if (response.facts_size() > kMaxFactsWithLines || line_bytes > kMaxBytesOfLines) continue;
    const auto added = AddLines(*store_, prover, fact.origin, context_lines, *proto);
    if (!added.ok()) return added.status();
    line_bytes += *added;
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ExplainResponse> QueryHandler::Explain(const v1::ExplainRequest& request) {
  if (auto status = CheckEpoch(request.epoch()); !status.ok()) return status;
  if (request.subject_case() == v1::ExplainRequest::SUBJECT_NOT_SET) {
    return InvalidField("subject", "it is neither an epoch nor a job");
  }
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  std::optional<Job> job;
  if (request.has_job()) {
    const auto id = ReadJobId("job", request.job());
    if (!id.ok()) return id.status();
    auto found = FindJob("job", *prover, *id);
    if (!found.ok()) return found.status();
    job = *std::move(found);
  }
  const int32_t epoch = job ? job->id.epoch : request.epoch();
  const auto state = store_->LoadEpochState(*prover, epoch, kMaxJobsLoaded);
  if (!state.ok()) return state.status();
  if (auto status = CheckKnown(*store_, *prover, epoch, *state); !status.ok()) return status;
  return proverlog::Explain(*store_, *prover, epoch, *state, job);
}

absl::StatusOr<v1::ListTransactionsResponse> QueryHandler::ListTransactions(
    const v1::ListTransactionsRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::ListTransactions(*store_, *prover, request, absl::Now());
}

absl::StatusOr<v1::GetTransactionResponse> QueryHandler::GetTransaction(
    const v1::GetTransactionRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::GetTransaction(*store_, *prover, request, absl::Now());
}

absl::StatusOr<v1::ListMachinesResponse> QueryHandler::ListMachines(
    const v1::ListMachinesRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::ListMachines(*store_, *prover);
}

absl::StatusOr<v1::GetMachineResponse> QueryHandler::GetMachine(
    const v1::GetMachineRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::GetMachine(*store_, *prover, request, absl::Now());
}

absl::StatusOr<v1::CompareMachinesResponse> QueryHandler::CompareMachines(
    const v1::CompareMachinesRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::CompareMachines(*store_, *prover, request);
}

absl::StatusOr<v1::CompareResponse> QueryHandler::Compare(const v1::CompareRequest& request) {
  return proverlog::Compare(*store_, request, absl::Now());
}

absl::StatusOr<v1::GetTrendResponse> QueryHandler::GetTrend(const v1::GetTrendRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::GetTrend(*store_, cache_, *prover, request, absl::Now());
}

absl::StatusOr<v1::GetThroughputResponse> QueryHandler::GetThroughput(
    const v1::GetThroughputRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::GetThroughput(*store_, *prover, request, absl::Now());
}

absl::StatusOr<v1::GetCriticalPathResponse> QueryHandler::GetCriticalPath(
    const v1::GetCriticalPathRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::GetCriticalPath(*store_, *prover, request, absl::Now());
}

absl::StatusOr<v1::ListEventsResponse> QueryHandler::ListEvents(
    const v1::ListEventsRequest& request) {
  if (auto status = CheckEpoch(request.epoch()); !status.ok()) return status;
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::ListEvents(*store_, *prover, request);
}

absl::StatusOr<v1::GetStreamResponse> QueryHandler::GetStream(const v1::GetStreamRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  const auto streams = store_->LoadStreams(*prover, {request.stream_id()});
  if (!streams.ok()) return streams.status();
  if (streams->empty()) {
    return absl::NotFoundError(
        absl::StrCat("prover \"", prover->name, "\" has no stream ", request.stream_id()));
  }
  v1::GetStreamResponse response;
  *response.mutable_stream() = ToProto(streams->front(), prover->name);
  return response;
}

absl::StatusOr<v1::ListLinesResponse> QueryHandler::ListLines(const v1::ListLinesRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::ListLines(*store_, *prover, request);
}

absl::StatusOr<std::unique_ptr<LineTail>> QueryHandler::OpenTail(
    const v1::TailLinesRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return LineTail::Open(store_, *prover, request);
}

absl::StatusOr<v1::ListUnknownMessagesResponse> QueryHandler::ListUnknownMessages(
    const v1::ListUnknownMessagesRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return ListUnknown(*store_, *prover, request);
}

}  // namespace proverlog
