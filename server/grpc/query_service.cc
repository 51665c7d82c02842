#include "server/grpc/query_service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "server/grpc/errors.h"

namespace proverlog {

template <typename Request, typename Response>
grpc::ServerUnaryReactor* QueryService::Run(
    grpc::CallbackServerContext* context,
    absl::StatusOr<Response> (QueryHandler::*method)(const Request&), const Request* request,
    Response* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::Time begin = absl::Now();
  const auto finish = [this, reactor, begin](const absl::Status& status) {
    const absl::string_view name = Request::descriptor()->name();
    metrics_->OnAnswer(std::string(absl::StripSuffix(name, "Request")), status.code(),
                       absl::Now() - begin);
    reactor->Finish(FinishStatus(status));
  };
  const bool taken = queue_->Submit([this, context, method, request, response, finish] {
    const auto store = store_->WithDeadline(
        std::min(absl::FromChrono(context->deadline()), absl::Now() + timeout_),
        [context] { return context->IsCancelled(); });
    auto result = (QueryHandler(store.get(), &cache_).*method)(*request);
    const absl::Status status = result.status();
    if (status.ok()) *response = *std::move(result);
    finish(status);
  });
  if (!taken) finish(OverloadedError());
  return reactor;
}

grpc::ServerUnaryReactor* QueryService::ListEpochs(grpc::CallbackServerContext* context,
                                                   const v1::ListEpochsRequest* request,
                                                   v1::ListEpochsResponse* response) {
  return Run(context, &QueryHandler::ListEpochs, request, response);
}

grpc::ServerUnaryReactor* QueryService::GetEpochSummary(grpc::CallbackServerContext* context,
                                                        const v1::GetEpochSummaryRequest* request,
                                                        v1::GetEpochSummaryResponse* response) {
  return Run(context, &QueryHandler::GetEpochSummary, request, response);
}

grpc::ServerUnaryReactor* QueryService::GetReport(grpc::CallbackServerContext* context,
                                                  const v1::GetReportRequest* request,
                                                  v1::GetReportResponse* response) {
  return Run(context, &QueryHandler::GetReport, request, response);
}

grpc::ServerUnaryReactor* QueryService::ListJobs(grpc::CallbackServerContext* context,
                                                 const v1::ListJobsRequest* request,
                                                 v1::ListJobsResponse* response) {
  return Run(context, &QueryHandler::ListJobs, request, response);
}

grpc::ServerUnaryReactor* QueryService::GetJob(grpc::CallbackServerContext* context,
                                               const v1::GetJobRequest* request,
                                               v1::GetJobResponse* response) {
  return Run(context, &QueryHandler::GetJob, request, response);
}

grpc::ServerUnaryReactor* QueryService::ListTransactions(grpc::CallbackServerContext* context,
                                                         const v1::ListTransactionsRequest* request,
                                                         v1::ListTransactionsResponse* response) {
  return Run(context, &QueryHandler::ListTransactions, request, response);
}

grpc::ServerUnaryReactor* QueryService::GetTransaction(grpc::CallbackServerContext* context,
                                                       const v1::GetTransactionRequest* request,
                                                       v1::GetTransactionResponse* response) {
  return Run(context, &QueryHandler::GetTransaction, request, response);
}

grpc::ServerUnaryReactor* QueryService::Explain(grpc::CallbackServerContext* context,
                                                const v1::ExplainRequest* request,
                                                v1::ExplainResponse* response) {
  return Run(context, &QueryHandler::Explain, request, response);
}

grpc::ServerUnaryReactor* QueryService::ListMachines(grpc::CallbackServerContext* context,
                                                     const v1::ListMachinesRequest* request,
                                                     v1::ListMachinesResponse* response) {
  return Run(context, &QueryHandler::ListMachines, request, response);
}

grpc::ServerUnaryReactor* QueryService::GetMachine(grpc::CallbackServerContext* context,
                                                   const v1::GetMachineRequest* request,
                                                   v1::GetMachineResponse* response) {
  return Run(context, &QueryHandler::GetMachine, request, response);
}

grpc::ServerUnaryReactor* QueryService::CompareMachines(grpc::CallbackServerContext* context,
                                                        const v1::CompareMachinesRequest* request,
                                                        v1::CompareMachinesResponse* response) {
  return Run(context, &QueryHandler::CompareMachines, request, response);
}

grpc::ServerUnaryReactor* QueryService::GetThroughput(grpc::CallbackServerContext* context,
                                                      const v1::GetThroughputRequest* request,
                                                      v1::GetThroughputResponse* response) {
  return Run(context, &QueryHandler::GetThroughput, request, response);
}

grpc::ServerUnaryReactor* QueryService::GetCriticalPath(grpc::CallbackServerContext* context,
                                                        const v1::GetCriticalPathRequest* request,
                                                        v1::GetCriticalPathResponse* response) {
  return Run(context, &QueryHandler::GetCriticalPath, request, response);
}

grpc::ServerUnaryReactor* QueryService::Compare(grpc::CallbackServerContext* context,
                                                const v1::CompareRequest* request,
                                                v1::CompareResponse* response) {
  return Run(context, &QueryHandler::Compare, request, response);
}

grpc::ServerUnaryReactor* QueryService::GetTrend(grpc::CallbackServerContext* context,
                                                 const v1::GetTrendRequest* request,
                                                 v1::GetTrendResponse* response) {
  return Run(context, &QueryHandler::GetTrend, request, response);
}

grpc::ServerUnaryReactor* QueryService::ListEvents(grpc::CallbackServerContext* context,
                                                   const v1::ListEventsRequest* request,
                                                   v1::ListEventsResponse* response) {
  return Run(context, &QueryHandler::ListEvents, request, response);
}

grpc::ServerUnaryReactor* QueryService::GetStream(grpc::CallbackServerContext* context,
                                                  const v1::GetStreamRequest* request,
                                                  v1::GetStreamResponse* response) {
  return Run(context, &QueryHandler::GetStream, request, response);
}

grpc::ServerUnaryReactor* QueryService::ListLines(grpc::CallbackServerContext* context,
                                                  const v1::ListLinesRequest* request,
                                                  v1::ListLinesResponse* response) {
  return Run(context, &QueryHandler::ListLines, request, response);
}

grpc::ServerWriteReactor<v1::TailLinesResponse>* QueryService::TailLines(
    grpc::CallbackServerContext* /*context*/, const v1::TailLinesRequest* request) {
  return TailLinesCall::Start(store_, queue_, &tails_, metrics_, request);
}

grpc::ServerUnaryReactor* QueryService::ListUnknownMessages(
    grpc::CallbackServerContext* context, const v1::ListUnknownMessagesRequest* request,
    v1::ListUnknownMessagesResponse* response) {
  return Run(context, &QueryHandler::ListUnknownMessages, request, response);
}

grpc::ServerUnaryReactor* QueryService::GetProgress(grpc::CallbackServerContext* context,
                                                    const v1::GetProgressRequest* request,
                                                    v1::GetProgressResponse* response) {
  return Run(context, &QueryHandler::GetProgress, request, response);
}

grpc::ServerUnaryReactor* QueryService::ListSubmissions(grpc::CallbackServerContext* context,
                                                        const v1::ListSubmissionsRequest* request,
                                                        v1::ListSubmissionsResponse* response) {
  return Run(context, &QueryHandler::ListSubmissions, request, response);
}

}  // namespace proverlog
