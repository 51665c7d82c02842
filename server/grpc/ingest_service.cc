#include "server/grpc/ingest_service.h"

#include <utility>

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
  StreamLogsReactor(ArchiveWriter* store, WorkQueue* queue, std::function<void(ProverId)> on_commit)
      : queue_(queue), session_(store, std::move(on_commit)) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status::OK);
    } else if (!queue_->Submit([this] { Handle(); })) {
      Finish(FinishStatus(OverloadedError()));
    }
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      StartRead(&request_);
    } else {
      Finish(grpc::Status::CANCELLED);
    }
  }

  void OnDone() override { delete this; }

 private:
  void Handle() {
    auto response = session_.Handle(request_);
    request_.clear_message();  // a call that waits for its client holds no bytes
    if (!response.ok()) {
      Finish(FinishStatus(response.status()));
      return;
    }
    response_ = *std::move(response);
    StartWrite(&response_);
  }

  WorkQueue* queue_;
  IngestSession session_;
  v1::StreamLogsRequest request_;
  v1::StreamLogsResponse response_;
};

}  // namespace

IngestService::IngestService(ArchiveWriter* store, WorkQueue* queue,
                             std::function<void(ProverId)> on_commit)
    : store_(store), queue_(queue), on_commit_(std::move(on_commit)) {}

grpc::ServerBidiReactor<v1::StreamLogsRequest, v1::StreamLogsResponse>* IngestService::StreamLogs(
    grpc::CallbackServerContext* /*context*/) {
  return new StreamLogsReactor(store_, queue_, on_commit_);
}

}  // namespace proverlog
