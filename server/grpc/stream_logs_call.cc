#include "server/grpc/stream_logs_call.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "rpc/status.h"
#include "server/grpc/errors.h"

namespace proverlog {
namespace {

// What one stream may have in the writer's queue: enough to be busy while a group is committed, and
// no more than its share.
constexpr int64_t kWindowBytes = int64_t{4} << 20;
constexpr int kWindowMessages = 64;

}  // namespace

StreamLogsCall::StreamLogsCall(IngestSession session, GroupWriter* writer, IngestQueues queues,
                               IngestMetrics* metrics)
    : writer_(writer), queues_(queues), metrics_(metrics), session_(std::move(session)) {
  metrics_->streams_open.Increment();
}

StreamLogsCall* StreamLogsCall::Start(IngestSession session, GroupWriter* writer,
                                      IngestQueues queues, IngestMetrics* metrics) {
  auto* call = new StreamLogsCall(std::move(session), writer, queues, metrics);
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
  if (take) read_at_ = absl::Now();
  // The call stays while a message is taken.
  if (!take) return;
  const absl::Status queued = Queue();
  if (queued.ok()) return;
  request_.Clear();
  Proceed([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    taking_ = false;
    End(queued);
  });
}

absl::Status StreamLogsCall::Queue() {
  const size_t memory = request_.Length() + kWaitingOverhead;
  if (!queues_.budget->Take(memory)) return OverloadedError();
  memory_ = memory;
  WorkQueue* queue = session_.IsStreaming() ? queues_.others : queues_.openings;
  if (queue->Submit([this] { Take(); })) return absl::OkStatus();
  queues_.budget->GiveBack(memory);
  return OverloadedError();
}

void StreamLogsCall::OnWriteDone(bool ok) {
  Proceed([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    writing_ = false;
    if (ok) return;
    responses_.clear();
    End(absl::CancelledError("the client is gone"));
  });
}

void StreamLogsCall::OnDone() {
  metrics_->streams_open.Decrement();
  delete this;
}

void StreamLogsCall::Take() {
  auto step = TakeMessage();
  const bool waits = step.ok() && step->advance;
  const size_t memory = waits ? std::min(memory_, MemoryOf(*step->advance)) : 0;
  queues_.budget->GiveBack(memory_ - memory);
  Taken taken;
  if (step.ok()) {
    taken.bytes = step->bytes;
    taken.lines = step->lines;
    taken.read_at = read_at_;
    if (step->response) Count(taken);  // what makes a stream is committed already
  }
  Proceed([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    taking_ = false;
    if (!step.ok()) {
      End(step.status());
    } else if (step->response) {
      Respond(*std::move(step->response));
    } else {
      ++committing_;
      committing_bytes_ += step->advance->end_offset - step->advance->begin_offset;
      taken.begin_offset = step->advance->begin_offset;
      taken.end_offset = step->advance->end_offset;
      taken.memory = memory;
      writer_->Submit(*std::move(step->advance),
                      [this, taken](const absl::Status& status) { OnCommitted(taken, status); });
    }
  });
}

absl::StatusOr<IngestSession::Step> StreamLogsCall::TakeMessage() {
  v1::StreamLogsRequest request;
  const auto parsed =
      grpc::SerializationTraits<v1::StreamLogsRequest>::Deserialize(&request_, &request);
  request_.Clear();  // a call that waits for its client holds no bytes
  if (!parsed.ok()) return absl::InvalidArgumentError("the message cannot be parsed");
  return session_.Take(request);
}

void StreamLogsCall::Count(const Taken& taken) const {
  if (taken.bytes == 0) return;
  metrics_->CountBatch(session_.prover(), taken.bytes, taken.lines);
  metrics_->ack_seconds.Observe(absl::ToDoubleSeconds(absl::Now() - taken.read_at));
}

void StreamLogsCall::OnCommitted(const Taken& taken, absl::Status status) {
  // Why it was not committed is asked of the database, which must not hold up the writer.
  if (absl::IsAborted(status) && ReasonOf(status).empty()) {
    const bool asked = queues_.others->Submit(
        [this, taken] { OnCommitted(taken, session_.ExplainAbort(taken.begin_offset)); });
    if (asked) return;
    status = OverloadedError();
  }
  queues_.budget->GiveBack(taken.memory);
  if (status.ok()) Count(taken);
  Proceed([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    --committing_;
    committing_bytes_ -= taken.end_offset - taken.begin_offset;
    if (status.ok()) {
      Respond(AckOf(taken.end_offset));
    } else if (!commit_failed_) {
      // It outweighs what was said of later messages, which counted on it.
      commit_failed_ = ending_ = true;
      end_ = status;
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
    bool owned = false;
    response_.Clear();  // it must be empty to take a message
    grpc::SerializationTraits<v1::StreamLogsResponse>::Serialize(responses_.front(), &response_,
                                                                 &owned);
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
  // Whoever waited for room has it: to ask again would be to wait again.
  action.read = has_room_ || writer_->HasRoom();
  action.await_room = !action.read;
  reading_ = action.read;
  awaiting_room_ = action.await_room;
  has_room_ = false;
  return action;
}

void StreamLogsCall::Perform(const Action& action) {
  if (action.write) StartWrite(&response_);
  if (action.read) StartRead(&request_);
  if (action.await_room) {
    writer_->AwaitRoom([this] {
      Proceed([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        awaiting_room_ = false;
        has_room_ = true;
      });
    });
  }
  if (!action.finish) return;
  absl::Status end;
  {
    absl::MutexLock lock(&mutex_);
    end = end_;
  }
  if (!end.ok() && !absl::IsCancelled(end)) metrics_->OnRefusal(end);
  Finish(FinishIngest(end));
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
