#include "server/grpc/stream_logs_call.h"

#include <utility>

#include "rpc/status.h"
#include "server/grpc/errors.h"

namespace proverlog {
namespace {

// What one stream may have in the writer's queue: enough to be busy while a group is committed, and
// no more than its share.
constexpr int64_t kWindowBytes = int64_t{4} << 20;
constexpr int kWindowMessages = 64;

}  // namespace

StreamLogsCall* StreamLogsCall::Start(IngestSession session, GroupWriter* writer,
                                      WorkQueue* queue) {
  auto* call = new StreamLogsCall(std::move(session), writer, queue);
  call->Proceed([] {});
  return call;
}

void StreamLogsCall::OnReadDone(bool ok) {
  bool take = false;
  Proceed([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    reading_ = false;
    client_done_ = client_done_ || !ok;
    taking_ = take = ok && !ending_;
  });
  // The call stays while a message is taken.
  if (!take || queue_->Submit([this] { Take(); })) return;
  Proceed([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    taking_ = false;
    End(OverloadedError());
  });
}

void StreamLogsCall::OnWriteDone(bool ok) {
  Proceed([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    writing_ = false;
    if (ok) return;
    responses_.clear();
    End(absl::CancelledError("the client is gone"));
  });
}

void StreamLogsCall::Take() {
  auto step = session_.Take(request_);
  request_.clear_message();  // a call that waits for its client holds no bytes
  Proceed([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    taking_ = false;
    if (!step.ok()) {
      End(step.status());
    } else if (step->response) {
      Respond(*std::move(step->response));
    } else {
      ++committing_;
      committing_bytes_ += step->advance->end_offset - step->advance->begin_offset;
      StreamAdvance told;
      told.begin_offset = step->advance->begin_offset;
      told.end_offset = step->advance->end_offset;
      writer_->Submit(*std::move(step->advance),
                      [this, told](const absl::Status& status) { OnCommitted(told, status); });
    }
  });
}

void StreamLogsCall::OnCommitted(const StreamAdvance& advance, absl::Status status) {
  // Why it was not committed is asked of the database, which must not hold up the writer.
  if (absl::IsAborted(status) && ReasonOf(status).empty()) {
    const bool asked = queue_->Submit(
        [this, advance] { OnCommitted(advance, session_.ExplainAbort(advance.begin_offset)); });
    if (asked) return;
    status = OverloadedError();
  }
  Proceed([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    --committing_;
    committing_bytes_ -= advance.end_offset - advance.begin_offset;
    if (status.ok()) {
      Respond(AckOf(advance.end_offset));
    } else {
      End(status);
    }
  });
}

template <typename Change>
void StreamLogsCall::Proceed(Change change) {
  mutex_.Lock();
  change();
  while (!performing_) {
    const Action action = Decide();
    if (!action.Any()) break;
    performing_ = true;
    mutex_.Unlock();
    Perform(action);
    if (action.finish) return;  // and the call may be gone
    mutex_.Lock();
    performing_ = false;
  }
  mutex_.Unlock();
}

StreamLogsCall::Action StreamLogsCall::Decide() {
  Action action;
  if (!writing_ && !responses_.empty()) {
    response_ = std::move(responses_.front());
    responses_.pop_front();
    writing_ = action.write = true;
  }
  if (taking_ || awaiting_room_) return action;
  if (ending_ || client_done_) {
    action.finish = !writing_ && committing_ == 0;
    return action;
  }
  const bool in_window = committing_bytes_ < kWindowBytes && committing_ < kWindowMessages;
  if (reading_ || !in_window) return action;
  action.await_room = !writer_->HasRoom();
  action.read = !action.await_room;
  if (action.await_room) awaiting_room_ = true;
  if (action.read) reading_ = true;
  return action;
}

void StreamLogsCall::Perform(const Action& action) {
  if (action.write) StartWrite(&response_);
  if (action.read) StartRead(&request_);
  if (action.await_room) {
    writer_->AwaitRoom([this] {
      Proceed([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { awaiting_room_ = false; });
    });
  }
  if (!action.finish) return;
  absl::Status end;
  {
    absl::MutexLock lock(&mutex_);
    end = end_;
  }
  Finish(end.ok() ? grpc::Status::OK : FinishStatus(end));
}

void StreamLogsCall::Respond(v1::StreamLogsResponse response) {
  const bool replaces = !responses_.empty() && responses_.back().has_ack() && response.has_ack();
  if (replaces) responses_.pop_back();
  responses_.push_back(std::move(response));
}

void StreamLogsCall::End(const absl::Status& status) {
  if (ending_) return;
  ending_ = true;
  end_ = status;
}

}  // namespace proverlog
