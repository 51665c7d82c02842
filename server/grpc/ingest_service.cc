#include "server/grpc/ingest_service.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <algorithm>
#include <utility>

#include "rpc/status.h"
#include "server/grpc/errors.h"
#include "server/grpc/stream_logs_call.h"
#include "server/ingest/validation.h"

namespace proverlog {
namespace {

absl::StatusOr<PushedLines> ParsePush(grpc::ByteBuffer message) {
  v1::PushLogsRequest request;
  const auto parsed =
      grpc::SerializationTraits<v1::PushLogsRequest>::Deserialize(&message, &request);
  if (!parsed.ok()) return absl::InvalidArgumentError("the message cannot be parsed");
  return ValidatePush(request);
}

}  // namespace

IngestService::IngestService(ArchiveWriter* store, GroupWriter* writer, IngestLimits* limits,
                             Attendance* attendance, IngestQueues queues, IngestMetrics* metrics,
                             std::function<void(ProverId)> on_commit,
                             IngestSession::OnFailure on_failure)
    : store_(store),
      writer_(writer),
      limits_(limits),
      attendance_(attendance),
      queues_(queues),
      metrics_(metrics),
      on_commit_(std::move(on_commit)),
      on_failure_(std::move(on_failure)) {}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* IngestService::StreamLogs(
    grpc::CallbackServerContext* /*context*/) {
  return StreamLogsCall::Start(
      IngestSession(store_, limits_, &tails_, attendance_, on_commit_, on_failure_), writer_,
      queues_, metrics_);
}

grpc::ServerUnaryReactor* IngestService::PushLogs(grpc::CallbackServerContext* context,
                                                  const grpc::ByteBuffer* request,
                                                  grpc::ByteBuffer* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const size_t memory = request->Length() + kWaitingOverhead;
  const auto finish = [this, reactor](const absl::Status& status) {
    if (!status.ok()) metrics_->OnRefusal(status);
    reactor->Finish(FinishIngest(status));
  };
  if (!queues_.push_budget->Take(memory)) {
    finish(OverloadedError());
    return reactor;
  }
  const bool taken = queues_.pushes->Submit([this, finish, memory, request, response] {
    v1::PushLogsResponse answer;
    const absl::Status status = Push(*request, answer);
    bool owned = false;
    grpc::SerializationTraits<v1::PushLogsResponse>::Serialize(answer, response, &owned);
    queues_.push_budget->GiveBack(memory);
    finish(status);
  });
  if (taken) return reactor;
  queues_.push_budget->GiveBack(memory);
  finish(OverloadedError());
  return reactor;
}

absl::Status IngestService::Push(const grpc::ByteBuffer& message, v1::PushLogsResponse& response) {
  const auto lines = ParsePush(message);
  if (!lines.ok()) return lines.status();
  const auto lease = limits_->Admit(lines->prover);
  if (!lease.ok()) return lease.status();
  const auto size = static_cast<int64_t>(lines->raw.size());
  if (auto status = limits_->Spend(lines->prover, size); !status.ok()) return status;
  const auto stream = store_->Push(*lines);
  if (!stream.ok()) {
    on_failure_(stream.status());
    return stream.status();
  }
  if (lines->begin_offset.value_or(0) > stream->committed_offset) {
    return OffsetMismatch(*lines->begin_offset, stream->committed_offset);
  }
  response.set_stream_id(stream->key.stream_id);
  response.set_committed_offset(stream->committed_offset);
  metrics_->CountBatch(lines->prover, size, std::count(lines->raw.begin(), lines->raw.end(), '\n'));
  on_commit_(stream->key.prover_id);
  return absl::OkStatus();
}

}  // namespace proverlog
