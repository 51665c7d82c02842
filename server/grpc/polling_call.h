#ifndef PROVERLOG_SERVER_GRPC_POLLING_CALL_H_
#define PROVERLOG_SERVER_GRPC_POLLING_CALL_H_

#include <grpcpp/alarm.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/grpc/errors.h"
#include "server/grpc/work_queue.h"
#include "server/query/polling_source.h"

namespace proverlog {

// The polling calls of one kind that are open. Thread-safe; outlives them.
class OpenCalls {
 public:
  // `name` as in "there are 100 tails already"; `on_change` is called with 1 or -1.
  OpenCalls(int max_calls, std::string name, std::function<void(int)> on_change)
      : max_calls_(max_calls), name_(std::move(name)), on_change_(std::move(on_change)) {}

  // RESOURCE_EXHAUSTED where there are as many as may be.
  absl::Status Enter() {
    if (++open_ > max_calls_) {
      --open_;
      return absl::ResourceExhaustedError(
          absl::StrCat("there are ", max_calls_, " ", name_, " already; end one of them"));
    }
    on_change_(1);
    return absl::OkStatus();
  }
  void Leave() {
    --open_;
    on_change_(-1);
  }

  // All of them end before their next turn.
  void End() { is_ending_ = true; }
  bool is_ending() const { return is_ending_; }

 private:
  const int max_calls_;
  const std::string name_;
  const std::function<void(int)> on_change_;
  std::atomic<int> open_ = 0;
  std::atomic<bool> is_ending_ = false;
};

// One call that sends what comes, until its client goes. It does one thing at a time: a turn of
// work on the queue's threads, a write, or a pause while there is nothing new. So a client that
// does not read holds up nothing but its own call, and a call holds one response. It deletes itself
// when it is over.
template <typename Response>
class PollingCall final : public grpc::ServerWriteReactor<Response> {
 public:
  using Source = PollingSource<Response>;
  // Opens what is to be sent; on the queue's threads.
  using Open = std::function<absl::StatusOr<std::unique_ptr<Source>>()>;

  // `queue` and `calls` outlive the call; `on_end` is told how it ended.
  static PollingCall* Start(WorkQueue* queue, OpenCalls* calls, Open open,
                            std::function<void(absl::StatusCode)> on_end) {
    auto* call = new PollingCall(queue, calls, std::move(open), std::move(on_end));
    if (absl::Status status = calls->Enter(); !status.ok()) {
      call->End(status);
      return call;
    }
    call->entered_ = true;
    call->Continue();
    return call;
  }

  void OnWriteDone(bool ok) override {
    if (!ok) {
      End(absl::CancelledError("the client is gone"));
    } else if (pauses_after_write_) {
      Pause();
    } else {
      Continue();
    }
  }

  void OnCancel() override {
    absl::MutexLock lock(&mutex_);
    cancelled_ = true;
    if (alarm_ != nullptr) alarm_->Cancel();
  }

  void OnDone() override {
    if (entered_) calls_->Leave();
    delete this;
  }

 private:
  static constexpr absl::Duration kPause = absl::Milliseconds(500);

  PollingCall(WorkQueue* queue, OpenCalls* calls, Open open,
              std::function<void(absl::StatusCode)> on_end)
      : queue_(queue), calls_(calls), open_(std::move(open)), on_end_(std::move(on_end)) {}

  // Hands the next turn over to the queue; where it is full, later.
  void Continue() {
    if (!queue_->Submit([this] { Work(); })) Pause();
  }

  void Work() {
    auto turn = TakeTurn();
    if (!turn.ok()) return End(turn.status());
    pauses_after_write_ = turn->is_idle;
    if (turn->response) {
      response_ = *std::move(turn->response);
      this->StartWrite(&response_);
    } else if (turn->is_idle) {
      Pause();
    } else {
      Continue();
    }
  }

  absl::StatusOr<Turn<Response>> TakeTurn() {
    if (IsCancelled()) return absl::CancelledError("the client is gone");
    if (calls_->is_ending()) return absl::UnavailableError("the service ends; try again");
    if (source_ == nullptr) {
      auto source = open_();
      if (!source.ok()) return source.status();
      source_ = *std::move(source);
    }
    return source_->Next(absl::ToUnixMillis(absl::Now()));
  }

  void Pause() {
    {
      absl::MutexLock lock(&mutex_);
      if (!cancelled_) {
        // Each pause has its own: the last one's may still be returning from what it called.
        alarm_ = std::make_unique<grpc::Alarm>();
        alarm_->Set(absl::ToChronoTime(absl::Now() + kPause),
                    [this](bool /*expired*/) { Continue(); });
        return;
      }
    }
    End(absl::CancelledError("the client is gone"));
  }

  void End(const absl::Status& status) {
    on_end_(status.code());
    this->Finish(FinishStatus(status));
  }

  bool IsCancelled() {
    absl::MutexLock lock(&mutex_);
    return cancelled_;
  }

  WorkQueue* const queue_;
  OpenCalls* const calls_;
  const Open open_;
  const std::function<void(absl::StatusCode)> on_end_;
  bool entered_ = false;

  // Of the one thing that is done at a time.
  std::unique_ptr<Source> source_;
  Response response_;
  bool pauses_after_write_ = false;

  absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  // Of the pause; there is one while it lasts.
  std::unique_ptr<grpc::Alarm> alarm_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_GRPC_POLLING_CALL_H_
