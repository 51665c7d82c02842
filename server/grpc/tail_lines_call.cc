#include "server/grpc/tail_lines_call.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/grpc/errors.h"
#include "server/query/query_handler.h"

namespace proverlog {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(500);

}  // namespace

absl::Status OpenTails::Enter() {
  if (++open_ <= max_tails_) return absl::OkStatus();
  --open_;
  return absl::ResourceExhaustedError(
      absl::StrCat("there are ", max_tails_, " tails already; end one of them"));
}

TailLinesCall* TailLinesCall::Start(QueryStore* store, WorkQueue* queue, OpenTails* tails,
                                    QueryMetrics* metrics, const v1::TailLinesRequest* request) {
  auto* call = new TailLinesCall(store, queue, tails, metrics, request);
  if (absl::Status status = tails->Enter(); !status.ok()) {
    call->End(status);
    return call;
  }
  call->entered_ = true;
  metrics->tails_open.Increment();
  call->Continue();
  return call;
}

void TailLinesCall::OnWriteDone(bool ok) {
  if (!ok) {
    End(absl::CancelledError("the client is gone"));
  } else if (pauses_after_write_) {
    Pause();
  } else {
    Continue();
  }
}

void TailLinesCall::OnCancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  if (alarm_ != nullptr) alarm_->Cancel();
}

void TailLinesCall::OnDone() {
  if (entered_) {
    tails_->Leave();
    metrics_->tails_open.Decrement();
  }
  delete this;
}

void TailLinesCall::Continue() {
  if (!queue_->Submit([this] { Work(); })) Pause();
}

void TailLinesCall::Work() {
  auto turn = TakeTurn();
  if (!turn.ok()) return End(turn.status());
  pauses_after_write_ = turn->is_idle;
  if (turn->response) {
    response_ = *std::move(turn->response);
    StartWrite(&response_);
  } else if (turn->is_idle) {
    Pause();
  } else {
    Continue();
  }
}

absl::StatusOr<LineTail::Turn> TailLinesCall::TakeTurn() {
  if (IsCancelled()) return absl::CancelledError("the client is gone");
  if (tails_->is_ending()) return absl::UnavailableError("the service ends; try again");
  if (tail_ == nullptr) {
    auto tail = QueryHandler(store_).OpenTail(*request_);
    if (!tail.ok()) return tail.status();
    tail_ = *std::move(tail);
  }
  return tail_->Next(absl::ToUnixMillis(absl::Now()));
}

void TailLinesCall::Pause() {
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

void TailLinesCall::End(const absl::Status& status) {
  metrics_->CountAnswer("TailLines", status.code());
  Finish(FinishStatus(status));
}

bool TailLinesCall::IsCancelled() {
  absl::MutexLock lock(&mutex_);
  return cancelled_;
}

}  // namespace proverlog
