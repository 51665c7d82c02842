#include "server/grpc/ingest_service.h"

#include <utility>

#include "rpc/status.h"
#include "server/grpc/errors.h"
#include "server/grpc/stream_logs_call.h"
#include "server/ingest/validation.h"

namespace proverlog {

IngestService::IngestService(ArchiveWriter* store, GroupWriter* writer, IngestLimits* limits,
                             WorkQueue* queue, std::function<void(ProverId)> on_commit)
    : store_(store),
      writer_(writer),
      limits_(limits),
      queue_(queue),
      on_commit_(std::move(on_commit)) {}

grpc::ServerBidiReactor<v1::StreamLogsRequest, v1::StreamLogsResponse>* IngestService::StreamLogs(
    grpc::CallbackServerContext* /*context*/) {
  return StreamLogsCall::Start(IngestSession(store_, limits_, on_commit_), writer_, queue_);
}

grpc::ServerUnaryReactor* IngestService::PushLogs(grpc::CallbackServerContext* context,
                                                  const v1::PushLogsRequest* request,
                                                  v1::PushLogsResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool taken = queue_->Submit([this, reactor, request, response] {
    const absl::Status status = Push(*request, *response);
    reactor->Finish(status.ok() ? grpc::Status::OK : FinishStatus(status));
  });
  if (!taken) reactor->Finish(FinishStatus(OverloadedError()));
  return reactor;
}

absl::Status IngestService::Push(const v1::PushLogsRequest& request,
                                 v1::PushLogsResponse& response) {
  const auto lines = ValidatePush(request);
  if (!lines.ok()) return lines.status();
  const auto lease = limits_->Admit(lines->prover);
  if (!lease.ok()) return lease.status();
  const auto size = static_cast<int64_t>(lines->raw.size());
  if (auto status = limits_->Spend(lines->prover, size); !status.ok()) return status;
  const auto stream = store_->Push(*lines);
  if (absl::IsAborted(stream.status())) return WithReason(stream.status(), "OFFSET_MISMATCH");
  if (!stream.ok()) return stream.status();
  response.set_stream_id(stream->key.stream_id);
  response.set_committed_offset(stream->committed_offset);
  on_commit_(stream->key.prover_id);
  return absl::OkStatus();
}

}  // namespace proverlog
