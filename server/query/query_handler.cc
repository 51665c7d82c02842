#include "server/query/query_handler.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/query/compare.h"
#include "server/query/compare_machines.h"
#include "server/query/critical_path.h"
#include "server/query/epochs.h"
#include "server/query/events.h"
#include "server/query/explain.h"
#include "server/query/find_prover.h"
#include "server/query/job.h"
#include "server/query/known_epoch.h"
#include "server/query/list_jobs.h"
#include "server/query/list_lines.h"
#include "server/query/machines.h"
#include "server/query/progress.h"
#include "server/query/report.h"
#include "server/query/store_convert.h"
#include "server/query/submissions.h"
#include "server/query/throughput.h"
#include "server/query/transactions.h"
#include "server/query/trend.h"
#include "server/query/unknown_messages.h"

namespace proverlog {
absl::StatusOr<ProverRef> QueryHandler::FindProver(const std::string& name) {
  return proverlog::FindProver(*store_, name);
}

absl::StatusOr<v1::ListEpochsResponse> QueryHandler::ListEpochs(
    const v1::ListEpochsRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::ListEpochs(*store_, *prover, request, absl::Now());
}

absl::StatusOr<v1::GetEpochSummaryResponse> QueryHandler::GetEpochSummary(
    const v1::GetEpochSummaryRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::GetEpochSummary(*store_, cache_, *prover, request, absl::Now());
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
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::GetJob(*store_, *prover, request, absl::Now());
}

absl::StatusOr<v1::ExplainResponse> QueryHandler::Explain(const v1::ExplainRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::Explain(*store_, *prover, request, absl::Now());
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
  return proverlog::ListMachines(*store_, *prover, absl::Now());
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
  return proverlog::CompareMachines(*store_, *prover, request, absl::Now());
}

absl::StatusOr<v1::CompareResponse> QueryHandler::Compare(const v1::CompareRequest& request) {
  return proverlog::Compare(*store_, cache_, request, absl::Now());
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
  return proverlog::GetCriticalPath(*store_, cache_, *prover, request, absl::Now());
}

absl::StatusOr<v1::ListEventsResponse> QueryHandler::ListEvents(
    const v1::ListEventsRequest& request) {
  if (auto status = CheckEpoch(request.epoch()); !status.ok()) return status;
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::ListEvents(*store_, *prover, request, absl::Now());
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
  return proverlog::ListLines(*store_, *prover, request, absl::Now());
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
  return ListUnknown(*store_, *prover, request, absl::Now());
}

absl::StatusOr<v1::GetProgressResponse> QueryHandler::GetProgress(
    const v1::GetProgressRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::GetProgress(*store_, *prover, request, absl::Now());
}

absl::StatusOr<v1::ListSubmissionsResponse> QueryHandler::ListSubmissions(
    const v1::ListSubmissionsRequest& request) {
  const auto prover = FindProver(request.prover());
  if (!prover.ok()) return prover.status();
  return proverlog::ListSubmissions(*store_, *prover, request, absl::Now());
}

}  // namespace proverlog
