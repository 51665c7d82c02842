#include "client/tail/line_follower.h"

#include <memory>

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

absl::Status LineFollower::Run(v1::TailLinesRequest request) {
  Backoff backoff;
  bool is_lost = false;
  for (;;) {
    const bool was_lost = is_lost;
    absl::Status status = Follow(request, is_lost);
    if (WaitForStop(absl::ZeroDuration())) return absl::OkStatus();
    if (!IsLost(status) || request.position().empty()) return status;
    if (was_lost && !is_lost) backoff.Reset();
    if (!is_lost) listener_.on_lost(status);
    is_lost = true;
    if (WaitForStop(backoff.Next())) return absl::OkStatus();
  }
}

absl::Status LineFollower::Follow(v1::TailLinesRequest& request, bool& is_lost) {
  grpc::ClientContext context;
  {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return absl::CancelledError("stopped");
    context_ = &context;
  }
  const auto reader = stub_->TailLines(&context, request);
  v1::TailLinesResponse response;
  while (reader->Read(&response)) {
    if (is_lost) listener_.on_back();
    is_lost = false;
    listener_.on_response(response);
    request.set_position(response.position());
  }
  absl::Status status = CallStatus(reader->Finish(), server_);
  absl::MutexLock lock(&mutex_);
  context_ = nullptr;
  return status;
}

void LineFollower::Stop() {
  absl::MutexLock lock(&mutex_);
  stopped_ = true;
  if (context_ != nullptr) context_->TryCancel();
}

bool LineFollower::WaitForStop(absl::Duration duration) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&stopped_), duration);
}

}  // namespace proverlog
