#ifndef PROVERLOG_SERVER_GRPC_INGEST_SERVICE_H_
#define PROVERLOG_SERVER_GRPC_INGEST_SERVICE_H_

#include <functional>

#include "proverlog/v1/ingest.grpc.pb.h"
#include "server/grpc/stream_logs_call.h"
#include "server/grpc/work_queue.h"
#include "server/ingest/group_writer.h"
#include "server/ingest/ingest_limits.h"
#include "storage/archive_store.h"

namespace proverlog {

// Both methods take and give messages as bytes (StreamLogsCall says why).
using RawLogIngestService = v1::LogIngestService::WithRawCallbackMethod_StreamLogs<
    v1::LogIngestService::WithRawCallbackMethod_PushLogs<v1::LogIngestService::Service>>;

// LogIngestService over gRPC: it moves messages between a call, its IngestSession, which runs on
// `queues`, and `writer`. Thread-safe; what it is given outlives the server that it is registered
// with.
class IngestService final : public RawLogIngestService {
 public:
  IngestService(ArchiveWriter* store, GroupWriter* writer, IngestLimits* limits,
                Attendance* attendance, IngestQueues queues, IngestMetrics* metrics,
                std::function<void(ProverId)> on_commit, IngestSession::OnFailure on_failure);

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StreamLogs(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* PushLogs(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;

 private:
  absl::Status Push(const grpc::ByteBuffer& message, v1::PushLogsResponse& response);

  ArchiveWriter* store_;
  GroupWriter* writer_;
  IngestLimits* limits_;
  TailDigests tails_;
  Attendance* attendance_;
  IngestQueues queues_;
  IngestMetrics* metrics_;
  std::function<void(ProverId)> on_commit_;
  IngestSession::OnFailure on_failure_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_GRPC_INGEST_SERVICE_H_
