#ifndef PROVERLOG_SERVER_GRPC_INGEST_SERVICE_H_
#define PROVERLOG_SERVER_GRPC_INGEST_SERVICE_H_

#include <functional>

#include "proverlog/v1/ingest.grpc.pb.h"
#include "server/grpc/work_queue.h"
#include "server/metrics/metrics.h"
#include "storage/archive_store.h"

namespace proverlog {

// LogIngestService over gRPC: it moves messages between a call and its IngestSession, which runs
// on `queue`. Thread-safe; what it is given outlives the server that it is registered with.
class IngestService final : public v1::LogIngestService::CallbackService {
 public:
  IngestService(ArchiveWriter* store, WorkQueue* queue, IngestMetrics* metrics,
                std::function<void(ProverId)> on_commit);

  grpc::ServerBidiReactor<v1::StreamLogsRequest, v1::StreamLogsResponse>* StreamLogs(
      grpc::CallbackServerContext* context) override;

 private:
  ArchiveWriter* store_;
  WorkQueue* queue_;
  IngestMetrics* metrics_;
  std::function<void(ProverId)> on_commit_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_GRPC_INGEST_SERVICE_H_
