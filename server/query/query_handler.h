#ifndef PROVERLOG_SERVER_QUERY_QUERY_HANDLER_H_
#define PROVERLOG_SERVER_QUERY_QUERY_HANDLER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "proverlog/v1/query.pb.h"
#include "server/query/epoch_cache.h"
#include "server/query/line_tail.h"
#include "storage/query_store.h"

namespace proverlog {

// QueryService without gRPC: one method a call, as query.proto says. It blocks on the database.
// `store` and `cache` outlive it; without a cache every epoch is computed anew.
class QueryHandler {
 public:
  explicit QueryHandler(QueryStore* store, EpochCache* cache = nullptr)
      : store_(store), cache_(cache) {}

  absl::StatusOr<v1::ListEpochsResponse> ListEpochs(const v1::ListEpochsRequest& request);
  absl::StatusOr<v1::GetEpochSummaryResponse> GetEpochSummary(
      const v1::GetEpochSummaryRequest& request);
  absl::StatusOr<v1::GetReportResponse> GetReport(const v1::GetReportRequest& request);
  absl::StatusOr<v1::ListJobsResponse> ListJobs(const v1::ListJobsRequest& request);
  absl::StatusOr<v1::GetJobResponse> GetJob(const v1::GetJobRequest& request);
  absl::StatusOr<v1::ListTransactionsResponse> ListTransactions(
      const v1::ListTransactionsRequest& request);
  absl::StatusOr<v1::GetTransactionResponse> GetTransaction(
      const v1::GetTransactionRequest& request);
  absl::StatusOr<v1::ExplainResponse> Explain(const v1::ExplainRequest& request);
  absl::StatusOr<v1::ListMachinesResponse> ListMachines(const v1::ListMachinesRequest& request);
  absl::StatusOr<v1::GetMachineResponse> GetMachine(const v1::GetMachineRequest& request);
  absl::StatusOr<v1::CompareMachinesResponse> CompareMachines(
      const v1::CompareMachinesRequest& request);
  absl::StatusOr<v1::CompareResponse> Compare(const v1::CompareRequest& request);
  absl::StatusOr<v1::GetTrendResponse> GetTrend(const v1::GetTrendRequest& request);
  absl::StatusOr<v1::GetThroughputResponse> GetThroughput(const v1::GetThroughputRequest& request);
  absl::StatusOr<v1::GetCriticalPathResponse> GetCriticalPath(
      const v1::GetCriticalPathRequest& request);
  absl::StatusOr<v1::ListEventsResponse> ListEvents(const v1::ListEventsRequest& request);
  absl::StatusOr<v1::GetStreamResponse> GetStream(const v1::GetStreamRequest& request);
  absl::StatusOr<v1::ListLinesResponse> ListLines(const v1::ListLinesRequest& request);
  // TailLines as far as it was begun; it keeps the store.
  absl::StatusOr<std::unique_ptr<LineTail>> OpenTail(const v1::TailLinesRequest& request);
  absl::StatusOr<v1::ListUnknownMessagesResponse> ListUnknownMessages(
      const v1::ListUnknownMessagesRequest& request);
  absl::StatusOr<v1::GetProgressResponse> GetProgress(const v1::GetProgressRequest& request);
  absl::StatusOr<v1::ListSubmissionsResponse> ListSubmissions(
      const v1::ListSubmissionsRequest& request);

 private:
  // The prover of that name, or the only one where the name is empty.
  absl::StatusOr<ProverRef> FindProver(const std::string& name);

  QueryStore* store_;
  EpochCache* cache_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_QUERY_HANDLER_H_
