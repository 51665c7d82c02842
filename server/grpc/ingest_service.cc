#include "server/grpc/ingest_service.h"

#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/grpc/errors.h"
#include "server/ingest/ingest_session.h"

namespace proverlog {
namespace {

// One call. Its steps follow each other, so that it needs no lock:
//
//   StartRead ─▶ OnReadDone ─▶ [queue] Handle ─▶ StartWrite ─▶ OnWriteDone ─▶ StartRead ...
//
// The next message is read after the last one is committed, so that a call holds one at most. A
// cancelled call ends at the step that fails because of it.
class StreamLogsReactor final
    : public grpc::ServerBidiReactor<v1::StreamLogsRequest, v1::StreamLogsResponse> {
 public:
  StreamLogsReactor(ArchiveWriter* store, WorkQueue* queue, IngestMetrics* metrics,
                    std::function<void(ProverId)> on_commit)
      : queue_(queue), metrics_(metrics), session_(store, metrics, std::move(on_commit)) {
    metrics_->streams_open.Increment();
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status::OK);
      return;
    }
    read_at_ = absl::Now();
    AddToQueue(1);
    if (!queue_->Submit([this] { Handle(); })) {
      AddToQueue(-1);
      Refuse(OverloadedError());
    }
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      StartRead(&request_);
    } else {
      Finish(grpc::Status::CANCELLED);
    }
  }

  void OnDone() override {
    metrics_->streams_open.Decrement();
    delete this;
  }

 private:
  void Handle() {
    auto response = session_.Handle(request_);
    AddToQueue(-1);
    if (response.ok() && request_.has_batch()) {
      metrics_->ack_seconds.Observe(absl::ToDoubleSeconds(absl::Now() - read_at_));
    }
    request_.clear_message();  // a call that waits for its client holds no bytes
    if (!response.ok()) {
      Refuse(response.status());
      return;
    }
    response_ = *std::move(response);
    StartWrite(&response_);
  }

  void Refuse(const absl::Status& status) {
    metrics_->OnRefusal(status);
    Finish(FinishStatus(status));
  }

  // A message waits for its commit (1), or does not any more (-1).
  void AddToQueue(int sign) {
    metrics_->queue_messages.Increment(sign);
    metrics_->queue_bytes.Increment(sign * static_cast<double>(request_.ByteSizeLong()));
  }

  WorkQueue* queue_;
  IngestMetrics* metrics_;
  IngestSession session_;
  v1::StreamLogsRequest request_;
  absl::Time read_at_;
  v1::StreamLogsResponse response_;
};

}  // namespace

IngestService::IngestService(ArchiveWriter* store, WorkQueue* queue, IngestMetrics* metrics,
                             std::function<void(ProverId)> on_commit)
    : store_(store), queue_(queue), metrics_(metrics), on_commit_(std::move(on_commit)) {}

grpc::ServerBidiReactor<v1::StreamLogsRequest, v1::StreamLogsResponse>* IngestService::StreamLogs(
    grpc::CallbackServerContext* /*context*/) {
  return new StreamLogsReactor(store_, queue_, metrics_, on_commit_);
}

}  // namespace proverlog
