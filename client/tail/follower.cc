#include "client/tail/follower.h"

#include "client/commands/command.h"
#include "client/sender/retry.h"

namespace proverlog {
namespace {

// A server that ends may cancel its calls.
bool IsLost(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsCancelled(status) ||
         absl::IsDeadlineExceeded(status);
}

}  // namespace

absl::Status Follower::Run() {
  Backoff backoff;
  bool is_lost = false;
  for (;;) {
    const bool was_lost = is_lost;
    absl::Status status = CallOnce(is_lost);
    if (WaitForStop(absl::ZeroDuration())) return absl::OkStatus();
    if (!IsLost(status) || !was_heard_) return status;
    if (was_lost && !is_lost) backoff.Reset();
    if (!is_lost) listener_.on_lost(status);
    is_lost = true;
    if (WaitForStop(backoff.Next())) return absl::OkStatus();
  }
}

absl::Status Follower::CallOnce(bool& is_lost) {
  grpc::ClientContext context;
  {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return absl::CancelledError("stopped");
    context_ = &context;
  }
  const grpc::Status status = call_(context, [&] {
    if (is_lost) listener_.on_back();
    is_lost = false;
    was_heard_ = true;
  });
  absl::MutexLock lock(&mutex_);
  context_ = nullptr;
  return CallStatus(status, server_);
}

void Follower::Stop() {
  absl::MutexLock lock(&mutex_);
  stopped_ = true;
  if (context_ != nullptr) context_->TryCancel();
}

bool Follower::WaitForStop(absl::Duration duration) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&stopped_), duration);
}

}  // namespace proverlog
