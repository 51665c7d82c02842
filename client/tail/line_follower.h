#ifndef PROVERLOG_CLIENT_TAIL_LINE_FOLLOWER_H_
#define PROVERLOG_CLIENT_TAIL_LINE_FOLLOWER_H_

#include <grpcpp/client_context.h>

#include <functional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "proverlog/v1/query.grpc.pb.h"

namespace proverlog {

// Asks for lines as they come, and goes on behind the last ones that it had when the server was
// lost: each comes once. Thread-safe as far as Stop goes.
class LineFollower {
 public:
  // What it tells of; called by the thread of Run.
  struct Listener {
    std::function<void(const v1::TailLinesResponse&)> on_response;
    std::function<void(const absl::Status&)> on_lost;  // and it tries again
    std::function<void()> on_back;
  };

  // `stub` outlives it; `server` is its address, for errors.
  LineFollower(v1::QueryService::StubInterface* stub, std::string server, Listener listener)
      : stub_(stub), server_(std::move(server)), listener_(std::move(listener)) {}

  // Follows until Stop, which is OK, or until an error that another call does not help: also that
  // no server answers the first one.
  absl::Status Run(v1::TailLinesRequest request);

  void Stop();

 private:
  // One call, from its beginning to its end.
  absl::Status Follow(v1::TailLinesRequest& request, bool& is_lost);
  // Whether it was stopped before the time was over.
  bool WaitForStop(absl::Duration duration);

  v1::QueryService::StubInterface* const stub_;
  const std::string server_;
  const Listener listener_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;  // of the call that is open
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_TAIL_LINE_FOLLOWER_H_
