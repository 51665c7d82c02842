#ifndef PROVERLOG_SERVER_GRPC_QUERY_SERVICE_H_
#define PROVERLOG_SERVER_GRPC_QUERY_SERVICE_H_

#include "absl/time/time.h"
#include "proverlog/v1/query.grpc.pb.h"
#include "server/grpc/polling_call.h"
#include "server/grpc/work_queue.h"
#include "server/metrics/metrics.h"
#include "server/query/epoch_cache.h"
#include "server/query/query_handler.h"
#include "storage/query_store.h"

namespace proverlog {

// QueryService over gRPC: each call runs on `queue`, until its client's deadline and for `timeout`
// at most. Thread-safe; what it is given outlives the server that it is registered with.
class QueryService final : public v1::QueryService::CallbackService {
 public:
  QueryService(QueryStore* store, WorkQueue* queue, QueryMetrics* metrics, absl::Duration timeout)
      : store_(store), queue_(queue), metrics_(metrics), timeout_(timeout) {}

  grpc::ServerUnaryReactor* ListEpochs(grpc::CallbackServerContext* context,
                                       const v1::ListEpochsRequest* request,
                                       v1::ListEpochsResponse* response) override;
  grpc::ServerUnaryReactor* GetEpochSummary(grpc::CallbackServerContext* context,
                                            const v1::GetEpochSummaryRequest* request,
                                            v1::GetEpochSummaryResponse* response) override;
  grpc::ServerUnaryReactor* GetReport(grpc::CallbackServerContext* context,
                                      const v1::GetReportRequest* request,
                                      v1::GetReportResponse* response) override;
  grpc::ServerUnaryReactor* ListJobs(grpc::CallbackServerContext* context,
                                     const v1::ListJobsRequest* request,
                                     v1::ListJobsResponse* response) override;
  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext* context,
                                   const v1::GetJobRequest* request,
                                   v1::GetJobResponse* response) override;
  grpc::ServerUnaryReactor* ListTransactions(grpc::CallbackServerContext* context,
                                             const v1::ListTransactionsRequest* request,
                                             v1::ListTransactionsResponse* response) override;
  grpc::ServerUnaryReactor* GetTransaction(grpc::CallbackServerContext* context,
                                           const v1::GetTransactionRequest* request,
                                           v1::GetTransactionResponse* response) override;
  grpc::ServerUnaryReactor* Explain(grpc::CallbackServerContext* context,
                                    const v1::ExplainRequest* request,
                                    v1::ExplainResponse* response) override;
  grpc::ServerUnaryReactor* ListMachines(grpc::CallbackServerContext* context,
                                         const v1::ListMachinesRequest* request,
                                         v1::ListMachinesResponse* response) override;
  grpc::ServerUnaryReactor* GetMachine(grpc::CallbackServerContext* context,
                                       const v1::GetMachineRequest* request,
                                       v1::GetMachineResponse* response) override;
  grpc::ServerUnaryReactor* CompareMachines(grpc::CallbackServerContext* context,
                                            const v1::CompareMachinesRequest* request,
                                            v1::CompareMachinesResponse* response) override;
  grpc::ServerUnaryReactor* GetThroughput(grpc::CallbackServerContext* context,
                                          const v1::GetThroughputRequest* request,
                                          v1::GetThroughputResponse* response) override;
  grpc::ServerUnaryReactor* GetCriticalPath(grpc::CallbackServerContext* context,
                                            const v1::GetCriticalPathRequest* request,
                                            v1::GetCriticalPathResponse* response) override;
  grpc::ServerUnaryReactor* Compare(grpc::CallbackServerContext* context,
                                    const v1::CompareRequest* request,
                                    v1::CompareResponse* response) override;
  grpc::ServerUnaryReactor* GetTrend(grpc::CallbackServerContext* context,
                                     const v1::GetTrendRequest* request,
                                     v1::GetTrendResponse* response) override;
  grpc::ServerUnaryReactor* ListEvents(grpc::CallbackServerContext* context,
                                       const v1::ListEventsRequest* request,
                                       v1::ListEventsResponse* response) override;
  grpc::ServerUnaryReactor* GetStream(grpc::CallbackServerContext* context,
                                      const v1::GetStreamRequest* request,
                                      v1::GetStreamResponse* response) override;
  grpc::ServerUnaryReactor* ListLines(grpc::CallbackServerContext* context,
                                      const v1::ListLinesRequest* request,
                                      v1::ListLinesResponse* response) override;
  grpc::ServerWriteReactor<v1::TailLinesResponse>* TailLines(
      grpc::CallbackServerContext* context, const v1::TailLinesRequest* request) override;
  grpc::ServerUnaryReactor* ListUnknownMessages(grpc::CallbackServerContext* context,
                                                const v1::ListUnknownMessagesRequest* request,
                                                v1::ListUnknownMessagesResponse* response) override;
  grpc::ServerUnaryReactor* GetProgress(grpc::CallbackServerContext* context,
                                        const v1::GetProgressRequest* request,
                                        v1::GetProgressResponse* response) override;
  grpc::ServerUnaryReactor* ListSubmissions(grpc::CallbackServerContext* context,
                                            const v1::ListSubmissionsRequest* request,
                                            v1::ListSubmissionsResponse* response) override;

  // Ends the calls of TailLines, within a second where their clients read. No other ones begin.
  void EndTails() { tails_.End(); }

 private:
  // About 10,000 epochs of a few machines.
  static constexpr size_t kCacheBytes = size_t{128} << 20;
  static constexpr int kMaxTails = 100;

  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* context,
                                absl::StatusOr<Response> (QueryHandler::*method)(const Request&),
                                const Request* request, Response* response);

  QueryStore* store_;
  WorkQueue* queue_;
  QueryMetrics* metrics_;
  const absl::Duration timeout_;
  EpochCache cache_{kCacheBytes};
  OpenCalls tails_{kMaxTails, "tails",
                   [this](int change) { metrics_->tails_open.Increment(change); }};
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_GRPC_QUERY_SERVICE_H_
